import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "@mailwire/wire";
import { anonymousClient, anonymousServer } from "./anonymous.ts";
import type { SaslStep } from "./mechanism.ts";

/** What the server was told, and its step. */
async function say(message: Uint8Array | null): Promise<{ told: unknown[]; step: SaslStep }> {
  const told: unknown[] = [];
  const server = anonymousServer((request) => {
    told.push(request);
    return Promise.resolve(request.trace === "unwelcome" ? undefined : "guest");
  });
  expect(server).toMatchObject({ name: "ANONYMOUS", plaintext: false });
  return { told, step: await server.start({}).next(message) };
}

test("RFC 4505 section 4: the trace is sirhc", async () => {
  const message = await anonymousClient({ trace: "sirhc" }).start();
  expect(message).toEqual(utf8("sirhc"));
  expect(await say(message)).toEqual({ told: [{ trace: "sirhc" }], step: { type: "success", identity: "guest" } });
});

test("without a trace the initial response is empty", async () => {
  const message = await anonymousClient().start();
  expect(message).toEqual(new Uint8Array());
  expect(await say(message)).toEqual({ told: [{}], step: { type: "success", identity: "guest" } });
});

test("a client that waits is asked by an empty challenge", async () => {
  expect((await say(null)).step).toEqual({ type: "challenge", data: new Uint8Array() });
});

test("the server may let nobody in", async () => {
  expect((await say(utf8("unwelcome"))).step).toEqual({ type: "failure", reason: "no guests now" });
});

const malformed = [
  "a\rb",
  "a\u007fb",
  "a\u0085b",
  "\u200e",
  "\ufeff",
  "\ue000",
  "\ufffe",
  "\u{e0001}",
  "\ufffd",
  "\u0340",
  "x".repeat(256),
];
test.each(malformed)("%j cannot be a trace (RFC 4505 section 3)", async (trace) => {
  expect(() => anonymousClient({ trace })).toThrow(expect.objectContaining({ side: "local", code: "bad-credential" }));
  expect(await say(utf8(trace))).toEqual({ told: [], step: { type: "failure", reason: "malformed ANONYMOUS message" } });
});

test("255 characters of any length can", async () => {
  expect((await say(await anonymousClient({ trace: "\u{1d11e}".repeat(255) }).start())).step.type).toBe("success");
});

test("any bytes are a success or a failure", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array(), async (bytes) => /success|failure/.test((await say(bytes)).step.type)));
});

test("the client has nothing to say to a challenge", async () => {
  const client = anonymousClient();
  await expect(client.next(new Uint8Array())).rejects.toMatchObject({ side: "remote", code: "sasl-unexpected-challenge" });
  expect(() => client.finish()).not.toThrow();
});
