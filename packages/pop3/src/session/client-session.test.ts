import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError, Secret, latin1, utf8 } from "@mailwire/wire";
import type { Unit } from "@mailwire/wire";
import { drain, join } from "../../test/drain.ts";
import type { Drained } from "../../test/drain.ts";
import type { Command } from "../codec/command.ts";
import type { ClientSessionOptions } from "./client-events.ts";
import { ClientSession } from "./client-session.ts";

const PLAINTEXT: ClientSessionOptions = { allowPlaintext: true };
const PASS: Command = { type: "pass", password: new Secret("hush") };

function hear(session: ClientSession, text: string): Drained {
  session.receive(utf8(text));
  return drain(session);
}

function say(session: ClientSession, ...commands: Command[]): Drained {
  for (const command of commands) session.send({ type: "command", command });
  return drain(session);
}

/** A session that was greeted. */
function greeted(options: ClientSessionOptions = PLAINTEXT, greeting = "+OK ready <1.2@host>"): ClientSession {
  const session = new ClientSession(options);
  hear(session, `${greeting}\r\n`);
  return session;
}

/** A session that is logged in. */
function loggedIn(options: ClientSessionOptions = PLAINTEXT): ClientSession {
  const session = greeted(options);
  say(session, { type: "user", name: "u" });
  hear(session, "+OK\r\n");
  say(session, PASS);
  hear(session, "+OK\r\n");
  return session;
}

function local(code: string): unknown {
  return expect.objectContaining({ side: "local", code });
}

function remote(code: string): unknown {
  return expect.objectContaining({ side: "remote", code });
}

describe("greeting", () => {
  test("tells the timestamp", () => {
    const session = new ClientSession();
    expect(session.state).toBe("greeting");
    expect(session.patience.phase).toBe("greeting");
    expect(hear(session, "+OK ready <1.2@host>\r\n").events).toEqual([
      { type: "greeting", reply: { status: "+OK", text: "ready <1.2@host>" }, timestamp: "<1.2@host>" },
    ]);
    expect(session.timestamp).toBe("<1.2@host>");
    expect(session.state).toBe("authorization");
  });

  test("a negative one ends the session", () => {
    const session = new ClientSession();
    expect(hear(session, "-ERR [SYS/TEMP] no\r\n")).toEqual({
      events: [{ type: "greeting", reply: { status: "-ERR", code: "SYS/TEMP", text: "no" } }],
      said: "",
      end: "closed",
    });
  });

  test("nothing may be said before it", () => {
    expect(() => say(new ClientSession(), { type: "capa" })).toThrow(local("illegal-now"));
  });
});

