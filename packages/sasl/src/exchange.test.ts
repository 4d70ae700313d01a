import { describe, expect, test } from "vitest";
import { ProtocolError, type TlsInfo, latin1, utf8 } from "@mailwire/wire";
import { carryExchange, offeredMechanisms, startExchange } from "./exchange.ts";
import type { SaslCarrier, SaslExchange } from "./exchange.ts";
import type { SaslClient, SaslOffer, SaslServerMechanism, SaslStep } from "./mechanism.ts";

const OFFER: SaslOffer = { mechanisms: ["X-MECH"], secure: true };

function client(initial: Uint8Array | null, rest: Partial<SaslClient> = {}): SaslClient {
  return {
    mechanism: "X-MECH",
    start: () => Promise.resolve(initial),
    next: (challenge) => Promise.resolve(utf8(`re: ${latin1(challenge)}`)),
    finish: () => undefined,
    ...rest,
  };
}

/** A protocol that can take `room` characters with the command, and what it saw. */
function carrier(room: number, say: (exchange: SaslExchange) => Promise<string> = () => Promise.resolve("yes")) {
  const seen: { mechanism?: string; initial?: string | null; dropped: unknown[] } = { dropped: [] };
  const parts: SaslCarrier<string> = {
    offer: OFFER,
    fits: (length) => length <= room,
    say: (exchange) => {
      seen.mechanism = exchange.mechanism;
      seen.initial = exchange.initialResponse === null ? null : latin1(exchange.initialResponse.reveal());
      return say(exchange);
    },
    drop: (reason) => seen.dropped.push(reason),
  };
  return { seen, parts };
}

describe("a client's exchange", () => {
  test("is that of the mechanism that was given, or chosen from the offer", async () => {
    const { seen, parts } = carrier(100);
    expect(await carryExchange(client(null), parts)).toBe("yes");
    expect(seen).toEqual({ mechanism: "X-MECH", initial: null, dropped: [] });
    const offers: SaslOffer[] = [];
    await carryExchange((offer) => {
      offers.push(offer);
      return client(utf8("hi"), { mechanism: "X-CHOSEN" });
    }, parts);
    expect(seen).toMatchObject({ mechanism: "X-CHOSEN", initial: "hi" });
    expect(offers).toEqual([OFFER]);
    await expect(carryExchange(() => Promise.reject(new Error("none will do")), parts)).rejects.toThrow("none will do");
  });

  // X-MECH, a space, and base64, which is `=` for nothing.
  test.each([
    ["", 8],
    ["a", 11],
    ["abc", 11],
    ["abcd", 15],
  ])("an initial response of %j needs room for %i characters; else it answers the first challenge", async (text, room) => {
    const atOnce = carrier(room);
    await carryExchange(client(utf8(text)), atOnce.parts);
    expect(atOnce.seen.initial).toBe(text);
    const answers: string[] = [];
    const later = carrier(room - 1, async ({ respond }) => {
      answers.push(latin1(await respond(new Uint8Array())), latin1(await respond(utf8("more"))));
      return "yes";
    });
    await carryExchange(client(utf8(text)), later.parts);
    expect(later.seen.initial).toBeNull();
    expect(answers).toEqual([text, "re: more"]);
  });

  test("a first challenge with content, where the client speaks first, gets nothing", async () => {
    const { parts } = carrier(0, async ({ respond }) => latin1(await respond(utf8("who are you?"))));
    await expect(carryExchange(client(utf8("secret")), parts)).rejects.toMatchObject({ side: "remote", code: "sasl-unexpected-challenge" });
  });

  test("a success that the mechanism does not believe drops the connection", async () => {
    const doubt = new ProtocolError("remote", "sasl-unfinished", "where is the signature?");
    const { seen, parts } = carrier(100);
    const finish = (): void => {
      throw doubt;
    };
    await expect(carryExchange(client(null, { finish }), parts)).rejects.toBe(doubt);
    expect(seen.dropped).toEqual([doubt]);
  });

  test("a refusal is not asked about, and gets the mechanism's own reason as its cause", async () => {
    const finish = (): void => {
      throw new Error("nobody asks");
    };
    const { seen, parts } = carrier(100, () => Promise.reject(new Error("535")));
    const reason = new Error("token expired");
    await expect(carryExchange(client(null, { finish, refusal: reason }), parts)).rejects.toMatchObject({ message: "535", cause: reason });
    await expect(carryExchange(client(null, { finish }), parts)).rejects.not.toHaveProperty("cause");
    expect(seen.dropped).toEqual([]);
  });
});

describe("a server", () => {
  const mechanism = (name: string, rest: Partial<SaslServerMechanism> = {}): SaslServerMechanism => ({
    name,
    plaintext: false,
    start: () => ({ mechanism: name, next: () => Promise.resolve({ type: "failure" }) }),
    ...rest,
  });
  const tls: TlsInfo = { authorized: true, channelBindings: [], channelBinding: () => Promise.resolve(undefined) };
  const all = [
    mechanism("CLEAR", { plaintext: true }),
    mechanism("BOUND", { offeredOn: (context) => context.tls !== undefined }),
    mechanism("ANYWHERE"),
  ];

  test.each([
    ["in the open", { mayShowPasswords: false }, ["ANYWHERE"]],
    ["in the open, where that does not matter", { mayShowPasswords: true }, ["CLEAR", "ANYWHERE"]],
    ["inside TLS", { mayShowPasswords: true, tls }, ["CLEAR", "BOUND", "ANYWHERE"]],
  ])("offers %s what can be used there", (_, surroundings, names) => {
    expect(offeredMechanisms(all, surroundings).map(({ name }) => name)).toEqual(names);
  });

  /** The steps of an exchange in which the mechanism goes through `own`. */
  async function steps(own: readonly SaslStep[], ...responses: (string | null)[]): Promise<SaslStep[]> {
    const left = [...own];
    const next = (): Promise<SaslStep> => Promise.resolve(left.shift() ?? { type: "failure", reason: "no step is left" });
    const server = startExchange(mechanism("X", { start: () => ({ mechanism: "X", next }) }), {});
    expect(server.mechanism).toBe("X");
    const taken: SaslStep[] = [];
    for (const response of responses) taken.push(await server.next(response === null ? null : utf8(response)));
    return taken;
  }

  const won: SaslStep = { type: "success", identity: "tim", data: utf8("v=1") };
  const proof: SaslStep = { type: "challenge", data: utf8("v=1") };

  test("says what a success has to say as one more challenge, to be answered with nothing", async () => {
    expect(await steps([won], "hi", "")).toEqual([proof, { type: "success", identity: "tim" }]);
    expect(await steps([won], "hi", "but")).toMatchObject([proof, { type: "failure" }]);
    expect(await steps([won], "hi", null)).toMatchObject([proof, { type: "failure" }]);
  });

  test("leaves all other steps as they are", async () => {
    const own: SaslStep[] = [
      { type: "challenge", data: utf8("?") },
      { type: "success", identity: "tim" },
    ];
    expect(await steps(own, null, "!")).toEqual(own);
    expect(await steps([], null)).toEqual([{ type: "failure", reason: "no step is left" }]);
  });
});
