import { describe, expect, test } from "vitest";
import { loginServer } from "@mailwire/sasl";
import type { SaslServerMechanism } from "@mailwire/sasl";
import { Secret, encodeBase64, utf8 } from "@mailwire/wire";
import type { ServedConnection } from "@mailwire/transport";
import { NotedMaildrop, peerPair, serving } from "../test/fixture.ts";
import type { Peer } from "../test/fixture.ts";
import { apopDigest, findTimestamp } from "./codec/apop.ts";
import { err, ok } from "./codec/reply.ts";
import { servePop3 } from "./server.ts";
import type { Pop3ServerOptions } from "./server.ts";

const FIRST = "Subject: one\r\n\r\n.dot\r\nlast\r\n";
const SECOND = "Subject: two\n\nbare\n";

interface Served {
  readonly peer: Peer;
  readonly served: ServedConnection;
  readonly maildrop: NotedMaildrop;
}

async function serve(
  options: Partial<Pop3ServerOptions> = {},
  pair?: Parameters<typeof peerPair>[0],
): Promise<Served & { greeting: string }> {
  const maildrop = new NotedMaildrop(FIRST, SECOND);
  const [transport, peer] = peerPair(pair);
  const served = servePop3(transport, { ...serving(maildrop), ...options });
  return { peer, served, maildrop, greeting: await peer.hear() };
}

async function serveLoggedIn(options: Partial<Pop3ServerOptions> = {}): Promise<Served> {
  const served = await serve(options);
  await served.peer.ask("USER u");
  expect(await served.peer.ask("PASS hush")).toMatch(/^\+OK 2 messages/);
  return served;
}

describe("login", () => {
  test("USER and PASS", async () => {
    const { peer, greeting } = await serve();
    expect(greeting).toBe("+OK localhost POP3 ready\r\n");
    expect(await peer.ask("user u")).toMatch(/^\+OK/);
    expect(await peer.ask("PASS wrong")).toBe("-ERR [AUTH] wrong name or password\r\n");
    expect(await peer.ask("PASS hush")).toBe("-ERR PASS is out of place here\r\n");
    await peer.ask("USER u");
    expect(await peer.ask("PASS hush")).toBe("+OK 2 messages (47 octets)\r\n");
  });

  test("APOP, with the greeting's timestamp", async () => {
    const apopSecret = (user: string): Promise<Secret<string> | undefined> =>
      Promise.resolve(user === "u" ? new Secret("tanstaaf") : undefined);
    const { peer, greeting } = await serve({ apopSecret, hostname: "mail.example" });
    const timestamp = findTimestamp(greeting) ?? "";
    expect(timestamp).toMatch(/^<[\d.]+@mail\.example>$/);
    expect(await peer.ask(`APOP u ${"0".repeat(32)}`)).toMatch(/^-ERR \[AUTH\]/);
    expect(await peer.ask(`APOP v ${apopDigest(timestamp, "").reveal()}`)).toMatch(/^-ERR \[AUTH\]/);
    expect(await peer.ask(`APOP u ${apopDigest(timestamp, "tanstaaf").reveal()}`)).toMatch(/^\+OK/);
  });

  test("APOP without secrets is not offered", async () => {
    const { peer } = await serve();
    expect(await peer.ask(`APOP u ${"0".repeat(32)}`)).toBe("-ERR APOP is not offered\r\n");
  });

  test("AUTH PLAIN, with and without an initial response", async () => {
    const response = encodeBase64(utf8("\0u\0hush"));
    const one = await serve();
    expect(await one.peer.ask(`AUTH PLAIN ${response}`)).toMatch(/^\+OK 2 messages/);
    const two = await serve();
    expect(await two.peer.ask("AUTH PLAIN")).toBe("+ \r\n");
    expect(await two.peer.ask(response)).toMatch(/^\+OK 2 messages/);
  });

  test("AUTH fails, is given up, or unknown", async () => {
    const { peer } = await serve();
    expect(await peer.ask(`AUTH PLAIN ${encodeBase64(utf8("\0u\0wrong"))}`)).toBe("-ERR [AUTH] wrong name or password\r\n");
    await peer.ask("AUTH PLAIN");
    expect(await peer.ask("*")).toBe("-ERR cancelled\r\n");
    expect(await peer.ask("AUTH X-OTHER")).toBe("-ERR unknown mechanism\r\n");
  });

  test("a mechanism's last data goes as one more challenge", async () => {
    const mechanism: SaslServerMechanism = {
      name: "X-PROOF",
      plaintext: false,
      start: () => ({ mechanism: "X-PROOF", next: () => Promise.resolve({ type: "success", identity: "u", data: utf8("proof") }) }),
    };
    const { peer } = await serve({ mechanisms: [mechanism] });
    expect(await peer.ask("AUTH X-PROOF =")).toBe("+ cHJvb2Y=\r\n");
    expect(await peer.ask("")).toMatch(/^\+OK/);
  });

  test("the lock refuses", async () => {
    const { peer } = await serve({ open: () => Promise.resolve("in-use") });
    await peer.ask("USER u");
    expect(await peer.ask("PASS hush")).toBe("-ERR [IN-USE] the maildrop is in use\r\n");
    expect(await peer.ask("STAT")).toMatch(/^-ERR/);
  });

  test("not over a plain way, unless allowed", async () => {
    const { peer } = await serve({ allowPlaintextAuth: false, apopSecret: () => Promise.resolve(undefined) });
    expect(await peer.ask("USER u")).toBe("-ERR [AUTH] not without TLS\r\n");
    await peer.say("CAPA\r\n");
    const capabilities = await peer.hear("\r\n.\r\n");
    expect(capabilities).not.toContain("USER");
    expect(capabilities).not.toContain("SASL");
  });
});