describe("answers", () => {
  test("are tied to the command that was sent", () => {
    const session = loggedIn();
    const command: Command = { type: "noop" };
    say(session, command);
    session.receive(utf8("+OK\r\n"));
    expect(session.poll()).toMatchObject({ type: "event", event: { type: "reply", raw: utf8("+OK\r\n") } });
    say(session, command);
    session.receive(utf8("-ERR\r\n"));
    const output = session.poll();
    expect(output.type === "event" && output.event.type === "reply" && output.event.command === command).toBe(true);
  });

  test.each<[Command, string, object]>([
    [{ type: "stat" }, "2 320 and more", { type: "drop", messages: 2, octets: 320 }],
    [{ type: "list", message: 2 }, "2 200", { type: "scan", message: 2, octets: 200 }],
    [{ type: "uidl", message: 2 }, "2 abc", { type: "unique-id", message: 2, uid: "abc" }],
    [{ type: "stat" }, "two messages", { type: "invalid" }],
  ])("to %j hold data", (command, text, listing) => {
    const session = loggedIn();
    say(session, command);
    expect(hear(session, `+OK ${text}\r\n`).events).toEqual([{ type: "reply", command, reply: { status: "+OK", text }, listing }]);
  });

  test("lines come one by one, bad ones as they are, whatever ends them", () => {
    const session = loggedIn();
    say(session, { type: "list" });
    expect(hear(session, "+OK 3\r\n1 120\r\n2\n3 x y\r\n4 1 z\n.\r\n").events).toEqual([
      { type: "reply", command: { type: "list" }, reply: { status: "+OK", text: "3" }, follows: "lines" },
      { type: "line", listing: { type: "scan", message: 1, octets: 120 } },
      { type: "line", listing: { type: "invalid" } },
      { type: "line", listing: { type: "invalid" } },
      { type: "line", listing: { type: "scan", message: 4, octets: 1 } },
      { type: "end" },
    ]);
  });

  test("a stuffed dot is taken from lines", () => {
    const session = loggedIn();
    session.send({ type: "command", command: { type: "unknown", keyword: "XTND" }, follows: "lines" });
    drain(session);
    expect(hear(session, "+OK\r\n..a\r\n...\r\n\r\n.\r\n").events.slice(1)).toEqual([
      { type: "line", listing: { type: "text", text: ".a" } },
      { type: "line", listing: { type: "text", text: ".." } },
      { type: "line", listing: { type: "text", text: "" } },
      { type: "end" },
    ]);
  });

  test("a message is a body without stuffed dots; bare LF is kept, and ends nothing", () => {
    const session = loggedIn();
    say(session, { type: "retr", message: 1 });
    expect(hear(session, "+OK\r\na\r\n..b\r\n.c\n.\nd\r\n.\r\n").events).toEqual([
      { type: "reply", command: { type: "retr", message: 1 }, reply: { status: "+OK", text: "" }, follows: "body" },
      { type: "body", chunk: "a\r\n.b\r\nc\n.\nd\r\n" },
      { type: "end" },
    ]);
  });

  test("an empty message", () => {
    const session = loggedIn();
    say(session, { type: "top", message: 1, lines: 0 });
    expect(hear(session, "+OK\r\n.\r\n").events.slice(1)).toEqual([{ type: "end" }]);
  });

  test("a refused command has nothing behind it", () => {
    const session = loggedIn({ ...PLAINTEXT, pipelining: "always" });
    say(session, { type: "retr", message: 9 }, { type: "list" }, { type: "noop" });
    expect(hear(session, "-ERR no\r\n-ERR no\r\n+OK\r\n").events).toMatchObject([
      { type: "reply", command: { type: "retr" }, reply: { status: "-ERR" } },
      { type: "reply", command: { type: "list" }, reply: { status: "-ERR" } },
      { type: "reply", command: { type: "noop" }, reply: { status: "+OK" } },
    ]);
  });

  test("with the policy reject, what came before a bare LF is given before the error", () => {
    const session = loggedIn({ ...PLAINTEXT, bodyLineEnds: "reject" });
    say(session, { type: "retr", message: 1 });
    session.receive(utf8("+OK\r\ngood\r\n"));
    session.receive(utf8(`${"long enough to be no crumb ".repeat(4)}bad\nrest`));
    const types: string[] = [];
    expect(() => drain(session, (event) => types.push(event.type))).toThrow(remote("bare-lf"));
    expect(types).toEqual(["reply", "body"]);
    expect(session.poll()).toEqual({ type: "closed" });
  });
});

