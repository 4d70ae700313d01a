import { expect, test } from "vitest";
import { type TlsInfo, utf8 } from "@mailwire/wire";
import { externalClient, externalServer, type ExternalRequest } from "./external.ts";
import type { SaslContext, SaslStep } from "./mechanism.ts";

const CERTIFICATE = Uint8Array.of(0x30, 0);
const BARE: TlsInfo = { authorized: true, channelBindings: [], channelBinding: () => Promise.resolve(undefined) };
const TLS: TlsInfo = { ...BARE, peerCertificate: CERTIFICATE };

/** What the verification was asked and what the exchange came to. */
async function say(context: SaslContext, ...responses: (Uint8Array | null)[]): Promise<{ asked: ExternalRequest[]; steps: SaslStep[] }> {
  const asked: ExternalRequest[] = [];
  const verify = (request: ExternalRequest): Promise<string | undefined> => {
    asked.push(request);
    return Promise.resolve(request.authorizationIdentity === "stranger" ? undefined : (request.authorizationIdentity ?? "fred"));
  };
  const server = externalServer(verify).start(context);
  const steps: SaslStep[] = [];
  for (const response of responses) steps.push(await server.next(response));
  return { asked, steps };
}

test("RFC 4422 appendix A.1: without an identity the initial response is empty, not missing", async () => {
  expect(await externalClient().start()).toEqual(new Uint8Array());
  expect(await say({ tls: TLS }, new Uint8Array())).toEqual({
    asked: [{ certificate: CERTIFICATE }],
    steps: [{ type: "success", identity: "fred" }],
  });
});

test("RFC 4422 appendix A.1: with an identity to act as", async () => {
  const message = await externalClient({ authorizationIdentity: "fred@example.com" }).start();
  expect(message).toEqual(utf8("fred@example.com"));
  expect(await say({ tls: TLS }, message)).toEqual({
    asked: [{ certificate: CERTIFICATE, authorizationIdentity: "fred@example.com" }],
    steps: [{ type: "success", identity: "fred@example.com" }],
  });
});

test("a client that waits is asked by an empty challenge", async () => {
  expect((await say({ tls: TLS }, null, new Uint8Array())).steps).toEqual([
    { type: "challenge", data: new Uint8Array() },
    { type: "success", identity: "fred" },
  ]);
});

test.each([
  ["an identity that the certificate is not for", utf8("stranger"), "certificate refused"],
  ["a NUL in it", utf8("a\0b"), "malformed EXTERNAL message"],
  ["what is not UTF-8", Uint8Array.of(0xff), "malformed EXTERNAL message"],
  ["one too long", new Uint8Array(5000).fill(0x61), "malformed EXTERNAL message"],
])("%s is refused", async (_, message, reason) => {
  expect((await say({ tls: TLS }, message)).steps).toEqual([{ type: "failure", reason }]);
});

test.each<[string, SaslContext, boolean]>([
  ["with a good certificate", { tls: TLS }, true],
  ["with a certificate that was not found good", { tls: { ...TLS, authorized: false } }, false],
  ["without one", { tls: BARE }, false],
  ["outside TLS", {}, false],
])("%s: offered %s", async (_, context, isOffered) => {
  const mechanism = externalServer(() => Promise.resolve("anybody"));
  expect(mechanism).toMatchObject({ name: "EXTERNAL", plaintext: false });
  expect(mechanism.offeredOn?.(context)).toBe(isOffered);
  expect(await mechanism.start(context).next(new Uint8Array())).toMatchObject({ type: isOffered ? "success" : "failure" });
});

test("the client has nothing to say to a challenge, and refuses what cannot be said", async () => {
  const client = externalClient();
  await expect(client.next(new Uint8Array())).rejects.toMatchObject({ side: "remote", code: "sasl-unexpected-challenge" });
  expect(() => client.finish()).not.toThrow();
  expect(() => externalClient({ authorizationIdentity: "" })).toThrow(expect.objectContaining({ side: "local", code: "bad-credential" }));
});
