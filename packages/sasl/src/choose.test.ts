import { describe, expect, test } from "vitest";
import { type ChannelBindingType, Secret, type TlsInfo, latin1 } from "@mailwire/wire";
import { chooseMechanism, type LoginCredentials, type MechanismPolicy } from "./choose.ts";
import type { SaslOffer } from "./mechanism.ts";

function tls(...channelBindings: ChannelBindingType[]): TlsInfo {
  return { authorized: true, channelBindings, channelBinding: (type) => Promise.resolve(new TextEncoder().encode(`the ${type}`)) };
}

const ALL =
  "ANONYMOUS CRAM-MD5 LOGIN PLAIN EXTERNAL XOAUTH2 OAUTHBEARER SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-512-PLUS GSSAPI";
const PASSWORD: LoginCredentials = { user: "tim", password: "tanstaaf" };
const TOKEN: LoginCredentials = { user: "tim", token: new Secret("t") };
const EVERYTHING: LoginCredentials = { ...PASSWORD, ...TOKEN, clientCertificate: true };
const OPEN: Partial<SaslOffer> = { secure: false };
const INSIDE: Partial<SaslOffer> = { secure: true, tls: tls() };
const BOUND: Partial<SaslOffer> = { secure: true, tls: tls("tls-exporter", "tls-server-end-point") };

function offer(mechanisms: string, way: Partial<SaslOffer>): SaslOffer {
  return { mechanisms: mechanisms.split(" ").filter(Boolean), secure: false, ...way };
}

describe("chooses", () => {
  test.each<[string, string, LoginCredentials, Partial<SaslOffer>, MechanismPolicy]>([
    // Channel binding before all, whatever the hash.
    ["SCRAM-SHA-512-PLUS", ALL, EVERYTHING, BOUND, {}],
    ["SCRAM-SHA-1-PLUS", "PLAIN SCRAM-SHA-512 SCRAM-SHA-1-PLUS", PASSWORD, BOUND, {}],
    ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256 SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS", PASSWORD, BOUND, {}],
    ["SCRAM-SHA-512", ALL, EVERYTHING, INSIDE, {}],
    ["SCRAM-SHA-256", "PLAIN OAUTHBEARER SCRAM-SHA-1 SCRAM-SHA-256", EVERYTHING, INSIDE, {}],
    ["SCRAM-SHA-1", "PLAIN LOGIN SCRAM-SHA-1", PASSWORD, OPEN, {}],
    // Then what the credentials allow.
    ["OAUTHBEARER", ALL, TOKEN, BOUND, {}],
    ["OAUTHBEARER", "PLAIN EXTERNAL OAUTHBEARER XOAUTH2", EVERYTHING, INSIDE, { also: ["XOAUTH2"] }],
    ["XOAUTH2", "PLAIN EXTERNAL XOAUTH2", EVERYTHING, INSIDE, { also: ["XOAUTH2"] }],
    ["EXTERNAL", "PLAIN EXTERNAL XOAUTH2", EVERYTHING, INSIDE, {}],
    ["PLAIN", "LOGIN CRAM-MD5 PLAIN EXTERNAL", PASSWORD, INSIDE, { also: ["LOGIN", "CRAM-MD5"] }],
    ["PLAIN", "PLAIN", PASSWORD, OPEN, { allowPasswordsInClear: true }],
    ["OAUTHBEARER", "OAUTHBEARER", TOKEN, OPEN, { allowPasswordsInClear: true }],
    // What somebody has to ask for.
    ["LOGIN", "LOGIN CRAM-MD5", PASSWORD, INSIDE, { also: ["LOGIN", "CRAM-MD5"] }],
    ["CRAM-MD5", "LOGIN CRAM-MD5 PLAIN", PASSWORD, OPEN, { also: ["LOGIN", "CRAM-MD5"] }],
    ["ANONYMOUS", "LOGIN ANONYMOUS PLAIN", PASSWORD, OPEN, { also: ["ANONYMOUS"] }],
    ["LOGIN", ALL, EVERYTHING, BOUND, { only: ["LOGIN"] }],
    ["SCRAM-SHA-1", ALL, EVERYTHING, BOUND, { only: ["PLAIN", "SCRAM-SHA-1"] }],
    ["ANONYMOUS", ALL, {}, BOUND, { only: ["ANONYMOUS"] }],
  ])("%s out of %s", async (chosen, mechanisms, credentials, way, policy) => {
    expect((await chooseMechanism(credentials, policy)(offer(mechanisms, way))).mechanism).toBe(chosen);
  });
});

