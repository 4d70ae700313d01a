// The courses that a conversation can take beside commands and answers: literals, APPEND, AUTHENTICATE, TLS; and any bytes at all.

import fc from "fast-check";
import { ProtocolError, Secret, concat, fromLatin1, latin1, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { appendOf, GREETING, say, sessionIn } from "../../test/client-session-fixture.ts";
import { TLS, hear, settle, transcript } from "../../test/rig.ts";
import { mailboxName } from "../codec/mailbox-name.ts";
import type { Command } from "../codec/command.ts";
import { ClientSession } from "./client-session.ts";
import type { State } from "./state.ts";

describe("literals", () => {
  const name = "caf\u00e9\u0001";
  const login = { name: "LOGIN", user: "u\u00fc", password: new Secret("p\u00e4") } as const;

  test("wait for the server's + one after another, and the next command waits for them", () => {
    const session = sessionIn("not-authenticated");
    session.send({ type: "command", tag: "a", command: login });
    session.send({ type: "command", tag: "b", command: { name: "CREATE", mailbox: mailboxName(name) } });
    expect(settle(session).said).toBe("a LOGIN {3}\r\n");
    expect(hear(session, "+ go\r\n").said).toBe("u\u00c3\u00bc {3}\r\n");
    expect(hear(session, "+\r\n").said).toBe("p\u00c3\u00a4\r\n");
    expect(hear(session, "a OK\r\n").said).toMatch(/^b CREATE/);
  });

  test("go at once where the server offers it", () => {
    const session = new ClientSession({ secure: true });
    hear(session, "* OK [CAPABILITY IMAP4rev1 literal+] hi\r\n");
    session.send({ type: "command", tag: "a", command: login });
    expect(settle(session).said).toBe("a LOGIN {3+}\r\nu\u00c3\u00bc {3+}\r\np\u00c3\u00a4\r\n");
  });

  test.each(["NO", "BAD"])("%s instead of + calls the literal off", (status) => {
    const session = sessionIn("not-authenticated");
    session.send({ type: "command", tag: "a", command: login });
    settle(session);
    session.send({ type: "command", tag: "b", command: { name: "NOOP" } });
    expect(settle(session).said).toBe("");
    expect(hear(session, `a ${status} no\r\n`)).toMatchObject({ said: "b NOOP\r\n", events: [{ response: { status } }] });
    expect(session.state).toBe("not-authenticated");
  });

  test("OK instead of +, and + instead of nothing, are fatal", () => {
    const session = sessionIn("not-authenticated");
    session.send({ type: "command", tag: "a", command: login });
    settle(session);
    expect(() => hear(session, "a OK in\r\n")).toThrow(expect.objectContaining({ side: "remote", code: "early-ok" }));
    expect(() => hear(sessionIn("authenticated"), "+ go\r\n")).toThrow(
      expect.objectContaining({ side: "remote", code: "unexpected-continuation" }),
    );
  });
});

describe("APPEND", () => {
  function begin(size: number, greeting = GREETING): ClientSession {
    const session = new ClientSession({ secure: true });
    hear(session, greeting.replace("OK", "PREAUTH"));
    session.send({
      type: "command",
      tag: "a",
      command: appendOf({ size }),
    });
    return session;
  }

  test("streams the message piece by piece, asking for each", () => {
    const session = begin(5);
    expect(settle(session)).toMatchObject({ said: "a APPEND m {5}\r\n", events: [] });
    expect(() => session.send({ type: "append-chunk", bytes: utf8("x") })).toThrow(expect.objectContaining({ code: "illegal-now" }));
    expect(hear(session, "+ go\r\n").events).toEqual([{ type: "append-ready", tag: "a", left: 5 }]);
    expect(session.patience.ms).toBe(Infinity);
    session.send({ type: "append-chunk", bytes: utf8("ab") });
    expect(settle(session)).toMatchObject({ said: "ab", events: [{ type: "append-ready", left: 3 }] });
    session.send({ type: "append-chunk", bytes: new Uint8Array() });
    expect(settle(session)).toMatchObject({ said: "", events: [{ type: "append-ready", left: 3 }] });
    expect(() => session.send({ type: "append-chunk", bytes: utf8("cdef") })).toThrow(expect.objectContaining({ code: "append-too-long" }));
    session.send({ type: "command", tag: "b", command: { name: "NOOP" } });
    expect(settle(session).said).toBe("");
    session.send({ type: "append-chunk", bytes: utf8("cde") });
    expect(settle(session)).toMatchObject({ said: "cde\r\nb NOOP\r\n", events: [] });
    expect(session.patience.phase).toBe("response");
    expect(hear(session, "a OK\r\n").events).toHaveLength(1);
  });

  test("an empty message needs no piece", () => {
    const session = begin(0, "* OK [CAPABILITY IMAP4rev1 LITERAL+] hi\r\n");
    expect(settle(session)).toMatchObject({ said: "a APPEND m {0+}\r\n\r\n", events: [] });
  });

  test("goes on to its announced end even when the server has refused it meanwhile", () => {
    const session = begin(3, "* OK [CAPABILITY IMAP4rev1 LITERAL+] hi\r\n");
    expect(settle(session).said).toBe("a APPEND m {3+}\r\n");
    expect(hear(session, "a NO [OVERQUOTA] full\r\n").events).toMatchObject([{ type: "completed", response: { status: "NO" } }]);
    session.send({ type: "command", tag: "b", command: { name: "NOOP" } });
    expect(settle(session).said).toBe("");
    session.send({ type: "append-chunk", bytes: utf8("abc") });
    expect(settle(session).said).toBe("abc\r\nb NOOP\r\n");
  });

  test("OK before the end of the message is fatal", () => {
    const session = begin(3);
    settle(session);
    hear(session, "+\r\n");
    expect(() => hear(session, "a OK done\r\n")).toThrow(expect.objectContaining({ code: "early-ok" }));
  });
});

describe("AUTHENTICATE", () => {
  function begin(initialResponse: Secret<string> | null = null): ClientSession {
    const session = sessionIn("not-authenticated");
    session.send({ type: "command", tag: "a", command: { name: "AUTHENTICATE", mechanism: "X", initialResponse } });
    session.send({ type: "command", tag: "b", command: { name: "NOOP" } });
    expect(settle(session).said).toBe(
      initialResponse === null ? "a AUTHENTICATE X\r\n" : `a AUTHENTICATE X ${initialResponse.reveal()}\r\n`,
    );
    return session;
  }

  test("goes step by step, nothing is read while the application thinks, and the next command waits", () => {
    const session = begin();
    expect(hear(session, "+ Zm9v\r\n+ early\r\n")).toMatchObject({
      then: "paused",
      events: [{ type: "auth-challenge", tag: "a", data: utf8("foo") }],
    });
    session.send({ type: "auth-response", data: new Secret(utf8("bar")) });
    expect(session.poll()).toEqual({ type: "transmit", chunks: [utf8("YmFy\r\n")] });
  });

  test("empty steps, success, and the command that waited", () => {
    const session = begin(new Secret("="));
    expect(hear(session, "+\r\n").events).toMatchObject([{ type: "auth-challenge", data: new Uint8Array() }]);
    session.send({ type: "auth-response", data: new Uint8Array() });
    expect(settle(session).said).toBe("\r\n");
    expect(() => session.send({ type: "auth-response", data: new Uint8Array() })).toThrow(expect.objectContaining({ code: "illegal-now" }));
    expect(hear(session, "a OK in\r\n").said).toBe("b NOOP\r\n");
    expect(session.state).toBe("authenticated");
  });

  test("can be given up", () => {
    const session = begin();
    hear(session, "+\r\n");
    session.send({ type: "auth-cancel" });
    expect(settle(session).said).toBe("*\r\n");
    expect(hear(session, "a BAD given up\r\n").said).toBe("b NOOP\r\n");
    expect(() => session.send({ type: "auth-cancel" })).toThrow(expect.objectContaining({ code: "illegal-now" }));
  });

  test("refused without a step, and a challenge that is not base64", () => {
    expect(hear(begin(), "a NO unknown mechanism\r\n").said).toBe("b NOOP\r\n");
    expect(() => hear(begin(), "+ tell me\r\n")).toThrow(expect.objectContaining({ side: "remote", code: "bad-challenge" }));
  });
});

describe("TLS", () => {
  function upgrading(): ClientSession {
    const session = sessionIn("not-authenticated", {});
    say(session, "a", "STARTTLS");
    return session;
  }

  test("is asked for by the tagged OK; then everything is forgotten", () => {
    const session = upgrading();
    expect(session.capabilities).toEqual(new Set(["IMAP4REV1", "STARTTLS"]));
    expect(hear(session, "a OK go\r\n")).toMatchObject({ then: "start-tls", events: [{ type: "completed" }] });
    expect(session.poll()).toEqual({ type: "need-input" });
    expect(session.patience.phase).toBe("tls");
    expect(() => say(session, "b", "NOOP")).toThrow(expect.objectContaining({ code: "illegal-now" }));
    session.receiveTls(TLS);
    expect(settle(session).events).toMatchObject([{ type: "tls" }]);
    expect(session.capabilities).toBeUndefined();
    expect(hear(session, "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n").events).toHaveLength(1);
    expect(session.capabilities).toEqual(new Set(["IMAP4REV1", "AUTH=PLAIN"]));
    expect(say(session, "a", "LOGIN u p")).toBe("a LOGIN u p\r\n");
  });

  test.each(["NO no", "BAD bad"])("is not had by %s", (answer) => {
    const session = upgrading();
    expect(hear(session, `a ${answer}\r\n`)).toMatchObject({ then: "need-input", events: [{ type: "completed" }] });
    expect(() => say(session, "b", "LOGIN u p")).toThrow(expect.objectContaining({ code: "tls-required" }));
  });

  test.each(["* OK [ALERT] suffix\r\n", "b OK\r\n", "\r\n", "x", "* 1 FETCH (BODY[] {100000}\r\n"])(
    "%j behind the OK is an injection",
    (text) => {
      expect(() => hear(upgrading(), `a OK go\r\n${text}`)).toThrow(
        expect.objectContaining({ side: "remote", code: "starttls-injection" }),
      );
      const late = upgrading();
      hear(late, "a OK go\r\n");
      expect(() => hear(late, text)).toThrow(expect.objectContaining({ code: "starttls-injection" }));
      const later = upgrading();
      hear(later, "a OK go\r\n");
      later.receive(fromLatin1(text));
      expect(() => later.receiveTls(TLS)).toThrow(expect.objectContaining({ code: "starttls-injection" }));
      expect(later.poll()).toEqual({ type: "closed" });
    },
  );

  test("+ is no answer to STARTTLS, and an early answer is fatal", () => {
    expect(() => hear(upgrading(), "+ go\r\n")).toThrow(expect.objectContaining({ code: "unexpected-continuation" }));
    expect(() => hear(sessionIn("not-authenticated", {}), "a OK begin\r\n")).toThrow(expect.objectContaining({ code: "unknown-tag" }));
  });

  test("is asked for once, alone, and not where there is TLS", () => {
    expect(() => say(sessionIn("not-authenticated"), "a", "STARTTLS")).toThrow(expect.objectContaining({ code: "illegal-now" }));
    const busy = sessionIn("not-authenticated", {});
    say(busy, "a", "NOOP");
    expect(() => say(busy, "b", "STARTTLS")).toThrow(expect.objectContaining({ code: "illegal-now" }));
    expect(() => sessionIn("not-authenticated").receiveTls(TLS)).toThrow(expect.objectContaining({ side: "local" }));
  });

  test("before it nothing else is said, and nothing else is believed", () => {
    const session = sessionIn("not-authenticated", {});
    for (const line of ["LOGIN u p", "AUTHENTICATE PLAIN"]) {
      expect(() => say(session, "a", line)).toThrow(expect.objectContaining({ code: "tls-required" }));
    }
    const raw: Command = { name: "unknown", verb: "ID", arguments: utf8("NIL") };
    expect(() => session.send({ type: "command", tag: "a", command: raw })).toThrow(expect.objectContaining({ code: "tls-required" }));
    expect(hear(session, "* OK [ALERT] Buy!\r\n* ID NIL\r\n* ENABLED UTF8=ACCEPT\r\n").events).toEqual([]);
    expect(hear(session, "* CAPABILITY IMAP4rev1\r\n* BYE later\r\n")).toMatchObject({
      then: "closed",
      events: [{ type: "response" }, { type: "response" }],
    });
  });

  test.each(["1 EXISTS", "FLAGS ()", "SEARCH 1", "LIST () NIL x", "STATUS x (MESSAGES 1)", "1 EXPUNGE", "1 FETCH (UID 1)"])(
    "%s before authentication is fatal",
    (data) => {
      expect(() => hear(sessionIn("not-authenticated"), `* ${data}\r\n`)).toThrow(
        expect.objectContaining({ side: "remote", code: "unexpected-response" }),
      );
    },
  );

  test("a large literal before authentication is fatal as soon as it begins", () => {
    expect(() => hear(sessionIn("not-authenticated"), "* 1 FETCH (BODY[] {100000}\r\nx")).toThrow(
      expect.objectContaining({ code: "unexpected-response" }),
    );
  });
});

test("an observer sees both ways, without secrets", () => {
  const { lines, observe } = transcript();
  const session = new ClientSession({ observe, limits: { streamLiteralBytes: 2 } });
  hear(session, GREETING);
  say(session, "a", "STARTTLS");
  hear(session, "a OK go\r\n");
  session.receiveTls(TLS);
  settle(session);
  session.send({ type: "command", tag: "b", command: { name: "LOGIN", user: "u", password: new Secret("hush") } });
  hear(session, "b NO no\r\n");
  session.send({ type: "command", tag: "c", command: { name: "AUTHENTICATE", mechanism: "X", initialResponse: new Secret("aHVzaA==") } });
  hear(session, "+ aHVzaA==\r\n");
  session.send({ type: "auth-response", data: utf8("hush") });
  hear(session, "c OK in\r\n");
  session.send({
    type: "command",
    tag: "d",
    command: appendOf({ size: 2 }),
  });
  hear(session, "+\r\n");
  session.send({ type: "append-chunk", bytes: utf8("hi") });
  hear(session, "d OK\r\n");
  say(session, "e", "SELECT m");
  hear(session, "e OK\r\n* 1 FETCH (BODY[] {3}\r\nabc)\r\n");
  expect(lines).toEqual([
    `server line ${GREETING}`,
    "client line a STARTTLS\r\n",
    "server line a OK go\r\n",
    "client tls ",
    "client line b LOGIN u *****\r\n",
    "server line b NO no\r\n",
    "client line c AUTHENTICATE X *****\r\n",
    "server sasl + *****\r\n",
    "client sasl *****\r\n",
    "server line c OK in\r\n",
    "client line d APPEND m {2}\r\n",
    "server line +\r\n",
    "client literal hi",
    "client line \r\n",
    "server line d OK\r\n",
    "client line e SELECT m\r\n",
    "server line e OK\r\n",
    "server line * 1 FETCH (BODY[] {3}\r\n",
    "server literal abc",
    "server line )\r\n",
  ]);
});

describe("any bytes", () => {
  const words = fc.constantFrom(
    "* ",
    "a ",
    "b ",
    "+ ",
    "OK",
    "NO",
    "BYE",
    " ",
    "+ \r\n",
    "[CAPABILITY X]",
    "1 EXISTS",
    "1 FETCH (",
    "BODY[] ",
    "{3}",
    "abc",
    ")",
    "\r\n",
    "\n",
    "\0",
    '"',
    "\u00ff",
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.array(words, { maxLength: 25 }).map((all) => fromLatin1(all.join(""))),
  );
  const states = fc.constantFrom<State | "idle">("greeting", "not-authenticated", "authenticated", "selected", "idle");

  test("yield events or one ProtocolError, however they are cut", () => {
    fc.assert(
      fc.property(states, bytes, fc.nat(80), (state, input, cut) => {
        expect(run(state, [input.subarray(0, cut), input.subarray(cut)])).toBe(run(state, [input]));
      }),
    );
  });
});

/** What a session in `state` with commands in flight makes of bytes: its events, neighbouring chunks joined, and the error. */
function run(state: State | "idle", pieces: readonly Uint8Array[]): string {
  const session = sessionIn(state === "idle" ? "selected" : state);
  if (state === "idle") say(session, "a", "IDLE");
  if (state === "authenticated") say(session, "a", "SELECT m");
  if (state === "selected") {
    say(session, "a", "FETCH 1 BODY[]");
    session.send({ type: "command", tag: "b", command: appendOf({ size: 2 }) });
  }
  let told = "";
  try {
    for (const piece of pieces) {
      session.receive(piece);
      settle(session, (event) => {
        if (event.type === "idling") session.send({ type: "done" });
        told += event.type === "literal-chunk" ? latin1(event.bytes) : `\n${JSON.stringify(event, plain)}`;
      });
    }
    session.receiveEof();
    settle(session);
  } catch (error) {
    expect(session.poll()).toEqual({ type: "closed" });
    if (!(error instanceof ProtocolError)) throw error;
    told += error.code;
  }
  return told;
}

/** Bytes as text; how a response was cut into views is not told. */
function plain(key: string, value: unknown): unknown {
  if (key === "raw" && Array.isArray(value)) return latin1(concat(value as Uint8Array[]));
  return value instanceof Uint8Array ? latin1(value) : typeof value === "bigint" ? String(value) : value;
}
