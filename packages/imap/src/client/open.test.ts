import { memoryPair } from "@mailwire/transport";
import { describe, expect, test } from "vitest";
import { HandServer, connected, failure, greeted, handPair, quiet } from "../../test/client-fixture.ts";
import { ImapClient, ImapResponseError } from "../client.ts";
import type { ImapClientOptions } from "../client.ts";

const IN_CLEAR = { secure: false };

/** How opening fails against a server that behaves as told, and all that the client said after that. */
async function failing(
  options: ImapClientOptions,
  dialogue: (server: HandServer) => Promise<void>,
  pair = IN_CLEAR,
): Promise<{ error: unknown; rest: string }> {
  const [transport, server] = handPair(pair);
  const opening = failure(ImapClient.open(transport, options));
  await dialogue(server);
  return { error: await opening, rest: await server.rest().catch(() => "") };
}

describe("the greeting", () => {
  test("OK, with capabilities: nothing needs to be asked", async () => {
    const { client } = await connected(" Idle AUTH=plain");
    expect(client.state).toBe("not-authenticated");
    expect([...(client.capabilities ?? [])]).toEqual(["IMAP4REV1", "IDLE", "AUTH=PLAIN"]);
    expect(client.info.secure).toBe(true);
    expect(client.mailbox).toBeUndefined();
  });

  test("OK without capabilities: they are asked for", async () => {
    const [transport, server] = handPair();
    const opening = ImapClient.open(transport);
    await server.say("* OK ready");
    await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 IDLE", "OK done");
    expect((await opening).capabilities).toEqual(new Set(["IMAP4REV1", "IDLE"]));
  });

  test("the OK to CAPABILITY may carry them", async () => {
    const [transport, server] = handPair();
    const opening = ImapClient.open(transport);
    await server.say("* OK ready");
    await server.answer("CAPABILITY", "OK [CAPABILITY IMAP4rev1] done");
    expect((await opening).capabilities).toEqual(new Set(["IMAP4REV1"]));
  });

  test("a server that does not tell its capabilities has none", async () => {
    const [transport, server] = handPair();
    const opening = ImapClient.open(transport);
    await server.say("* OK ready");
    await server.answer("CAPABILITY", "OK done");
    const client = await opening;
    expect(client.capabilities).toBeUndefined();
    const asking = client.capability();
    await server.answer("CAPABILITY", "OK done");
    expect(await asking).toEqual(new Set());
  });

  test("PREAUTH on a secure way: logged in", async () => {
    const { client } = await greeted("* PREAUTH [CAPABILITY IMAP4rev1] hello tim");
    expect(client.state).toBe("authenticated");
  });

  test("PREAUTH on a way in clear, where TLS is required", async () => {
    const { error, rest } = await failing({ serverName: "x" }, (server) => server.say("* PREAUTH [CAPABILITY STARTTLS] hi"));
    expect(error).toMatchObject({ name: "ProtocolError", side: "remote", code: "preauth-without-tls" });
    expect(rest).toBe("");
  });

  test("BYE behind the greeting is nobody's mistake", async () => {
    const { error } = await failing({}, (server) => server.say("* OK hi\r\n* BYE I changed my mind"), { secure: true });
    expect(error).toMatchObject({ name: "ConnectionError", code: "closed" });
  });

  test("BYE rejects with what the server said", async () => {
    const { error } = await failing({}, (server) => server.say("* BYE [UNAVAILABLE] too busy"), { secure: true });
    expect(error).toBeInstanceOf(ImapResponseError);
    expect(error).toMatchObject({
      name: "ImapResponseError",
      command: "greeting",
      code: { type: "UNAVAILABLE" },
      response: { status: "BYE" },
      message: "greeting: BYE [UNAVAILABLE] too busy",
    });
  });

  test.each([
    ["220 smtp ready", "bad-greeting"],
    ["+OK pop3", "unexpected-continuation"],
    ["* BAD no", "bad-greeting"],
    ["* 3 EXISTS", "bad-greeting"],
  ])("%j is none", async (line, code) => {
    const { error } = await failing({ allowPlaintext: true }, (server) => server.say(line));
    expect(error).toMatchObject({ name: "ProtocolError", side: "remote", code });
  });

  test("none before the end", async () => {
    const { error } = await failing({ allowPlaintext: true }, (server) => server.transport.end());
    expect(error).toMatchObject({ name: "ConnectionError", code: "eof", phase: "greeting" });
  });

  test("none before the limit", async () => {
    const { error } = await failing({ allowPlaintext: true, limits: { greetingMs: 1 } }, () => Promise.resolve());
    expect(error).toMatchObject({ name: "ConnectionError", code: "timeout", phase: "greeting" });
  });
});