describe("pipelining", () => {
  test("without the capability, commands leave one at a time", () => {
    const session = loggedIn();
    expect(say(session, { type: "noop" }, { type: "stat" }, { type: "rset" }).said).toBe("NOOP\r\n");
    expect(hear(session, "+OK\r\n").said).toBe("STAT\r\n");
    expect(hear(session, "+OK 0 0\r\n").said).toBe("RSET\r\n");
  });

  test("the capability lets them leave together", () => {
    const session = loggedIn();
    say(session, { type: "capa" });
    hear(session, "+OK\r\nTOP\r\npipelining\r\n.\r\n");
    expect(say(session, { type: "noop" }, { type: "stat" }, { type: "rset" }).said).toBe("NOOP\r\nSTAT\r\nRSET\r\n");
    expect(hear(session, "+OK\r\n+OK 0 0\r\n+OK\r\n").events).toHaveLength(3);
  });

  test("a list without it takes it back", () => {
    const session = loggedIn({ ...PLAINTEXT, pipelining: "offered" });
    say(session, { type: "capa" });
    hear(session, "+OK\r\nPIPELINING\r\n.\r\n");
    say(session, { type: "capa" });
    hear(session, "+OK\r\nTOP\r\n.\r\n");
    expect(say(session, { type: "noop" }, { type: "noop" }).said).toBe("NOOP\r\n");
  });

  test("never means never", () => {
    const session = loggedIn({ ...PLAINTEXT, pipelining: "never" });
    say(session, { type: "capa" });
    hear(session, "+OK\r\nPIPELINING\r\n.\r\n");
    expect(say(session, { type: "noop" }, { type: "noop" }).said).toBe("NOOP\r\n");
  });

  test("no more than the window are in flight; it is refilled by halves", () => {
    const session = loggedIn({ ...PLAINTEXT, pipelining: "always", limits: { maxPipelinedCommands: 4 } });
    const many = Array.from({ length: 9 }, () => ({ type: "noop" }) as const);
    expect(say(session, ...many).said).toBe("NOOP\r\n".repeat(4));
    expect(hear(session, "+OK\r\n").said).toBe("");
    expect(hear(session, "+OK\r\n").said).toBe("NOOP\r\n".repeat(2));
    expect(hear(session, "+OK\r\n".repeat(4)).said).toBe("NOOP\r\n".repeat(3));
    expect(hear(session, "+OK\r\n".repeat(3)).events).toHaveLength(3);
  });

  test("what may be sent is what is legal when all before succeeds, until something fails", () => {
    const session = greeted({ ...PLAINTEXT, pipelining: "always" });
    expect(say(session, { type: "user", name: "u" }, PASS, { type: "stat" }).said).toBe("USER u\r\nPASS hush\r\nSTAT\r\n");
    hear(session, "-ERR\r\n");
    expect(() => say(session, { type: "list" })).toThrow(local("illegal-now"));
    hear(session, "-ERR\r\n-ERR\r\n");
    expect(session.state).toBe("authorization");
    expect(() => say(session, PASS)).toThrow(local("illegal-now"));
  });

  test("nothing goes behind AUTH or STLS before it is answered", () => {
    const session = greeted({ ...PLAINTEXT, pipelining: "always" });
    expect(say(session, { type: "auth", mechanism: "LOGIN" }, { type: "stat" }).said).toBe("AUTH LOGIN\r\n");
    expect(hear(session, "+OK\r\n").said).toBe("STAT\r\n");
    const other = greeted({ ...PLAINTEXT, pipelining: "always" });
    say(other, { type: "stls" });
    expect(() => say(other, { type: "capa" })).toThrow(local("illegal-now"));
  });
});

