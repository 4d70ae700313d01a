import { loginClient, plainClient } from "@mailwire/sasl";
import type { SaslClient } from "@mailwire/sasl";
import { ProtocolError, Secret } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { connected, failure, isSettled } from "../../test/client-fixture.ts";
import { transcript } from "../../test/rig.ts";

const PLAIN = plainClient({ user: "tim", password: "hush" });
/** NUL tim NUL hush */
const PLAIN_BASE64 = "AHRpbQBodXNo";

describe("LOGIN", () => {
  test("succeeds, and tells new capabilities", async () => {
    const { client, server } = await connected();
    const login = client.login("tim", new Secret("hush hush"));
    await server.answer('LOGIN tim "hush hush"', "OK [CAPABILITY IMAP4rev1 IDLE] in");
    await login;
    expect(client.state).toBe("authenticated");
    expect(client.capabilities).toEqual(new Set(["IMAP4REV1", "IDLE"]));
  });

  test("without new capabilities nothing is known", async () => {
    const { client, server } = await connected();
    const login = client.login("tim", "hush");
    await server.answer("LOGIN tim hush", "OK in");
    await login;
    expect(client.capabilities).toBeUndefined();
  });

  test("is refused: the response comes out without the password, and another try is possible", async () => {
    const { client, server } = await connected();
    const refused = failure(client.login("tim", "hush"));
    await server.answer("LOGIN tim hush", "NO [AUTHENTICATIONFAILED] no such luck");
    const error = await refused;
    expect(error).toMatchObject({
      command: "LOGIN",
      code: { type: "AUTHENTICATIONFAILED" },
      message: "LOGIN: NO [AUTHENTICATIONFAILED] no such luck",
    });
    expect(JSON.stringify(error)).not.toContain("hush");
    const again = client.login("tim", "hush");
    await server.answer("LOGIN tim hush", "OK in");
    await again;
  });

  test("a password beyond US-ASCII goes as a literal", async () => {
    const { client, server } = await connected();
    const login = client.login("tim", "gr\u00fcn");
    const tag = await server.command("LOGIN tim {5}");
    await server.say("+ go");
    expect(await server.line()).toBe("gr\u00c3\u00bcn");
    await server.say(`${tag} OK in`);
    await login;
  });

  test("what cannot be said is refused here", async () => {
    const { client } = await connected(" LOGINDISABLED");
    await expect(client.login("tim", "hush")).rejects.toMatchObject({ side: "local", code: "login-disabled" });
    const other = await connected();
    const error = await failure(other.client.login("tim", "hush\0"));
    expect(error).toMatchObject({ side: "local", code: "bad-argument" });
    expect(String(error)).not.toContain("hush");
  });
});