test("CAPA lists what there is", async () => {
  const { peer } = await serve({ mechanisms: [loginServer(() => Promise.resolve("u"))], tls: {} });
  await peer.say("CAPA\r\n");
  expect(await peer.hear("\r\n.\r\n")).toBe(
    "+OK capabilities follow\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nUSER\r\nSASL LOGIN\r\nSTLS\r\n.\r\n",
  );
  const bare = await serve({ mechanisms: [] }, { secure: true });
  await bare.peer.say("CAPA\r\n");
  expect(await bare.peer.hear("\r\n.\r\n")).toMatch(/USER\r\n\.\r\n$/);
});

describe("transaction", () => {
  test("a whole session", async () => {
    const { peer, served, maildrop } = await serveLoggedIn();
    const dialogue: [string, string][] = [
      ["STAT", "+OK 2 47\r\n"],
      ["LIST 2", "+OK 2 19\r\n"],
      ["UIDL 1", "+OK 1 uid-0\r\n"],
      ["LIST 3", "-ERR no such message\r\n"],
      ["DELE 1", "+OK message 1 is deleted\r\n"],
      ["DELE 1", "-ERR message 1 is deleted\r\n"],
      ["RETR 1", "-ERR message 1 is deleted\r\n"],
      ["STAT", "+OK 1 19\r\n"],
      ["RSET", "+OK 2 messages\r\n"],
      ["DELE 2", "+OK message 2 is deleted\r\n"],
      ["NOOP", "+OK\r\n"],
    ];
    for (const [line, answer] of dialogue) expect(await peer.ask(line)).toBe(answer);
    await peer.say("LIST\r\n");
    expect(await peer.hear("\r\n.\r\n")).toBe("+OK 1 messages (28 octets)\r\n1 28\r\n.\r\n");
    await peer.say("UIDL\r\n");
    expect(await peer.hear("\r\n.\r\n")).toBe("+OK unique-ids follow\r\n1 uid-0\r\n.\r\n");
    await peer.say("RETR 1\r\n");
    expect(await peer.hear("\r\n.\r\n")).toBe("+OK 28 octets\r\nSubject: one\r\n\r\n..dot\r\nlast\r\n.\r\n");
    await peer.say("TOP 1 1\r\n");
    expect(await peer.hear("\r\n.\r\n")).toBe("+OK top of the message follows\r\nSubject: one\r\n\r\n..dot\r\n.\r\n");
    expect(await peer.ask("QUIT")).toBe("+OK bye\r\n");
    await peer.transport.end();
    expect(await served.closed).toEqual({ reason: "done" });
    expect(maildrop.notes).toEqual(["commit 1", "release"]);
  });

  test("bare line ends are made CRLF", async () => {
    const { peer } = await serveLoggedIn();
    await peer.say("RETR 2\r\n");
    expect(await peer.hear("\r\n.\r\n")).toBe("+OK 19 octets\r\nSubject: two\r\n\r\nbare\r\n.\r\n");
  });

  test("numbers never move", async () => {
    const { peer } = await serveLoggedIn();
    await peer.ask("DELE 1");
    expect(await peer.ask("LIST 2")).toBe("+OK 2 19\r\n");
    expect(await peer.ask("LIST 1")).toBe("-ERR message 1 is deleted\r\n");
  });

  test("QUIT without marks commits nothing; before login it opens nothing", async () => {
    const one = await serveLoggedIn();
    expect(await one.peer.ask("QUIT")).toBe("+OK bye\r\n");
    expect(one.maildrop.notes).toEqual(["release"]);
    const two = await serve();
    expect(await two.peer.ask("QUIT")).toBe("+OK bye\r\n");
    expect(two.maildrop.notes).toEqual([]);
  });

  test("the maildrop is free before the reply to QUIT", async () => {
    const { peer, maildrop } = await serveLoggedIn();
    await peer.ask("DELE 1");
    await peer.ask("QUIT");
    expect(maildrop.notes).toEqual(["commit 0", "release"]);
  });

  test("a dropped connection deletes nothing and frees the maildrop", async () => {
    const { peer, served, maildrop } = await serveLoggedIn();
    await peer.ask("DELE 1");
    await peer.transport.end();
    expect(await served.closed).toEqual({ reason: "done" });
    expect(maildrop.notes).toEqual(["release"]);
    const other = await serveLoggedIn();
    await other.peer.ask("DELE 1");
    other.peer.transport.abort();
    expect((await other.served.closed).reason).toBe("transport");
    expect(other.maildrop.notes).toEqual(["release"]);
  });

  test("so does one that ends in the middle of a line, which is told", async () => {
    const { peer, served, maildrop } = await serveLoggedIn();
    await peer.ask("DELE 1");
    await peer.transport.write([utf8("QUI")]);
    await peer.transport.end();
    expect(await served.closed).toMatchObject({ reason: "eof", error: { code: "eof", phase: "command" } });
    expect(maildrop.notes).toEqual(["release"]);
  });
});

