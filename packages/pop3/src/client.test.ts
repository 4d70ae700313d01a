import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loginClient, loginServer, plainClient } from "@mailwire/sasl";
import { memoryPair } from "@mailwire/transport";
import { ConnectionError, ProtocolError, Secret, latin1, utf8 } from "@mailwire/wire";
import type { ByteTransport, Unit } from "@mailwire/wire";
import { NotedMaildrop, peerPair, serving } from "../test/fixture.ts";
import type { Peer } from "../test/fixture.ts";
import { Pop3Client, Pop3ReplyError } from "./client.ts";
import type { Pop3ClientOptions } from "./client.ts";
import { servePop3 } from "./server.ts";
import type { Pop3ServerOptions } from "./server.ts";

const MESSAGES = [
  "Subject: one\r\n\r\n.dot\r\n..\r\n.\r\nlast\r\n",
  "Subject: two\r\n\r\n",
  `Subject: big\r\n\r\n${".line of text\r\n".repeat(2000)}`,
];
const PLAINTEXT: Pop3ClientOptions = { allowPlaintext: true };

/** A client of our own server. */
async function openBoth(
  client: Pop3ClientOptions = PLAINTEXT,
  server: Partial<Pop3ServerOptions> = {},
  pair?: Parameters<typeof memoryPair>[0],
): Promise<{ client: Pop3Client; maildrop: NotedMaildrop; closed: Promise<unknown> }> {
  const [left, right] = memoryPair(pair);
  const maildrop = new NotedMaildrop(...MESSAGES);
  const { closed } = servePop3(right, { ...serving(maildrop), ...server });
  return { client: await Pop3Client.open(left, client), maildrop, closed };
}

/** A client whose server is played by hand; it has been greeted and told these capabilities. */
async function openByHand(options: Pop3ClientOptions = PLAINTEXT, capabilities = ""): Promise<{ client: Pop3Client; peer: Peer }> {
  const [transport, peer] = peerPair();
  const opening = Pop3Client.open(transport, options);
  await peer.say("+OK ready <1.2@host>\r\n");
  expect(await peer.hear()).toBe("CAPA\r\n");
  await peer.say(`+OK\r\n${capabilities}.\r\n`);
  return { client: await opening, peer };
}

/** The same, logged in. */
async function loggedInByHand(
  options: Pop3ClientOptions = PLAINTEXT,
  capabilities = "PIPELINING\r\n",
): Promise<{ client: Pop3Client; peer: Peer }> {
  const both = await openByHand(options, capabilities);
  const login = both.client.login("u", "hush");
  expect(await both.peer.hear()).toBe("USER u\r\n");
  await both.peer.say("+OK\r\n");
  expect(await both.peer.hear()).toBe("PASS hush\r\n");
  await both.peer.say("+OK\r\n");
  await login;
  return both;
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  let all = "";
  for await (const chunk of body) all += latin1(chunk);
  return all;
}

