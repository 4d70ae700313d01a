// Client and server with each other, and somebody between them.

import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "@mailwire/wire";
import { tlsWith } from "../../test/tls-with.ts";
import type { SaslClient, SaslServerMechanism, SaslStep } from "../mechanism.ts";
import type { PlainCredentials } from "../plain.ts";
import { saslprep } from "../saslprep.ts";
import { ScramCache } from "./cache.ts";
import { scramClient } from "./client.ts";
import type { ScramBinding } from "./client.ts";
import type { ScramVariant } from "./hash.ts";
import { deriveScramKeys } from "./keys.ts";
import { scramServer } from "./server.ts";

type Tamper = (message: Uint8Array, index: number) => Uint8Array;

/** What each end believes after an exchange on a way that changes messages, which are counted from 0. */
async function converse(
  client: SaslClient,
  mechanism: SaslServerMechanism,
  tamper: Tamper = (message) => message,
): Promise<{ server: string; client: string }> {
  const server = mechanism.start({ tls });
  let index = 0;
  const carry = (message: Uint8Array | null | undefined): Uint8Array => tamper(message ?? new Uint8Array(), index++);
  let step: SaslStep = await server.next(carry(await client.start()));
  try {
    while (step.type === "challenge") step = await server.next(carry(await client.next(carry(step.data))));
    if (step.type === "success") await client.next(carry(step.data));
    client.finish();
    return { server: step.type, client: "success" };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { server: step.type, client: error.code };
  }
}

const tls = tlsWith({ "tls-exporter": Uint8Array.of(1, 2, 3) });
const binding: ScramBinding = { type: "used", name: "tls-exporter", data: Uint8Array.of(1, 2, 3) };

const text = fc
  .oneof(
    fc.string({ minLength: 1 }),
    fc.string({ unit: "binary", minLength: 1 }),
    fc.constantFrom("a=b,c", "=2C", "\u0627\u0628", "\u00aa\u2168"),
  )
  .filter((value) => !/[\0\ud800-\udfff]/u.test(value));
const prepared = (kind: "stored" | "query"): fc.Arbitrary<string> => text.filter((value) => (saslprep(value, kind) ?? "") !== "");

test("client and server understand each other, whatever the names and the password", async () => {
  const variants = fc.constantFrom<ScramVariant>("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512");
  const isBound = fc.boolean();
  await fc.assert(
    fc.asyncProperty(
      variants,
      isBound,
      prepared("query"),
      prepared("stored"),
      fc.option(text),
      async (variant, plus, user, password, actAs) => {
        const credentials: PlainCredentials = { user, password, ...(actAs !== null && { authorizationIdentity: actAs }) };
        const keys = await deriveScramKeys(variant, password, { iterations: 4096 });
        const seen: unknown[] = [];
        const [plusForm, plainForm] = scramServer(variant, async (name) => (name === saslprep(user, "query") ? keys : undefined), {
          authorize: async (proof) => {
            seen.push(proof.user, proof.authorizationIdentity ?? null);
            return "granted";
          },
        });
        const client = scramClient(variant, credentials, plus ? { binding } : {});
        expect(await converse(client, plus ? plusForm : plainForm)).toEqual({ server: "success", client: "success" });
        expect(seen).toEqual([saslprep(user, "query"), actAs]);
      },
    ),
    { numRuns: 60 },
  );
});

const pencil = { user: "user", password: "pencil" };
const keys = await deriveScramKeys("SCRAM-SHA-256", "pencil", { iterations: 4096 });
const [plus, plain] = scramServer("SCRAM-SHA-256", () => Promise.resolve(keys));
const cache = new ScramCache();

test("another password is refused by the server", async () => {
  const client = scramClient("SCRAM-SHA-256", { ...pencil, password: "Pencil" });
  expect(await converse(client, plain)).toEqual({ server: "failure", client: "sasl-unfinished" });
});

test("a change of any byte of any message is never success for both ends", async () => {
  const change = fc.record({ index: fc.integer({ min: 0, max: 3 }), at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(change, fc.constantFrom("plus", "plain"), async ({ index, at, mask }, form) => {
      let length = 0;
      const flip: Tamper = (message, which) => {
        if (which !== index) return message;
        length = message.length;
        return message.map((byte, place) => (place === at % length ? byte ^ mask : byte));
      };
      const client = scramClient("SCRAM-SHA-256", pencil, { cache, ...(form === "plus" && { binding }) });
      const outcome = await converse(client, form === "plus" ? plus : plain, flip);
      expect(length).toBeGreaterThan(0);
      expect(outcome.client).not.toBe("success");
      expect(outcome.server === "success" && index < 3).toBe(false);
    }),
    { numRuns: 400 },
  );
});

test("who takes -PLUS from the list of mechanisms is caught, whatever is done to the messages' header", async () => {
  const header = fc.constantFrom("y,,", "n,,", "p=tls-exporter,,", "y,a=user,", "n,a=user,");
  const disguise = (message: Uint8Array, as: string): Uint8Array =>
    new TextEncoder().encode(new TextDecoder().decode(message).replace(/^[^,]*,[^,]*,/, as));
  await fc.assert(
    fc.asyncProperty(header, async (as) => {
      // The client has a binding, and sees the plain form only.
      const client = scramClient("SCRAM-SHA-256", pencil, { cache, binding: { type: "not-offered" } });
      const outcome = await converse(client, plain, (message, index) => (index === 0 ? disguise(message, as) : message));
      expect(outcome).toEqual({ server: "failure", client: "sasl-unfinished" });
    }),
  );
});

test("who relays an exchange to another connection is caught", async () => {
  const client = scramClient("SCRAM-SHA-256", pencil, { binding: { ...binding, data: Uint8Array.of(9, 9, 9) } });
  expect(await converse(client, plus)).toEqual({ server: "failure", client: "sasl-unfinished" });
});

test("a server that does not know the keys is told from one that does", async () => {
  const forged = { ...keys, serverKey: keys.storedKey };
  const [, impostor] = scramServer("SCRAM-SHA-256", () => Promise.resolve(forged));
  expect(await converse(scramClient("SCRAM-SHA-256", pencil), impostor)).toEqual({ server: "success", client: "scram-signature" });
});

test("messages of one exchange are no good in another", async () => {
  const recorded: Uint8Array[] = [];
  await converse(scramClient("SCRAM-SHA-256", pencil, { cache }), plain, (message) => {
    recorded.push(message);
    return message;
  });
  const server = plain.start({ tls });
  expect((await server.next(recorded[0] ?? null)).type).toBe("challenge");
  expect(await server.next(recorded[2] ?? null)).toEqual({ type: "failure", reason: "not this exchange's nonce" });
});