describe("handlers that fail", () => {
  const boom = new Error("boom");

  async function failing(options: Partial<Pop3ServerOptions>): Promise<Served & { readonly told: unknown[] }> {
    const told: unknown[] = [];
    return { ...(await serve({ ...options, onError: (error) => told.push(error) })), told };
  }

  test("verify and open", async () => {
    const one = await failing({ verify: () => Promise.reject(boom) });
    await one.peer.ask("USER u");
    expect(await one.peer.ask("PASS hush")).toBe("-ERR [SYS/TEMP] something went wrong here\r\n");
    expect(one.told).toEqual([boom]);
    const two = await failing({ open: () => Promise.reject(boom) });
    await two.peer.ask("USER u");
    expect(await two.peer.ask("PASS hush")).toMatch(/^-ERR \[SYS\/TEMP\]/);
    expect(two.told).toEqual([boom]);
  });

  async function withMaildrop(change: (maildrop: NotedMaildrop) => void): Promise<Served & { readonly told: unknown[] }> {
    const maildrop = new NotedMaildrop(FIRST);
    change(maildrop);
    const all = await failing({ open: () => Promise.resolve(maildrop) });
    await all.peer.ask("USER u");
    await all.peer.ask("PASS hush");
    return { ...all, maildrop };
  }

  test("read, before the first chunk: the client hears of it", async () => {
    const { peer, told } = await withMaildrop((maildrop) => {
      maildrop.read = () => {
        throw boom;
      };
    });
    expect(await peer.ask("RETR 1")).toMatch(/^-ERR \[SYS\/TEMP\]/);
    expect(told).toEqual([boom]);
    expect(await peer.ask("NOOP")).toBe("+OK\r\n");
  });

  test("read, in the middle: the connection is dropped, so that no half message looks whole", async () => {
    const { peer, served, told, maildrop } = await withMaildrop((drop) => {
      drop.read = function* () {
        yield utf8("half");
        throw boom;
      };
    });
    await peer.say("RETR 1\r\n");
    await expect(peer.hear("\r\n.\r\n")).rejects.toBeDefined();
    expect((await served.closed).reason).toBe("aborted");
    expect(told).toEqual([boom]);
    expect(maildrop.notes).toEqual(["release"]);
  });

  test("commit: nothing was removed, and QUIT says so", async () => {
    const { peer, told, maildrop } = await withMaildrop((drop) => {
      drop.commit = () => Promise.reject(boom);
    });
    await peer.ask("DELE 1");
    expect(await peer.ask("QUIT")).toBe("-ERR [SYS/TEMP] the messages marked as deleted were not removed\r\n");
    expect(told).toEqual([boom]);
    expect(maildrop.notes).toEqual(["release"]);
  });

  test("release", async () => {
    const { peer, served, told } = await withMaildrop((drop) => {
      drop.release = () => Promise.reject(boom);
    });
    await peer.transport.end();
    expect(await served.closed).toEqual({ reason: "done" });
    expect(told).toEqual([boom]);
  });

  test("a reply that cannot be said", async () => {
    const { peer, told } = await failing({ onCommand: () => ok("a\r\nb") });
    expect(await peer.ask("CAPA")).toMatch(/^-ERR \[SYS\/TEMP\]/);
    expect(told).toMatchObject([{ code: "bad-line" }]);
  });

  test("without onError nothing breaks", async () => {
    const { peer } = await serve({ verify: () => Promise.reject(boom) });
    await peer.ask("USER u");
    expect(await peer.ask("PASS hush")).toMatch(/^-ERR \[SYS\/TEMP\]/);
  });

  test("a client that leaves while a message is sent is nobody's fault", async () => {
    const { peer, served, told } = await withMaildrop((drop) => {
      drop.read = function* () {
        for (let count = 0; count < 100; count += 1) yield new Uint8Array(65_536).fill(0x61);
      };
    });
    await peer.ask("RETR 1");
    peer.transport.abort();
    expect((await served.closed).reason).toBe("transport");
    expect(told).toEqual([]);
  });
});