describe("client against server", () => {
  test.each<[string, Parameters<typeof memoryPair>[0]]>([
    ["as written", {}],
    ["byte by byte", { chunkSizes: () => 1 }],
    ["in sevens", { chunkSizes: () => 7 }],
    ["with little room", { chunkSizes: () => 100, highWaterMarkBytes: 64 }],
  ])("a whole session, %s", async (_, pair) => {
    const { client, maildrop, closed } = await openBoth(PLAINTEXT, {}, pair);
    expect(client.greeting.text).toBe("localhost POP3 ready");
    expect([...(client.capabilities?.keys() ?? [])]).toContain("PIPELINING");
    await client.login("u", new Secret("hush"));
    expect(await client.stat()).toEqual({ type: "drop", messages: 3, octets: MESSAGES.join("").length });
    expect(await client.list()).toEqual(MESSAGES.map(({ length }, index) => ({ type: "scan", message: index + 1, octets: length })));
    expect(await client.list(2)).toEqual({ type: "scan", message: 2, octets: MESSAGES[1]?.length });
    expect((await client.uidl()).map(({ uid }) => uid)).toEqual(["uid-0", "uid-1", "uid-2"]);
    expect(await client.uidl(3)).toEqual({ type: "unique-id", message: 3, uid: "uid-2" });
    for (const [index, message] of MESSAGES.entries()) expect(await text(client.retr(index + 1))).toBe(message);
    expect(await text(client.top(3, 2))).toBe("Subject: big\r\n\r\n.line of text\r\n.line of text\r\n");
    await client.dele(1);
    await client.rset();
    await client.dele(2);
    await client.noop();
    expect((await client.raw("XYZ")).reply.status).toBe("-ERR");
    await client.quit();
    expect(await client.closed).toEqual({ reason: "done" });
    expect(await closed).toEqual({ reason: "done" });
    expect(maildrop.notes).toEqual(["commit 1", "release"]);
  });

  test("whatever the message and the chunks, what is stored is what is read", async () => {
    const line = fc.string({ unit: fc.constantFrom(".", "a", "\u00e4", " "), maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.integer({ min: 1, max: 9 })), async (lines, chunkSizes) => {
        const stored = utf8(lines.map((words) => `${words}\r\n`).join(""));
        const [left, right] = memoryPair({ chunkSizes });
        const maildrop = new NotedMaildrop("");
        maildrop.read = function* () {
          yield stored;
        };
        servePop3(right, serving(maildrop));
        const client = await Pop3Client.open(left, PLAINTEXT);
        await client.login("u", "hush");
        expect(await client.retr(1).bytes()).toEqual(stored);
        await client.quit();
      }),
      { numRuns: 50 },
    );
  });

  test("STLS by default, then everything anew", async () => {
    const { client } = await openBoth(
      { serverName: "mail.example" },
      { allowPlaintextAuth: false, tls: {}, apopSecret: () => Promise.resolve(undefined) },
    );
    expect(client.info.secure).toBe(true);
    expect(client.capabilities?.has("STLS")).toBe(false);
    expect(client.capabilities?.has("USER")).toBe(true);
    expect(client.timestamp).toBeUndefined();
    await expect(client.apop("u", "secret")).rejects.toMatchObject({ code: "no-timestamp" });
    await client.login("u", "hush");
    await client.quit();
  });

  test("a secure transport needs no STLS", async () => {
    const { client } = await openBoth({}, { allowPlaintextAuth: false }, { secure: true });
    await client.login("u", "hush");
    expect((await client.quit()).text).toBe("bye");
  });

  test("APOP", async () => {
    const { client } = await openBoth(PLAINTEXT, { apopSecret: () => Promise.resolve(new Secret("tanstaaf")) });
    expect(client.timestamp).toMatch(/^<.*@localhost>$/);
    await expect(client.apop("u", "wrong")).rejects.toMatchObject({ code: "AUTH" });
    await client.apop("u", new Secret("tanstaaf"));
    await client.quit();
  });

  test("AUTH PLAIN and LOGIN", async () => {
    const one = await openBoth();
    await expect(one.client.authenticate(plainClient({ user: "u", password: "wrong" }))).rejects.toBeInstanceOf(Pop3ReplyError);
    await one.client.authenticate(plainClient({ user: "u", password: "hush" }));
    const verify = serving(new NotedMaildrop()).verify;
    const two = await openBoth(PLAINTEXT, { mechanisms: [loginServer(verify)] });
    await two.client.authenticate(loginClient({ user: "u", password: "hush" }));
    expect((await two.client.stat()).messages).toBe(3);
  });

  test("many messages at once, pipelined", async () => {
    const { client } = await openBoth();
    await client.login("u", "hush");
    const bodies = Array.from({ length: 600 }, (_, index) => client.retr((index % 3) + 1));
    for (const [index, body] of bodies.entries()) expect(await text(body)).toBe(MESSAGES[index % 3]);
    await client.quit();
  });
});