describe("AUTHENTICATE", () => {
  test("the initial response goes with the command where the server says SASL-IR", async () => {
    const { client, server } = await connected(" SASL-IR");
    const login = client.authenticate(PLAIN);
    await server.answer(`AUTHENTICATE PLAIN ${PLAIN_BASE64}`, "OK in");
    await login;
    expect(client.state).toBe("authenticated");
  });

  test("else it answers the first challenge", async () => {
    const { client, server } = await connected();
    const login = client.authenticate(PLAIN);
    const tag = await server.command("AUTHENTICATE PLAIN");
    await server.say("+ ");
    expect(await server.line()).toBe(PLAIN_BASE64);
    await server.say(`${tag} OK in`);
    await login;
  });

  test("an empty initial response is one", async () => {
    const { client, server } = await connected(" SASL-IR");
    const external: SaslClient = {
      mechanism: "EXTERNAL",
      start: () => Promise.resolve(new Uint8Array()),
      next: () => Promise.resolve(new Uint8Array()),
      finish: () => undefined,
    };
    const login = client.authenticate(external);
    await server.answer("AUTHENTICATE EXTERNAL =", "OK in");
    await login;
    expect(client.state).toBe("authenticated");
  });

  test("the server speaks first with LOGIN", async () => {
    const { client, server } = await connected(" SASL-IR");
    const login = client.authenticate(loginClient({ user: "tim", password: "hush" }));
    const tag = await server.command("AUTHENTICATE LOGIN");
    await server.say("+ VXNlcm5hbWU6");
    expect(await server.line()).toBe("dGlt");
    await server.say("+ UGFzc3dvcmQ6");
    expect(await server.line()).toBe("aHVzaA==");
    await server.say(`${tag} OK in`);
    await login;
  });

  test("a challenge to a mechanism that has nothing to say gives the exchange up; its error comes out after the answer", async () => {
    const { client, server } = await connected(" SASL-IR");
    const login = client.authenticate(PLAIN);
    const outcome = failure(login);
    const tag = await server.command(`AUTHENTICATE PLAIN ${PLAIN_BASE64}`);
    await server.say("+ AAAA");
    expect(await server.line()).toBe("*");
    expect(await isSettled(login)).toBe(false);
    await server.say(`${tag} BAD cancelled`);
    expect(await outcome).toMatchObject({ code: "sasl-unexpected-challenge" });
    const again = client.login("tim", "hush");
    await server.answer("LOGIN tim hush", "OK in");
    await again;
  });

  test("a first challenge that says something, where the client speaks first", async () => {
    const { client, server } = await connected();
    const outcome = failure(client.authenticate(PLAIN));
    const tag = await server.command("AUTHENTICATE PLAIN");
    await server.say("+ AAAA");
    expect(await server.line()).toBe("*");
    await server.say(`${tag} BAD cancelled`);
    expect(await outcome).toMatchObject({ side: "remote", code: "sasl-unexpected-challenge" });
  });

  test("an OK to an exchange that the client gave up is no success", async () => {
    const distrust = new ProtocolError("remote", "bad-signature", "the server does not know the password");
    const { client, server } = await connected();
    const mutual: SaslClient = { ...PLAIN, mechanism: "MUTUAL", start: () => Promise.resolve(null), next: () => Promise.reject(distrust) };
    const outcome = failure(client.authenticate(mutual));
    const tag = await server.command("AUTHENTICATE MUTUAL");
    await server.say("+ AAAA");
    expect(await server.line()).toBe("*");
    await server.say(`${tag} OK in all the same`);
    expect(await outcome).toBe(distrust);
  });

  test("is refused", async () => {
    const { client, server } = await connected(" SASL-IR");
    const outcome = failure(client.authenticate(PLAIN));
    await server.answer(`AUTHENTICATE PLAIN ${PLAIN_BASE64}`, "NO [X-LOCKED until=noon] come back later");
    expect(await outcome).toMatchObject({ command: "AUTHENTICATE", message: "AUTHENTICATE: NO [X-LOCKED] come back later" });
  });

  test("a mechanism that cannot begin says nothing", async () => {
    const { client, server } = await connected();
    const broken: SaslClient = { ...PLAIN, start: () => Promise.reject(new Error("no ticket")) };
    await expect(client.authenticate(broken)).rejects.toThrow("no ticket");
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("the connection is dropped while the mechanism works", async () => {
    const { client, server } = await connected();
    const slow: SaslClient = {
      ...PLAIN,
      mechanism: "SLOW",
      start: () => Promise.resolve(null),
      next: () => {
        client.abort("changed my mind");
        return Promise.resolve(new Uint8Array());
      },
    };
    const outcome = failure(client.authenticate(slow));
    await server.command("AUTHENTICATE SLOW");
    await server.say("+ ");
    expect(await outcome).toMatchObject({ name: "ConnectionError", code: "aborted" });
  });

  test("a raw AUTHENTICATE has nobody to respond", async () => {
    const { client, server } = await connected();
    const outcome = failure(client.raw("authenticate PLAIN"));
    const tag = await server.command("AUTHENTICATE PLAIN");
    await server.say("+ ");
    expect(await server.line()).toBe("*");
    await server.say(`${tag} BAD cancelled`);
    expect(await outcome).toMatchObject({ code: "unexpected-challenge" });
  });
});

test("what is observed has stars for secrets", async () => {
  const { lines, observe } = transcript();
  const { client, server } = await connected("", { observe });
  const refused = failure(client.login("tim", "hush"));
  await server.answer("LOGIN tim hush", "NO sorry");
  await refused;
  const login = client.authenticate(PLAIN);
  const tag = await server.command("AUTHENTICATE PLAIN");
  await server.say("+ ");
  expect(await server.line()).toBe(PLAIN_BASE64);
  await server.say(`${tag} OK in`);
  await login;
  const other = await connected("", { observe });
  const literal = failure(other.client.login("tim", "hush\u00fc"));
  const second = await other.server.command("LOGIN tim {6}");
  await other.server.say("+ go");
  expect(await other.server.line()).toBe("hush\u00c3\u00bc");
  await other.server.say(`${second} NO sorry`);
  expect(String(await literal)).toBe("ImapResponseError: LOGIN: NO sorry");
  const trace = lines.join("\n");
  expect(trace).toContain("LOGIN tim *****");
  expect(trace).toContain("client sasl *****");
  expect(trace).not.toMatch(/hush|aHVza|AHRpb|QBodXNo/);
});