describe("onCommand", () => {
  test("sees each command and the context, and may answer itself", async () => {
    const seen: unknown[] = [];
    const { peer } = await serve({
      onCommand: async (command, { state, identity }) => {
        seen.push([command.type, state, identity]);
        return command.type === "unknown" ? ok("as you like") : undefined;
      },
    });
    expect(await peer.ask("XYZ")).toBe("+OK as you like\r\n");
    await peer.ask("USER u");
    await peer.ask("PASS hush");
    await peer.ask("NOOP");
    expect(seen).toEqual([
      ["unknown", "authorization", undefined],
      ["user", "authorization", undefined],
      ["pass", "user-accepted", undefined],
      ["noop", "transaction", "u"],
    ]);
  });

  test("may drop the connection", async () => {
    const { peer, served } = await serve({ onCommand: () => "drop" });
    await expect(peer.ask("NOOP")).rejects.toBeDefined();
    expect((await served.closed).reason).toBe("aborted");
  });

  test("may let somebody in who then has no maildrop", async () => {
    const { peer } = await serve({ onCommand: ({ type }) => (type === "pass" ? ok("come in") : undefined) });
    await peer.ask("USER u");
    await peer.ask("PASS anything");
    expect(await peer.ask("STAT")).toBe("-ERR [SYS/TEMP] no maildrop is open\r\n");
  });

  test("may refuse STLS, which then does not happen", async () => {
    const { peer } = await serve({ tls: {}, onCommand: ({ type }) => (type === "stls" ? err("later") : undefined) });
    expect(await peer.ask("STLS")).toBe("-ERR later\r\n");
    expect(await peer.ask("USER u")).toMatch(/^\+OK/);
  });
});

describe("the end from this side", () => {
  test("between commands with a last word", async () => {
    const { peer, served, maildrop } = await serveLoggedIn();
    served.close();
    expect(await peer.hear()).toBe("-ERR [SYS/TEMP] the server is shutting down\r\n");
    await peer.transport.end();
    expect(await served.closed).toEqual({ reason: "done" });
    expect(maildrop.notes).toEqual(["release"]);
  });

  test("a command that is being answered is answered first", async () => {
    let go: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      go = resolve;
    });
    let answer: () => void = () => undefined;
    const onCommand = async (): Promise<undefined> => {
      go();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return undefined;
    };
    const { peer, served } = await serve({ onCommand });
    await peer.say("CAPA\r\nNOOP\r\n");
    await asked;
    served.close();
    answer();
    expect(await peer.hear("\r\n.\r\n")).toMatch(/^\+OK/);
    expect(await peer.hear()).toMatch(/^-ERR \[SYS\/TEMP\]/);
    await peer.transport.end();
    expect(await served.closed).toEqual({ reason: "done" });
  });

  test("in the middle of an exchange without a word", async () => {
    const { peer, served } = await serve();
    await peer.ask("AUTH PLAIN");
    served.close();
    await expect(peer.hear()).rejects.toThrow("the end came");
    await peer.transport.end();
    expect(await served.closed).toEqual({ reason: "done" });
  });

  test("at once", async () => {
    const { served, maildrop } = await serveLoggedIn();
    served.abort(new Error("enough"));
    expect((await served.closed).reason).toBe("aborted");
    expect(maildrop.notes).toEqual(["release"]);
  });

  test("by a signal", async () => {
    const controller = new AbortController();
    const { served } = await serve({ signal: controller.signal });
    controller.abort();
    expect((await served.closed).reason).toBe("aborted");
  });
});

test("a client of another protocol is sent away after its error budget", async () => {
  const { peer, served } = await serve({ limits: { maxErrors: 2 } });
  await peer.say("GET / HTTP/1.1\r\nHost: x\r\nAccept: *\r\n\r\n");
  expect(await peer.hear("too many errors\r\n")).toBe(`${"-ERR unknown command\r\n".repeat(3)}-ERR too many errors\r\n`);
  await peer.transport.end();
  expect((await served.closed).reason).toBe("protocol");
});