describe("opening", () => {
  async function failing(options: Pop3ClientOptions, dialogue: (peer: Peer) => Promise<void>): Promise<unknown> {
    const [transport, peer] = peerPair();
    const opening = Pop3Client.open(transport, options);
    opening.catch(() => undefined);
    await dialogue(peer);
    return opening.then(
      () => "opened",
      (error: unknown) => error,
    );
  }

  test("without a name to check, nothing begins", async () => {
    const [transport] = memoryPair();
    await expect(Pop3Client.open(transport)).rejects.toMatchObject({ side: "local", code: "no-server-name" });
  });

  test("a negative greeting", async () => {
    const error = await failing(PLAINTEXT, (peer) => peer.say("-ERR [SYS/TEMP] too busy\r\n"));
    expect(error).toMatchObject({ name: "Pop3ReplyError", code: "SYS/TEMP", verb: "greeting", message: "GREETING: [SYS/TEMP] too busy" });
  });

  test("no greeting", async () => {
    expect(await failing(PLAINTEXT, (peer) => peer.transport.end())).toMatchObject({ name: "ConnectionError", code: "eof" });
  });

  test("a server of another protocol", async () => {
    expect(await failing(PLAINTEXT, (peer) => peer.say("220 smtp\r\n"))).toMatchObject({ name: "ProtocolError", code: "bad-reply" });
  });

  test("STLS is not offered: no credentials, an error", async () => {
    const error = await failing({ serverName: "x" }, async (peer) => {
      await peer.say("+OK\r\n");
      await peer.hear();
      await peer.say("+OK\r\nUSER\r\n.\r\n");
    });
    expect(error).toMatchObject({ name: "ConnectionError", code: "tls" });
  });

  test("STLS is refused, by a server that does not know CAPA", async () => {
    const error = await failing({ serverName: "x" }, async (peer) => {
      await peer.say("+OK\r\n");
      await peer.hear();
      await peer.say("-ERR what?\r\n");
      expect(await peer.hear()).toBe("STLS\r\n");
      await peer.say("-ERR what?\r\n");
    });
    expect(error).toMatchObject({ name: "ConnectionError", code: "tls" });
    expect(error instanceof ConnectionError && error.cause).toMatchObject({ name: "Pop3ReplyError", verb: "stls" });
  });

  test("bytes behind the reply to STLS", async () => {
    const error = await failing({ serverName: "x" }, async (peer) => {
      await peer.say("+OK\r\n");
      await peer.hear();
      await peer.say("+OK\r\nSTLS\r\n.\r\n");
      await peer.hear();
      await peer.say("+OK\r\n+OK injected\r\n");
    });
    expect(error).toMatchObject({ name: "ProtocolError", code: "starttls-injection" });
  });

  test("aborted", async () => {
    const controller = new AbortController();
    const error = await failing({ ...PLAINTEXT, signal: controller.signal }, async () => controller.abort());
    expect(error).toMatchObject({ name: "ConnectionError", code: "aborted" });
  });

  test("too slow", async () => {
    const error = await failing({ ...PLAINTEXT, limits: { greetingMs: 5 } }, async () => undefined);
    expect(error).toMatchObject({ name: "ConnectionError", code: "timeout" });
  });
});

