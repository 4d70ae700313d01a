import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret, decodeBase64, encodeBase64, latin1, utf8 } from "@mailwire/wire";
import { TokenRefusedError } from "./bearer-token.ts";
import type { TokenCredentials, TokenRefusal, TokenServerOptions } from "./bearer-token.ts";
import type { SaslClient, SaslServerMechanism, SaslStep } from "./mechanism.ts";
import { oauthBearerClient, oauthBearerServer } from "./oauthbearer.ts";
import { xoauth2Client, xoauth2Server } from "./xoauth2.ts";

const TOKEN = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";
/** RFC 7628 section 4.1, IMAP. */
const RFC_MESSAGE =
  "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI" +
  "HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
const RFC_QUERY = "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9AQE=";
const RFC_ERROR =
  "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4" +
  "YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=";
const RFC_REFUSAL: TokenRefusal = {
  status: "invalid_token",
  scope: "example_scope",
  openidConfiguration: "https://example.com/.well-known/openid-configuration",
};

type Asked = Omit<TokenCredentials, "token"> & { readonly token: string };

/** What the verification was asked and what the exchange came to. */
async function say(
  offer: (
    verify: (credentials: TokenCredentials) => Promise<string | TokenRefusal | undefined>,
    options?: TokenServerOptions,
  ) => SaslServerMechanism,
  responses: readonly (Uint8Array | null)[],
  options?: TokenServerOptions,
): Promise<{ asked: Asked[]; steps: SaslStep[] }> {
  const asked: Asked[] = [];
  const verify = ({ token, ...rest }: TokenCredentials): Promise<string | TokenRefusal | undefined> => {
    asked.push({ token: token.reveal(), ...rest });
    if (token.reveal() === "narrow") return Promise.resolve({ status: "insufficient_scope", scope: "mail" });
    return Promise.resolve(token.reveal() === "bad" ? undefined : (rest.user ?? "owner"));
  };
  const server = offer(verify, options).start({});
  const steps: SaslStep[] = [];
  for (const response of responses) steps.push(await server.next(response));
  return { asked, steps };
}

describe("OAUTHBEARER", () => {
  test("RFC 7628 section 4.1: a token that is good", async () => {
    const client = oauthBearerClient({ token: new Secret(TOKEN), user: "user@example.com", host: "server.example.com", port: 143 });
    const message = await client.start();
    expect(encodeBase64(message ?? new Uint8Array())).toBe(RFC_MESSAGE);
    expect(await say(oauthBearerServer, [message])).toEqual({
      asked: [{ token: TOKEN, user: "user@example.com", host: "server.example.com", port: 143 }],
      steps: [{ type: "success", identity: "user@example.com" }],
    });
    expect(() => client.finish()).not.toThrow();
    expect(client.refusal).toBeUndefined();
  });

  test("RFC 7628 section 4.3: a client without a token asks what is needed", async () => {
    const query = decodeBase64(RFC_QUERY) ?? new Uint8Array();
    const { asked, steps } = await say(oauthBearerServer, [query, Uint8Array.of(1)], { refusal: RFC_REFUSAL });
    expect(asked).toEqual([]);
    expect(steps).toEqual([
      { type: "challenge", data: decodeBase64(RFC_ERROR) },
      { type: "failure", reason: "token refused: invalid_token" },
    ]);
  });

  test("RFC 7628 section 3.2.3: the client answers the error with %x01 and keeps it", async () => {
    const client = oauthBearerClient({ token: TOKEN });
    expect(await client.next(decodeBase64(RFC_ERROR) ?? new Uint8Array())).toEqual(Uint8Array.of(1));
    expect(client.refusal).toBeInstanceOf(TokenRefusedError);
    expect(client.refusal).toMatchObject({ refusal: RFC_REFUSAL, message: 'the token is refused: "invalid_token"' });
    await expect(client.next(new Uint8Array())).rejects.toMatchObject({ side: "remote", code: "sasl-unexpected-challenge" });
  });

  test("the user may be left to the token, and its name is escaped", async () => {
    expect(latin1((await oauthBearerClient({ token: "t" }).start()) ?? new Uint8Array())).toBe("n,,\x01auth=Bearer t\x01\x01");
    const message = await oauthBearerClient({ token: "t", user: "a,b=c" }).start();
    expect(latin1(message ?? new Uint8Array())).toBe("n,a=a=2Cb=3Dc,\x01auth=Bearer t\x01\x01");
    expect((await say(oauthBearerServer, [message])).asked).toEqual([{ token: "t", user: "a,b=c" }]);
  });

  test.each([
    ["the scheme in any case", "n,,\x01auth=bEaReR t\x01\x01"],
    ["a client that has a channel binding", "y,,\x01auth=Bearer t\x01\x01"],
    ["pairs that are not known", "n,,\x01foo=bar \r\n\t\x01auth=Bearer t\x01\x01"],
  ])("takes %s", async (_, message) => {
    expect((await say(oauthBearerServer, [utf8(message)])).steps).toEqual([{ type: "success", identity: "owner" }]);
  });

  test.each([
    ["nothing", ""],
    ["the dummy at the start", "\x01"],
    ["no header", "\x01auth=Bearer t\x01\x01"],
    ["a channel binding, which this mechanism has not", "p=tls-exporter,,\x01auth=Bearer t\x01\x01"],
    ["an escape that is none", "n,a=a=2cb,\x01auth=Bearer t\x01\x01"],
    ["an empty user", "n,a=,\x01auth=Bearer t\x01\x01"],
    ["a user too long", `n,a=${"u".repeat(31)},\x01auth=Bearer t\x01\x01`],
    ["no end", "n,,\x01auth=Bearer t\x01"],
    ["no auth", "n,,\x01host=h\x01\x01"],
    ["two of it", "n,,\x01auth=Bearer t\x01auth=Bearer u\x01\x01"],
    ["another scheme", "n,,\x01auth=Basic dTpw\x01\x01"],
    ["no token behind the scheme", "n,,\x01auth=Bearer\x01\x01"],
    ["a token that is none", "n,,\x01auth=Bearer t,u\x01\x01"],
    ["a token too long", `n,,\x01auth=Bearer ${"t".repeat(31)}\x01\x01`],
    ["a port that is none", "n,,\x01port=http\x01auth=Bearer t\x01\x01"],
    ["a key that is none", "n,,\x01a1=x\x01auth=Bearer t\x01\x01"],
    ["a control character", "n,,\x01foo=\x02\x01auth=Bearer t\x01\x01"],
  ])("%s is malformed", async (_, message) => {
    expect(await say(oauthBearerServer, [utf8(message)], { limits: { maxFieldBytes: 30 } })).toEqual({
      asked: [],
      steps: [{ type: "failure", reason: "malformed OAUTHBEARER message" }],
    });
  });

  test.each<[string, () => SaslClient]>([
    ["a token with a space", () => oauthBearerClient({ token: "to ken" })],
    ["no token", () => oauthBearerClient({ token: "" })],
    ["an empty user", () => oauthBearerClient({ token: "t", user: "" })],
    ["a host with a separator", () => oauthBearerClient({ token: "t", host: "h\x01" })],
    ["half a port", () => oauthBearerClient({ token: "t", port: 1.5 })],
    ["an XOAUTH2 user with a separator", () => xoauth2Client({ token: "t", user: "u\x01" })],
    ["an XOAUTH2 user that is empty", () => xoauth2Client({ token: "t", user: "" })],
    ["an XOAUTH2 token with a line end", () => xoauth2Client({ token: "t\r\n", user: "u" })],
  ])("%s is not said", (_, make) => {
    expect(make).toThrow(expect.objectContaining({ side: "local", code: "bad-credential" }));
  });
});