describe("rejects, and says why", () => {
  test.each<[string, string, LoginCredentials, Partial<SaslOffer>, MechanismPolicy]>([
    ["the server offers no mechanism", "", EVERYTHING, BOUND, {}],
    ["PLAIN (the connection is not secure), LOGIN (only when asked for)", "PLAIN LOGIN", PASSWORD, OPEN, {}],
    ["LOGIN (the connection is not secure)", "LOGIN", PASSWORD, OPEN, { also: ["LOGIN"] }],
    ["OAUTHBEARER (the connection is not secure), XOAUTH2 (the connection", "OAUTHBEARER XOAUTH2", TOKEN, OPEN, { also: ["XOAUTH2"] }],
    ["GSSAPI (not known here), X?Y (not known here)", "GSSAPI X\x07Y", EVERYTHING, BOUND, {}],
    ["SCRAM-SHA-1-PLUS (no channel binding here)", "SCRAM-SHA-1-PLUS", PASSWORD, INSIDE, {}],
    ["SCRAM-SHA-1-PLUS (no user and password), SCRAM-SHA-1 (no", "SCRAM-SHA-1-PLUS SCRAM-SHA-1", TOKEN, BOUND, {}],
    ["PLAIN (no user and password)", "PLAIN", { password: "p" }, INSIDE, {}],
    ["OAUTHBEARER (no token), XOAUTH2 (no token)", "OAUTHBEARER XOAUTH2", PASSWORD, INSIDE, { also: ["XOAUTH2"] }],
    ["XOAUTH2 (no user)", "XOAUTH2", { token: "t" }, INSIDE, { also: ["XOAUTH2"] }],
    ["EXTERNAL (no client certificate)", "EXTERNAL", PASSWORD, INSIDE, {}],
    ["PLAIN (not allowed)", "PLAIN", PASSWORD, INSIDE, { only: ["SCRAM-SHA-256"] }],
    ["LOGIN (no user and password)", "LOGIN", TOKEN, INSIDE, { only: ["LOGIN"] }],
    ["LOGIN (cannot act as somebody else)", "LOGIN", { ...PASSWORD, authorizationIdentity: "tom" }, INSIDE, { only: ["LOGIN"] }],
  ])("%s", async (message, mechanisms, credentials, way, policy) => {
    const failure: unknown = await chooseMechanism(credentials, policy)(offer(mechanisms, way)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ side: "local", code: "no-mechanism" });
    expect(String(failure)).toContain(message);
  });

  test("credentials that cannot be said", async () => {
    await expect(chooseMechanism({ user: "a\0", password: "p" })(offer("PLAIN", INSIDE))).rejects.toMatchObject({ code: "bad-credential" });
  });
});

describe("SCRAM says of channel binding (RFC 5802 section 6)", () => {
  const exporterGone: TlsInfo = {
    ...tls("tls-exporter", "tls-server-end-point"),
    channelBinding: (type) => Promise.resolve(type === "tls-exporter" ? undefined : Uint8Array.of(1)),
  };
  test.each<[string, string, string, Partial<SaslOffer>, MechanismPolicy]>([
    ["p, the best there is", "p=tls-exporter", "SCRAM-SHA-1-PLUS SCRAM-SHA-1", BOUND, {}],
    ["p, the other one", "p=tls-server-end-point", "SCRAM-SHA-1-PLUS", { tls: tls("tls-server-end-point") }, {}],
    ["p, the other one where the first fails", "p=tls-server-end-point", "SCRAM-SHA-1-PLUS", { tls: exporterGone }, {}],
    ["y, where it could and the server seems not to", "y", "PLAIN SCRAM-SHA-1", BOUND, {}],
    ["n, where it cannot", "n", "SCRAM-SHA-1", INSIDE, {}],
    ["n, outside TLS", "n", "SCRAM-SHA-1", OPEN, {}],
    ["n, where it cannot, though the server could", "n", "SCRAM-SHA-1 SCRAM-SHA-1-PLUS", INSIDE, {}],
    ["n, where it may not, though both could", "n", "SCRAM-SHA-1 SCRAM-SHA-1-PLUS", BOUND, { only: ["SCRAM-SHA-1"] }],
    ["n, where another hash could be bound", "n", "SCRAM-SHA-256 SCRAM-SHA-1-PLUS", BOUND, { only: ["SCRAM-SHA-256"] }],
  ])("%s", async (_, flag, mechanisms, way, policy) => {
    const client = await chooseMechanism(PASSWORD, policy)(offer(mechanisms, way));
    const first = latin1((await client.start()) ?? new Uint8Array());
    expect(first.slice(0, first.indexOf(","))).toBe(flag);
  });
});

test.each<[string, string]>([
  ["PLAIN", "tom\0tim\0tanstaaf"],
  ["OAUTHBEARER", "n,a=tom,\x01auth=Bearer t\x01\x01"],
  ["XOAUTH2", "user=tom\x01auth=Bearer t\x01\x01"],
  ["EXTERNAL", "tom"],
])("%s acts as somebody else", async (mechanism, message) => {
  const choice = chooseMechanism({ ...EVERYTHING, authorizationIdentity: "tom" }, { also: ["XOAUTH2"] });
  expect(latin1((await (await choice(offer(mechanism, INSIDE))).start()) ?? new Uint8Array())).toBe(message);
});

test("a token may stand alone, for OAUTHBEARER", async () => {
  const client = await chooseMechanism({ token: "t" })(offer("OAUTHBEARER", INSIDE));
  expect(latin1((await client.start()) ?? new Uint8Array())).toBe("n,,\x01auth=Bearer t\x01\x01");
});