describe("refusals", () => {
  test("carry the reply, and the session goes on", async () => {
    const { client, peer } = await loggedInByHand();
    const dele = client.dele(9);
    await peer.hear();
    await peer.say("-ERR\r\n");
    await expect(dele).rejects.toMatchObject({ name: "Pop3ReplyError", verb: "dele", message: "DELE: -ERR", code: undefined });
    const noop = client.noop();
    await peer.hear();
    await peer.say("+OK fine\r\n");
    expect((await noop).text).toBe("fine");
  });

  test("a message that is refused throws where it is read", async () => {
    const { client } = await openBoth();
    await client.login("u", "hush");
    const body = client.retr(99);
    await expect(text(body)).rejects.toMatchObject({ name: "Pop3ReplyError", verb: "retr" });
    await expect(client.retr(99).bytes()).rejects.toBeInstanceOf(Pop3ReplyError);
    client.retr(99);
    await client.noop();
  });

  test("what cannot be said is refused here", async () => {
    const { client } = await openBoth();
    await expect(client.stat()).rejects.toMatchObject({ side: "local", code: "illegal-now" });
    await expect(text(client.retr(1))).rejects.toMatchObject({ side: "local", code: "illegal-now" });
    await expect(client.login("a\r\nQUIT", "x")).rejects.toMatchObject({ side: "local", code: "bad-line" });
    await expect(client.raw("CAPA\r\nQUIT")).rejects.toBeInstanceOf(ProtocolError);
    await client.login("u", "hush");
    await expect(client.raw("RETR 1")).rejects.toMatchObject({ code: "illegal-now" });
    await expect(client.raw("TOP 1 1")).rejects.toMatchObject({ code: "illegal-now" });
  });

  test("replies without the data that belongs there", async () => {
    const { client, peer } = await loggedInByHand();
    const stat = client.stat();
    await peer.hear();
    await peer.say("+OK two messages\r\n");
    await expect(stat).rejects.toMatchObject({ side: "remote", code: "bad-listing" });
  });
});

describe("lines", () => {
  test("that cannot be read are left out", async () => {
    const { client, peer } = await loggedInByHand();
    const list = client.list();
    await peer.hear();
    await peer.say("+OK\r\n1 10 extra\r\nnonsense\r\n3 30\r\n.\r\n");
    expect(await list).toEqual([
      { type: "scan", message: 1, octets: 10 },
      { type: "scan", message: 3, octets: 30 },
    ]);
  });

  test("more than the limit reject, and the session goes on", async () => {
    const { client, peer } = await loggedInByHand({ ...PLAINTEXT, limits: { maxListingLines: 2 } });
    const uidl = client.uidl();
    await peer.hear();
    await peer.say("+OK\r\n1 a\r\n2 b\r\n3 c\r\n4 d\r\n.\r\n");
    await expect(uidl).rejects.toMatchObject({ side: "remote", code: "too-many-lines" });
    const noop = client.noop();
    await peer.hear();
    await peer.say("+OK\r\n");
    await noop;
  });

  test("of an unknown command come raw", async () => {
    const { client, peer } = await loggedInByHand();
    const lang = client.raw("LANG", "multi-line");
    expect(await peer.hear()).toBe("LANG\r\n");
    await peer.say("+OK languages\r\nde\r\n..x\r\n.\r\n");
    const answer = await lang;
    expect(latin1(answer.raw)).toBe("+OK languages\r\n");
    expect(answer.lines.map(({ raw }) => latin1(raw))).toEqual(["de\r\n", "..x\r\n"]);
    const refused = client.raw("retr x");
    expect(await peer.hear()).toBe("retr x\r\n");
    await peer.say("-ERR\r\n");
    expect((await refused).reply.status).toBe("-ERR");
  });
});