describe("AUTH", () => {
  const command: Command = { type: "auth", mechanism: "LOGIN" };

  test("goes through challenges to the reply", () => {
    const session = greeted();
    say(session, command);
    expect(hear(session, "+ VXNlcm5hbWU6\r\n")).toEqual({
      events: [{ type: "auth-challenge", data: "Username:" }],
      said: "",
      end: "paused",
    });
    session.send({ type: "auth-response", data: utf8("tim") });
    expect(drain(session).said).toBe("dGlt\r\n");
    hear(session, "+ \r\n");
    session.send({ type: "auth-response", data: new Uint8Array() });
    expect(drain(session).said).toBe("\r\n");
    expect(hear(session, "+OK in\r\n").events).toEqual([{ type: "reply", command, reply: { status: "+OK", text: "in" } }]);
    expect(session.state).toBe("transaction");
  });

  test("can be given up", () => {
    const session = greeted();
    say(session, command);
    hear(session, "+ \r\n");
    session.send({ type: "auth-cancel" });
    expect(drain(session).said).toBe("*\r\n");
    expect(hear(session, "-ERR cancelled\r\n").events).toMatchObject([{ type: "reply", reply: { status: "-ERR" } }]);
    expect(session.state).toBe("authorization");
  });

  test("a challenge that is not base64 is an error", () => {
    const session = greeted();
    say(session, command);
    expect(() => hear(session, "+ ?\r\n")).toThrow(remote("bad-challenge"));
  });

  test("a challenge to anything else is an error", () => {
    const session = loggedIn();
    say(session, { type: "noop" });
    expect(() => hear(session, "+ \r\n")).toThrow(remote("bad-reply"));
  });

  test("there is nothing to respond to without a challenge", () => {
    expect(() => greeted().send({ type: "auth-response", data: utf8("x") })).toThrow(local("illegal-now"));
    expect(() => greeted().send({ type: "auth-cancel" })).toThrow(local("illegal-now"));
  });

  test("challenges may be longer than replies", () => {
    const session = greeted({ ...PLAINTEXT, limits: { maxReplyBytes: 20 } }, "+OK");
    say(session, command);
    expect(hear(session, `+ ${"AAAA".repeat(10)}\r\n`).events).toMatchObject([{ type: "auth-challenge" }]);
  });
});

describe("credentials", () => {
  const digest = new Secret("c4c9334bac560ecc979e58001b3e22fb");
  const commands: Command[] = [
    { type: "user", name: "u" },
    { type: "apop", name: "u", digest },
    { type: "auth", mechanism: "PLAIN" },
  ];

  test.each(commands)("$type is refused on a plain way", (command) => {
    const session = greeted({});
    expect(() => say(session, command)).toThrow(local("plaintext-refused"));
    expect(drain(session).said).toBe("");
  });

  test.each(commands)("$type is allowed on a secure way, and where the caller allows it", (command) => {
    expect(say(greeted({ secure: true }), command).said).toContain(command.type.toUpperCase());
    expect(say(greeted(PLAINTEXT), command).said).toContain(command.type.toUpperCase());
  });

  test("APOP needs a timestamp", () => {
    const session = greeted(PLAINTEXT, "+OK no timestamp");
    expect(() => say(session, { type: "apop", name: "u", digest })).toThrow(local("no-timestamp"));
  });
});

describe("UTF8", () => {
  const name: Command = { type: "user", name: "J\u00f6rg" };

  test("names and passwords beyond ASCII go where CAPA told that they may, and no longer", () => {
    const session = greeted();
    expect(() => say(session, name)).toThrow(local("utf8-refused"));
    say(session, { type: "capa" });
    hear(session, "+OK\r\nUTF8 user\r\n.\r\n");
    expect(say(session, name).said).toBe("USER J\u00c3\u00b6rg\r\n");
    hear(session, "+OK\r\n");
    say(session, { type: "capa" });
    hear(session, "+OK\r\nUTF8\r\n.\r\n");
    expect(() => say(session, { type: "pass", password: new Secret("gr\u00fcn") })).toThrow(local("utf8-refused"));
    expect(say(greeted({ ...PLAINTEXT, utf8Credentials: "always" }), name).said).toContain("USER");
  });

  test("opens the mode when the server agrees, and shuts STLS out from then on", () => {
    const session = greeted();
    say(session, { type: "utf8" });
    expect(() => say(session, { type: "stls" })).toThrow(local("illegal-now"));
    expect(session.mode).toBe("ascii");
    hear(session, "-ERR no\r\n");
    expect(session.mode).toBe("ascii");
    say(session, { type: "utf8" });
    hear(session, "+OK\r\n");
    expect(session.mode).toBe("utf8");
    expect(() => say(session, { type: "stls" })).toThrow(local("illegal-now"));
    const refused = greeted();
    say(refused, { type: "utf8" });
    hear(refused, "-ERR\r\n");
    expect(say(refused, { type: "stls" }).said).toBe("STLS\r\n");
  });
});