describe("the signal of the connection", () => {
  test("aborted before", async () => {
    const { error } = await failing({ allowPlaintext: true, signal: AbortSignal.abort("no") }, () => Promise.resolve());
    expect(error).toMatchObject({ name: "ConnectionError", code: "aborted" });
  });

  test("aborted while capabilities are asked for", async () => {
    const controller = new AbortController();
    const { error } = await failing({ allowPlaintext: true, signal: controller.signal }, async (server) => {
      await server.say("* OK ready");
      await server.command("CAPABILITY");
      controller.abort("enough");
    });
    expect(error).toMatchObject({ name: "ConnectionError", code: "aborted", cause: "enough" });
  });

  test("aborted later drops the connection", async () => {
    const controller = new AbortController();
    const { client } = await connected("", { signal: controller.signal });
    const noop = failure(client.noop());
    controller.abort();
    expect(await noop).toMatchObject({ name: "ConnectionError", code: "aborted" });
    expect((await client.closed).reason).toBe("aborted");
  });
});

describe("STARTTLS", () => {
  test("needs a name to check: without it nothing begins", async () => {
    const [transport] = memoryPair();
    await expect(ImapClient.open(transport)).rejects.toMatchObject({ side: "local", code: "missing-server-name" });
  });

  test("upgrades by default, then asks again what the server can do", async () => {
    const [left, right] = memoryPair();
    const server = new HandServer(right);
    const opening = ImapClient.open(left, { serverName: "mail.example" });
    await server.say("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready");
    const tag = await server.command("STARTTLS");
    const inside = right.startTls?.({ side: "server", tls: {}, reply: new TextEncoder().encode(`${tag} OK go\r\n`) });
    if (inside !== undefined) server.transport = await inside;
    await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN", "OK done");
    const client = await opening;
    expect(client.info.secure).toBe(true);
    expect(client.capabilities).toEqual(new Set(["IMAP4REV1", "AUTH=PLAIN"]));
    const login = client.login("tim", "hush");
    await server.answer("LOGIN tim hush", "OK in");
    await login;
  });

  test("is not asked for on a secure way, nor where plaintext is allowed", async () => {
    const secure = await connected(" STARTTLS");
    expect(secure.client.state).toBe("not-authenticated");
    const inClear = await greeted("* OK [CAPABILITY IMAP4rev1 STARTTLS] hi", { allowPlaintext: true, serverName: "x" }, IN_CLEAR);
    expect(inClear.client.info.secure).toBe(false);
  });

  test("is missing: an error, and the connection is dropped", async () => {
    const { error, rest } = await failing({ serverName: "x" }, (server) => server.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready"));
    expect(error).toMatchObject({ name: "ConnectionError", code: "tls", phase: "starttls" });
    expect(rest).toBe("");
  });

  test("is missing where the server does not say anything of itself", async () => {
    const { error } = await failing({ serverName: "x" }, async (server) => {
      await server.say("* OK ready");
      await server.answer("CAPABILITY", "BAD what?");
    });
    expect(error).toMatchObject({ name: "ImapResponseError", command: "CAPABILITY", message: "CAPABILITY: BAD what?" });
    const silent = await failing({ serverName: "x" }, async (server) => {
      await server.say("* OK ready");
      await server.answer("CAPABILITY", "OK done");
    });
    expect(silent.error).toMatchObject({ name: "ConnectionError", code: "tls" });
  });

  test.each(["NO [UNAVAILABLE] not now", "BAD what?"])("is refused: %s", async (answer) => {
    const { error, rest } = await failing({ serverName: "x" }, async (server) => {
      await server.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready");
      await server.answer("STARTTLS", answer);
    });
    expect(error).toMatchObject({
      name: "ConnectionError",
      code: "tls",
      phase: "starttls",
      cause: { name: "ImapResponseError", command: "STARTTLS" },
    });
    expect(rest).toBe("");
  });

  test("bytes in clear behind the OK", async () => {
    const { error } = await failing({ serverName: "x" }, async (server) => {
      await server.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready");
      await server.answer("STARTTLS", "OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN");
    });
    expect(error).toMatchObject({ name: "ProtocolError", code: "starttls-injection" });
  });

  test("the connection is lost before, or in the handshake", async () => {
    const before = await failing({ serverName: "x" }, async (server) => {
      await server.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready");
      await server.command("STARTTLS");
      await server.transport.end();
    });
    expect(before.error).toMatchObject({ name: "ConnectionError", code: "eof" });
    const after = await failing({ serverName: "x" }, async (server) => {
      await server.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready");
      await server.answer("STARTTLS", "OK go");
      await quiet();
      server.transport.abort();
    });
    expect(after.error).toMatchObject({ name: "ConnectionError" });
    const left = await failing({ serverName: "x" }, async (server) => {
      await server.say("* OK [CAPABILITY IMAP4rev1 STARTTLS] ready");
      await server.command("STARTTLS");
      await server.say("* BYE shutting down");
      await server.transport.end();
    });
    expect(left.error).toMatchObject({ name: "ConnectionError", code: "closed", message: "the server left: shutting down" });
  });

  test("credentials are not said in clear, whatever the caller does", async () => {
    const { client, server } = await greeted("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi", { allowPlaintext: true }, IN_CLEAR);
    await expect(client.login("tim", "hush")).rejects.toMatchObject({ side: "local", code: "login-disabled" });
    client.abort();
    expect(await server.rest().catch(() => "")).toBe("");
  });
});