describe("messages", () => {
  /** A server that begins a message and goes on when told. */
  async function begin(options?: Partial<Pop3ClientOptions>): Promise<{ client: Pop3Client; peer: Peer; body: AsyncIterable<Uint8Array> }> {
    const { client, peer } = await loggedInByHand({ ...PLAINTEXT, ...options });
    const body = client.retr(1);
    expect(await peer.hear()).toBe("RETR 1\r\n");
    await peer.say("+OK\r\nfirst\r\n");
    return { client, peer, body };
  }

  test("can be left early: the rest is let go, and the session goes on", async () => {
    const { client, peer, body } = await begin();
    for await (const chunk of body) {
      expect(latin1(chunk)).toBe("first\r\n");
      break;
    }
    const noop = client.noop();
    expect(await peer.hear()).toBe("NOOP\r\n");
    await peer.say(`${"second\r\n".repeat(1000)}.\r\n+OK\r\n`);
    await noop;
  });

  test("are read once", async () => {
    const { peer, body } = await begin();
    await peer.say(".\r\n");
    expect(await text(body)).toBe("first\r\n");
    await expect(text(body)).rejects.toMatchObject({ side: "local", code: "body-used" });
  });

  test("a command inside the loop is answered, and the message is whole", async () => {
    const { client } = await openBoth();
    await client.login("u", "hush");
    let all = "";
    for await (const chunk of client.retr(3)) {
      all += latin1(chunk);
      expect((await client.stat()).messages).toBe(3);
      expect(await text(client.retr(1))).toBe(MESSAGES[0]);
    }
    expect(all).toBe(MESSAGES[2]);
  });

  test("a command issued before the message is read is answered, too", async () => {
    const { client } = await openBoth();
    await client.login("u", "hush");
    const big = client.retr(3);
    const small = client.retr(1);
    const stat = client.stat();
    expect((await stat).messages).toBe(3);
    expect(await text(small)).toBe(MESSAGES[0]);
    expect(await text(big)).toBe(MESSAGES[2]);
  });

  test("may be read out of order", async () => {
    const { client } = await openBoth();
    await client.login("u", "hush");
    const [big, small] = [client.retr(3), client.retr(1)];
    expect(await text(small)).toBe(MESSAGES[0]);
    expect(await text(big)).toBe(MESSAGES[2]);
  });

  test("what waits for its reader is bounded", async () => {
    const { client } = await openBoth({ ...PLAINTEXT, limits: { maxQueuedBytes: 1000 } });
    await client.login("u", "hush");
    const body = client.retr(3);
    await client.stat();
    await expect(text(body)).rejects.toMatchObject({ side: "local", code: "body-not-read" });
    expect(await text(client.retr(1))).toBe(MESSAGES[0]);
  });

  test("a message that nobody reads does not flow in", async () => {
    const [left, right] = memoryPair({ highWaterMarkBytes: 1000 });
    let read = 0;
    const maildrop = new NotedMaildrop("");
    maildrop.read = function* () {
      for (; read < 10_000; read += 1) yield utf8("x".repeat(1000));
    };
    servePop3(right, serving(maildrop));
    const client = await Pop3Client.open(left, PLAINTEXT);
    await client.login("u", "hush");
    const body = client.retr(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(read).toBeLessThan(20);
    expect((await text(body)).length).toBe(10_000_000 + 2);
  });

  test("a connection that ends in the middle throws where it is read, after what arrived", async () => {
    const { client, peer, body } = await begin();
    await peer.transport.end();
    let all = "";
    const reading = (async () => {
      for await (const chunk of body) all += latin1(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ name: "ConnectionError", code: "eof" });
    expect(all).toBe("first\r\n");
    expect((await client.closed).reason).toBe("eof");
    await expect(client.noop()).rejects.toMatchObject({ name: "ConnectionError" });
  });
});

describe("AUTH", () => {
  test("an initial response goes with the command where the server knows SASL", async () => {
    const { client, peer } = await openByHand(PLAINTEXT, "SASL PLAIN\r\n");
    const login = client.authenticate(plainClient({ user: "tim", password: "pw" }));
    expect(await peer.hear()).toBe("AUTH PLAIN AHRpbQBwdw==\r\n");
    await peer.say("+OK\r\n");
    await login;
  });

  test("else it answers the first challenge", async () => {
    const { client, peer } = await openByHand();
    const login = client.authenticate(plainClient({ user: "tim", password: "pw" }));
    expect(await peer.hear()).toBe("AUTH PLAIN\r\n");
    await peer.say("+ \r\n");
    expect(await peer.hear()).toBe("AHRpbQBwdw==\r\n");
    await peer.say("+OK\r\n");
    await login;
  });

  test("also when the line would be too long", async () => {
    const { client, peer } = await openByHand(PLAINTEXT, "SASL PLAIN\r\n");
    const login = client.authenticate(plainClient({ user: "tim", password: "p".repeat(300) }));
    expect(await peer.hear()).toBe("AUTH PLAIN\r\n");
    await peer.say("+ \r\n");
    expect(await peer.hear()).toHaveLength(4 * Math.ceil(305 / 3) + 2);
    await peer.say("+OK\r\n");
    await login;
  });

  test("a mechanism that is at its wits' end gives up, and its error comes out", async () => {
    const { client, peer } = await openByHand(PLAINTEXT, "SASL PLAIN\r\n");
    const login = client.authenticate(plainClient({ user: "tim", password: "pw" }));
    await peer.hear();
    await peer.say("+ AAAA\r\n");
    expect(await peer.hear()).toBe("*\r\n");
    await peer.say("-ERR cancelled\r\n");
    await expect(login).rejects.toMatchObject({ code: "sasl-unexpected-challenge" });
  });

  test("a raw AUTH has nobody to respond", async () => {
    const { client, peer } = await openByHand();
    const raw = client.raw("AUTH LOGIN");
    await peer.hear();
    await peer.say("+ \r\n");
    expect(await peer.hear()).toBe("*\r\n");
    await peer.say("-ERR cancelled\r\n");
    await expect(raw).rejects.toMatchObject({ code: "unexpected-challenge" });
  });

  test("a connection that is dropped during the mechanism's work", async () => {
    const { client, peer } = await openByHand();
    const slow = {
      mechanism: "X",
      start: () => Promise.resolve(null),
      next: async () => {
        client.abort();
        return new Uint8Array();
      },
      finish: () => undefined,
    };
    const login = client.authenticate(slow);
    await peer.hear();
    await peer.say("+ \r\n");
    await expect(login).rejects.toBeInstanceOf(ConnectionError);
  });
});

describe("the end", () => {
  test("a last word before the server leaves is the cause", async () => {
    const { client, peer } = await loggedInByHand();
    await peer.say("-ERR idle too long\r\n");
    await peer.transport.end();
    expect(await client.closed).toEqual({ reason: "done" });
    await expect(client.noop()).rejects.toBeInstanceOf(ConnectionError);
  });

  test("QUIT that could not remove everything", async () => {
    const { client, peer } = await loggedInByHand();
    const quit = client.quit();
    await peer.hear();
    await peer.say("-ERR some deleted messages not removed\r\n");
    await expect(quit).rejects.toMatchObject({ verb: "quit" });
    await peer.transport.end();
    expect(await client.closed).toEqual({ reason: "done" });
  });

  test("what waits for answers is told when the server says goodbye instead", async () => {
    const { client, peer } = await loggedInByHand();
    const both = [client.noop(), client.stat()];
    await peer.hear();
    await peer.transport.end();
    for (const waiting of both) await expect(waiting).rejects.toMatchObject({ name: "ConnectionError", code: "eof" });
  });

  test("abort drops it", async () => {
    const { client } = await openBoth();
    const capa = client.capa();
    client.abort(new Error("enough"));
    await expect(capa).rejects.toMatchObject({ name: "ConnectionError", code: "aborted" });
    expect((await client.closed).reason).toBe("aborted");
  });
});

test("a trace of both sides has no secret in it", async () => {
  const units: Unit[] = [];
  const observe = (unit: Unit): void => {
    units.push(unit);
  };
  const { client } = await openBoth({ ...PLAINTEXT, observe }, { observe });
  await client.login("u", "hush");
  await client.quit();
  const shown = units.flatMap(({ parts }) => parts.map((part) => (part instanceof Secret ? String(part) : latin1(part)))).join("");
  expect(shown).toContain("PASS *****\r\n");
  expect(shown).not.toContain("hush");
});

test("any bytes of a server end in an error of ours, or in none", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
      const [left, right]: [ByteTransport, ByteTransport] = memoryPair();
      await right.write([utf8("+OK\r\n"), noise]);
      await right.end();
      const outcome: unknown = await Pop3Client.open(left, PLAINTEXT).catch((error: unknown) => error);
      return outcome instanceof ProtocolError || outcome instanceof ConnectionError || outcome instanceof Pop3Client;
    }),
    { numRuns: 100 },
  );
});