test("LANG lists, and tells which language it is", () => {
  const session = greeted({ ...PLAINTEXT, pipelining: "always" });
  say(session, { type: "lang" }, { type: "lang", range: "*" }, { type: "lang", range: "x" });
  const { events } = hear(session, "+OK\r\nes Espa\u00f1ol\r\n?\r\n.\r\n+OK es s\u00ed\r\n-ERR es no\r\n");
  expect(events).toMatchObject([
    { type: "reply", follows: "lines" },
    { type: "line", listing: { type: "language", tag: "es", description: "Espa\u00f1ol" } },
    { type: "line", listing: { type: "invalid" } },
    { type: "end" },
    { type: "reply", listing: { type: "language", tag: "es", description: "s\u00ed" } },
    { type: "reply", reply: { status: "-ERR", text: "es no" } },
  ]);
});

describe("STLS", () => {
  test("hands over, and begins anew with nothing but the options", () => {
    const session = greeted({});
    say(session, { type: "capa" });
    hear(session, "+OK\r\nPIPELINING\r\nSTLS\r\n.\r\n");
    expect(say(session, { type: "stls" }).said).toBe("STLS\r\n");
    expect(hear(session, "+OK begin\r\n")).toMatchObject({ events: [{ type: "reply" }], end: "start-tls" });
    expect(session.state).toBe("handshake");
    expect(session.patience.phase).toBe("handshake");
    expect(session.poll()).toEqual({ type: "paused" });
    session.receiveTls();
    expect(drain(session)).toEqual({ events: [{ type: "tls" }], said: "", end: "need-input" });
    expect(session.state).toBe("authorization");
    expect(session.timestamp).toBeUndefined();
    expect(say(session, { type: "user", name: "u" }, PASS).said).toBe("USER u\r\n");
  });

  test("a refusal leaves everything as it was", () => {
    const session = greeted({});
    say(session, { type: "stls" });
    expect(hear(session, "-ERR no\r\n").end).toBe("need-input");
    expect(session.state).toBe("authorization");
    expect(say(session, { type: "capa" }).said).toBe("CAPA\r\n");
  });

  test.each(["+OK\r\n+OK injected\r\n", "+OK\r\nx", "+OK\r\n\r\n"])("bytes behind the reply are an error: %j", (text) => {
    const session = greeted({});
    say(session, { type: "stls" });
    session.receive(utf8(text));
    expect(() => drain(session)).toThrow(remote("starttls-injection"));
    expect(session.poll()).toEqual({ type: "closed" });
  });

  test("bytes that come before the handshake is done are an error, too", () => {
    const session = greeted({});
    say(session, { type: "stls" });
    hear(session, "+OK\r\n");
    expect(() => hear(session, "+OK injected\r\n")).toThrow(remote("starttls-injection"));
  });

  test("no handshake is done that was not asked for", () => {
    expect(() => greeted({}).receiveTls()).toThrow(local("illegal-now"));
  });
});