describe("XOAUTH2", () => {
  test("says the user and the token", async () => {
    const message = await xoauth2Client({ user: "someuser@example.com", token: "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg" }).start();
    // The example of Google's page.
    expect(encodeBase64(message ?? new Uint8Array())).toBe(
      "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==",
    );
    expect(await say(xoauth2Server, [message])).toMatchObject({
      asked: [{ user: "someuser@example.com" }],
      steps: [{ type: "success", identity: "someuser@example.com" }],
    });
  });

  test("the client answers the error with nothing", async () => {
    const client = xoauth2Client({ user: "u", token: "t" });
    const error = "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K";
    expect(await client.next(decodeBase64(error) ?? new Uint8Array())).toEqual(new Uint8Array());
    expect(client.refusal).toMatchObject({ refusal: { status: "401", scope: "https://mail.google.com/" } });
  });

  test.each([
    "",
    "user=u\x01\x01",
    "auth=Bearer t\x01\x01",
    "user=\x01auth=Bearer t\x01\x01",
    `user=${"u".repeat(31)}\x01auth=Bearer t\x01\x01`,
  ])("%j is malformed", async (message) => {
    const { steps } = await say(xoauth2Server, [utf8(message)], { limits: { maxFieldBytes: 30 } });
    expect(steps).toEqual([{ type: "failure", reason: "malformed XOAUTH2 message" }]);
  });
});

describe.each([
  ["OAUTHBEARER", oauthBearerServer, (token: string) => oauthBearerClient({ token, user: "u" }), "n,,\x01auth=\x01\x01"],
  ["XOAUTH2", xoauth2Server, (token: string) => xoauth2Client({ token, user: "u" }), "user=u\x01auth=\x01\x01"],
] as const)("%s", (name, offer, login, query) => {
  test.each<[string, Partial<TokenRefusal>]>([
    ["narrow", { status: "insufficient_scope", scope: "mail" }],
    ["bad", { status: "invalid_token" }],
  ])("a token that is %s is refused with a reason that reaches the client", async (token, refusal) => {
    const client = login(token);
    const server = offer(({ token: said }) =>
      Promise.resolve(said.reveal() === "narrow" ? { status: "insufficient_scope", scope: "mail" } : undefined),
    ).start({});
    const reason = await server.next(await client.start());
    if (reason.type !== "challenge") throw new Error("no challenge");
    const end = await server.next(await client.next(reason.data));
    expect(end).toEqual({ type: "failure", reason: `token refused: ${refusal.status}` });
    expect(client.refusal).toMatchObject({ refusal });
  });

  test("is bound to secure connections, and asks a client that waits", async () => {
    const mechanism = offer(() => Promise.resolve("u"));
    expect(mechanism).toMatchObject({ name, plaintext: true });
    expect(mechanism.start({}).mechanism).toBe(name);
    expect((await say(offer, [null])).steps).toEqual([{ type: "challenge", data: new Uint8Array() }]);
  });

  test("tells who says no token what is wrong with it", async () => {
    const { steps } = await say(offer, [utf8(query)]);
    expect(steps).toEqual([{ type: "challenge", data: utf8('{"status":"invalid_token"}') }]);
  });

  test.each(["", "[]", "null", "7", '{"status":7}', "[".repeat(10_000), "\xff"])(
    "a reason that cannot be understood: %.20j",
    async (json) => {
      const client = login("t");
      await client.next(utf8(json));
      expect(client.refusal).toMatchObject({ refusal: {}, message: 'the token is refused: "no status"' });
    },
  );

  test("any bytes are a challenge, a success or a failure", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (bytes) =>
        /^(challenge|success|failure)$/.test((await say(offer, [bytes])).steps[0]?.type ?? ""),
      ),
    );
  });
});