describe("the end", () => {
  test.each(["+OK bye\r\n", "-ERR not all removed\r\n"])("QUIT ends it: %j", (reply) => {
    const session = loggedIn();
    say(session, { type: "quit" });
    expect(hear(session, reply)).toMatchObject({ events: [{ type: "reply", command: { type: "quit" } }], end: "closed" });
    expect(session.state).toBe("update");
    expect(() => say(session, { type: "noop" })).toThrow(local("illegal-now"));
  });

  test("before login QUIT updates nothing", () => {
    const session = greeted();
    say(session, { type: "quit" });
    expect(hear(session, "+OK\r\n").end).toBe("closed");
    expect(session.state).toBe("closed");
  });

  test("the peer may leave between commands", () => {
    const session = loggedIn();
    session.receiveEof();
    expect(drain(session).end).toBe("closed");
    expect(session.state).toBe("closed");
  });

  test("in the middle of something the session still waits: its driver knows that nothing will come", () => {
    for (const text of ["", "+OK", "+OK\r\n1 "]) {
      const session = loggedIn();
      say(session, { type: "list" });
      session.receive(utf8(text));
      session.receiveEof();
      expect(drain(session).end).toBe("need-input");
    }
  });

  test("a last word is told", () => {
    const session = loggedIn();
    expect(hear(session, "-ERR idle too long\r\n").events).toEqual([
      { type: "unsolicited", reply: { status: "-ERR", text: "idle too long" } },
    ]);
  });

  test.each<[string, string, Command | undefined]>([
    ["unexpected-reply", "+OK\r\n", undefined],
    ["bad-reply", "220 SMTP\r\n", { type: "noop" }],
    ["bad-reply", "\r\n", { type: "noop" }],
    ["line-too-long", `+OK ${"x".repeat(5000)}\r\n`, { type: "noop" }],
    ["line-too-long", `+OK\r\n${"1".repeat(5000)}\r\n`, { type: "list" }],
  ])("%s ends it, once", (code, text, command) => {
    const session = loggedIn();
    if (command !== undefined) say(session, command);
    expect(() => hear(session, text)).toThrow(remote(code));
    expect(session.poll()).toEqual({ type: "closed" });
    expect(session.state).toBe("closed");
  });
});

test("each wait has its own patience", () => {
  const session = loggedIn({ ...PLAINTEXT, pipelining: "always" });
  expect(session.patience).toEqual({ phase: "idle", ms: Infinity });
  say(session, { type: "noop" }, { type: "retr", message: 1 });
  const first = session.patience;
  expect(first.phase).toBe("reply");
  hear(session, "+O");
  expect(session.patience).toBe(first);
  hear(session, "K\r\n");
  expect(session.patience).not.toBe(first);
  hear(session, "+OK\r\nhalf");
  const body = session.patience;
  expect(body).toMatchObject({ phase: "body", minBytesPerSecond: 100 });
  hear(session, "more");
  expect(session.patience).toBe(body);
});

test("observers see each unit, and no secret", () => {
  const units: Unit[] = [];
  const session = greeted({ ...PLAINTEXT, observe: (unit) => units.push(unit) });
  say(session, { type: "auth", mechanism: "LOGIN" });
  hear(session, "+ VXNlcm5hbWU6\r\n");
  session.send({ type: "auth-response", data: utf8("tim") });
  hear(session, "-ERR\r\n");
  say(session, { type: "user", name: "u" });
  hear(session, "+OK\r\n");
  say(session, PASS);
  hear(session, "+OK\r\n");
  say(session, { type: "retr", message: 1 });
  hear(session, "+OK\r\n..x\r\n.\r\n");
  say(session, { type: "list" });
  hear(session, "+OK\r\n1 1\r\n.\r\n");
  expect(
    units.map(
      ({ from, kind, parts }) => `${from} ${kind} ${parts.map((part) => (part instanceof Secret ? String(part) : latin1(part))).join("")}`,
    ),
  ).toEqual([
    "server line +OK ready <1.2@host>\r\n",
    "client line AUTH LOGIN\r\n",
    "server sasl + *****\r\n",
    "client sasl *****\r\n",
    "server line -ERR\r\n",
    "client line USER u\r\n",
    "server line +OK\r\n",
    "client line PASS *****\r\n",
    "server line +OK\r\n",
    "client line RETR 1\r\n",
    "server line +OK\r\n",
    "server body ..x\r\n.\r\n",
    "client line LIST\r\n",
    "server line +OK\r\n",
    "server line 1 1\r\n",
    "server line .\r\n",
  ]);
});

test("what an observer throws comes out as it is", () => {
  const session = new ClientSession({
    observe: () => {
      throw new RangeError("mine");
    },
  });
  expect(() => hear(session, "+OK\r\n")).toThrow(RangeError);
});

/** All that a server says in a session of many kinds of answers, and the commands, sent ahead of it. */
const COMMANDS: Command[] = [
  { type: "capa" },
  { type: "user", name: "u" },
  PASS,
  { type: "stat" },
  { type: "list" },
  { type: "uidl" },
  { type: "retr", message: 1 },
  { type: "top", message: 1, lines: 1 },
  { type: "retr", message: 7 },
  { type: "dele", message: 1 },
  { type: "rset" },
  { type: "unknown", keyword: "XYZ" },
  { type: "quit" },
];
const SERVER_SAYS = [
  "+OK POP3 <1896.697170952@dbc.mtview.ca.us>\r\n",
  "+OK Capability list follows\r\nTOP\r\nSASL PLAIN LOGIN\r\nPIPELINING\r\n.\r\n",
  "+OK send PASS\r\n",
  "+OK welcome\r\n",
  "+OK 2 320\r\n",
  "+OK 2 messages\r\n1 120\r\n2 200 extra\r\nbad\r\n.\r\n",
  "+OK\r\n1 whqtswO00WBw418f9t5JxYwZ\r\n2 .\r\n.\r\n",
  "+OK 120 octets\r\nSubject: x\r\n\r\n..\r\n...two\r\nbare\n.\nend.\r\n.\r\n.\r\n".replace("end.\r\n.\r\n", "end.\r\n..\r\n"),
  "+OK\r\nSubject: x\r\n\r\n..\r\n.\r\n",
  "-ERR [SYS/PERM] no such message\r\n",
  "+OK deleted\r\n",
  "+OK\r\n",
  "-ERR what?\r\n",
  "+OK bye\r\n",
].join("");

function playWhole(...pieces: string[]): Drained {
  const session = new ClientSession({ ...PLAINTEXT, pipelining: "always" });
  session.receive(utf8("+OK POP3 <1896.697170952@dbc.mtview.ca.us>\r\n"));
  drain(session);
  say(session, ...COMMANDS);
  return join(pieces.filter((piece) => piece !== "").map((piece) => hear(session, piece)));
}

const AFTER_GREETING = SERVER_SAYS.slice(SERVER_SAYS.indexOf("\n") + 1);

test("a whole session, its answers cut at every byte, gives the same events", () => {
  const whole = playWhole(AFTER_GREETING);
  expect(whole.end).toBe("closed");
  expect(whole.events.filter((event) => "command" in event)).toHaveLength(COMMANDS.length);
  for (let at = 1; at < AFTER_GREETING.length; at += 1) {
    expect(playWhole(AFTER_GREETING.slice(0, at), AFTER_GREETING.slice(at))).toEqual(whole);
  }
  expect(playWhole(...Array.from(AFTER_GREETING))).toEqual(whole);
});

/** What `act` throws. */
function thrown(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("any bytes give events or a remote ProtocolError", () => {
  const known = ["+OK\r\n", "-ERR\r\n", "+ \r\n", ".\r\n", "\n", "+OK 1 1\r\n"].map((text) => utf8(text));
  const asked: Command[] = [{ type: "list" }, { type: "retr", message: 1 }, { type: "noop" }, { type: "stat" }, { type: "capa" }];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uint8Array(), fc.constantFrom(...known))), fc.shuffledSubarray(asked), (pieces, commands) => {
      const session = loggedIn({ ...PLAINTEXT, pipelining: "always" });
      say(session, ...commands);
      const error = thrown(() => {
        for (const piece of pieces) {
          session.receive(piece);
          drain(session);
        }
      });
      return error === undefined || (error instanceof ProtocolError && error.side === "remote");
    }),
  );
});
