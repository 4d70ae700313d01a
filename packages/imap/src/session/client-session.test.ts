import fc from "fast-check";
import { ProtocolError, Secret, concat, fromLatin1, latin1, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { TLS, hear, settle, transcript } from "../../test/rig.ts";
import { CommandDecoder } from "../codec/command-decoder.ts";
import type { Command } from "../codec/command.ts";
import type { AppendCommand } from "../codec/commands/append.ts";
import { mailboxName } from "../codec/mailbox-name.ts";
import type { ClientSessionOptions } from "./client-options.ts";
import { ClientSession } from "./client-session.ts";
import { TRANSITIONS } from "./state.ts";
import type { Answer, State, Verb } from "./state.ts";

const GREETING = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n";

/** A command as it would be typed. */
function command(line: string): Command {
  const decoder = new CommandDecoder();
  decoder.push(fromLatin1(`x ${line}\r\n`));
  const event = decoder.next();
  if (event?.type !== "command") throw new Error(`no command: ${line}`);
  return event.command;
}

/** Says a command and gives what was transmitted. */
function say(session: ClientSession, tag: string, line: string): string {
  session.send({ type: "command", tag, command: command(line) });
  return settle(session).said;
}

/** A session in a state. */
function sessionIn(state: State, options: ClientSessionOptions = { secure: true }): ClientSession {
  const session = new ClientSession(options);
  if (state === "greeting") return session;
  hear(session, GREETING);
  if (state === "authenticated" || state === "selected") {
    say(session, "l", "LOGIN u p");
    hear(session, "l OK in\r\n");
  }
  if (state === "selected") {
    say(session, "s", "SELECT INBOX");
    hear(session, "s OK [READ-WRITE] open\r\n");
  }
  if (state === "logout" || state === "closed") {
    say(session, "o", "LOGOUT");
    hear(session, "* BYE\r\n");
  }
  if (state === "closed") hear(session, "o OK bye\r\n");
  expect(session.state).toBe(state);
  return session;
}

const LINES: Partial<Record<Verb, string>> = {
  CAPABILITY: "CAPABILITY",
  NOOP: "NOOP",
  LOGOUT: "LOGOUT",
  STARTTLS: "STARTTLS",
  AUTHENTICATE: "AUTHENTICATE PLAIN",
  LOGIN: "LOGIN u p",
  SELECT: "SELECT m",
  EXAMINE: "EXAMINE m",
  CREATE: "CREATE m",
  DELETE: "DELETE m",
  RENAME: "RENAME m n",
  SUBSCRIBE: "SUBSCRIBE m",
  UNSUBSCRIBE: "UNSUBSCRIBE m",
  LIST: 'LIST "" *',
  LSUB: 'LSUB "" *',
  STATUS: "STATUS m (MESSAGES)",
  CHECK: "CHECK",
  CLOSE: "CLOSE",
  EXPUNGE: "EXPUNGE",
  SEARCH: "SEARCH ALL",
  FETCH: "FETCH 1 FLAGS",
  STORE: "STORE 1 FLAGS ()",
  COPY: "COPY 1 m",
};
const APPEND: AppendCommand = { name: "APPEND", mailbox: mailboxName("m"), flags: [], date: null, message: new Uint8Array() };
const STATES = Object.keys(TRANSITIONS) as State[];
const STATUSES = { OK: "ok", NO: "no", BAD: "bad" } as const;

/** The table once more, from RFC 3501 section 3: what may be said where. */
const ANYWHERE = ["CAPABILITY", "NOOP", "LOGOUT"];
const WITH_ACCOUNT = [...ANYWHERE, ..."SELECT EXAMINE CREATE DELETE RENAME SUBSCRIBE UNSUBSCRIBE LIST LSUB STATUS APPEND".split(" ")];
const LEGAL: Readonly<Record<State, readonly string[]>> = {
  greeting: [],
  "not-authenticated": [...ANYWHERE, "STARTTLS", "AUTHENTICATE", "LOGIN"],
  authenticated: WITH_ACCOUNT,
  selected: [...WITH_ACCOUNT, ..."CHECK CLOSE EXPUNGE SEARCH FETCH STORE COPY".split(" ")],
  logout: [],
  closed: [],
};

const VERBS = Object.keys({ ...LINES, APPEND: "" }) as Verb[];
const CELLS = STATES.flatMap((state) => VERBS.map((verb) => ({ state, verb, legal: LEGAL[state].includes(verb) })));

function sayVerb(session: ClientSession, verb: Verb): void {
  session.send({ type: "command", tag: "t", command: verb === "APPEND" ? APPEND : command(LINES[verb] ?? "") });
}

test.each(CELLS.filter(({ legal }) => !legal))("$verb may not be said in the state $state", ({ state, verb }) => {
  expect(() => sayVerb(sessionIn(state), verb)).toThrow(expect.objectContaining({ side: "local", code: "illegal-now" }));
});

test.each(CELLS.filter(({ legal }) => legal))("$verb in the state $state leads where the table says", ({ state, verb }) => {
  const row: Partial<Record<string, Partial<Record<string, State>>>> = TRANSITIONS[state];
  for (const [status, answer] of Object.entries(STATUSES) as [string, Answer][]) {
    const session = sessionIn(state, verb === "STARTTLS" ? { allowPlaintext: true } : { secure: true });
    sayVerb(session, verb);
    expect(settle(session).said).toMatch(new RegExp(`^t ${verb}`));
    const go = verb === "APPEND" && answer === "ok" ? "+ go\r\n" : "";
    expect(hear(session, `${go}t ${status} x\r\n`).events).toMatchObject([{ type: "completed", response: { tag: "t", status } }]);
    const next = row[verb]?.[answer] ?? state;
    expect(session.state).toBe(next === "logout" ? "closed" : next);
  }
});

test.each([
  ["OK", "not-authenticated"],
  ["PREAUTH", "authenticated"],
  ["BYE", "closed"],
])("the greeting %s leads to %s", (status, state) => {
  const session = new ClientSession({ secure: true });
  expect(settle(session).then).toBe("need-input");
  expect(hear(session, `* ${status} hello\r\n`).events).toMatchObject([{ type: "greeting", response: { status } }]);
  expect(session.state).toBe(state);
});

describe("greeting", () => {
  test.each(["* NO no\r\n", "* BAD bad\r\n", "a OK ok\r\n", "* 3 EXISTS\r\n", "* CAPABILITY IMAP4rev1\r\n"])("%j is none", (text) => {
    expect(() => hear(new ClientSession({ secure: true }), text)).toThrow(
      expect.objectContaining({ side: "remote", code: "bad-greeting" }),
    );
  });

  test("PREAUTH is refused where TLS is required, and taken where not", () => {
    expect(() => hear(new ClientSession(), "* PREAUTH hi\r\n")).toThrow(expect.objectContaining({ code: "preauth-without-tls" }));
    expect(hear(new ClientSession({ allowPlaintext: true }), "* PREAUTH hi\r\n").events).toHaveLength(1);
  });

  test("an error is thrown once, then the session is closed", () => {
    const session = new ClientSession();
    expect(() => hear(session, "hello\r\n")).toThrow(ProtocolError);
    expect(session.poll()).toEqual({ type: "closed" });
    expect(() => session.send({ type: "command", tag: "a", command: { name: "NOOP" } })).toThrow(
      expect.objectContaining({ side: "local" }),
    );
  });
});

describe("tags", () => {
  test("answers find their commands in any order", () => {
    const session = sessionIn("selected");
    expect(say(session, "a", "UID FETCH 1 FLAGS")).toBe("a UID FETCH 1 FLAGS\r\n");
    expect(say(session, "b", "NOOP")).toBe("b NOOP\r\n");
    expect(hear(session, "b OK 1\r\na NO 2\r\n").events).toMatchObject([
      { type: "completed", name: "NOOP" },
      { type: "completed", name: "UID FETCH", response: { status: "NO" } },
    ]);
  });

  test("a tag that is not answered yet cannot be said again, then it can", () => {
    const session = sessionIn("authenticated");
    say(session, "a", "NOOP");
    expect(() => say(session, "a", "NOOP")).toThrow(expect.objectContaining({ side: "local", code: "tag-in-use" }));
    hear(session, "a OK\r\n");
    expect(say(session, "a", "NOOP")).toBe("a NOOP\r\n");
  });

  test("an answer to nothing, or to a command that waits in line, is fatal", () => {
    expect(() => hear(sessionIn("authenticated"), "zz OK done\r\n")).toThrow(
      expect.objectContaining({ side: "remote", code: "unknown-tag" }),
    );
    const session = sessionIn("authenticated");
    say(session, "a", "SELECT m");
    say(session, "b", "NOOP");
    expect(() => hear(session, "b OK done\r\n")).toThrow(expect.objectContaining({ code: "unknown-tag" }));
  });

  test.each(["", "a b", "a\r\nb LOGOUT", "+", "*"])("%j is no tag", (tag) => {
    const session = sessionIn("authenticated");
    expect(() => session.send({ type: "command", tag, command: { name: "NOOP" } })).toThrow(expect.objectContaining({ side: "local" }));
    expect(settle(session).said).toBe("");
  });
});

describe("commands wait in line where RFC 3501 section 5.5 asks for it", () => {
  test.each([
    ["FETCH 1 FLAGS", "NOOP", "STORE 1 FLAGS ()"],
    ["STORE 1 FLAGS ()", "COPY 1 m", "FETCH 1 FLAGS"],
  ])("%s + %s + %s", (first, second, third) => {
    const session = sessionIn("selected");
    expect(say(session, "a", first) + say(session, "b", second) + say(session, "c", third)).toBe(`a ${first}\r\nb ${second}\r\n`);
    expect(hear(session, "a OK\r\n").said).toBe("");
    expect(hear(session, "b OK\r\n").said).toBe(`c ${third}\r\n`);
  });

  test.each([
    ["COPY 1 m", "COPY 2 m"],
    ["CHECK", "FETCH 1 FLAGS"],
    ["UID FETCH 1 FLAGS", "FETCH 1 FLAGS"],
    ["UID SEARCH ALL", "UID SEARCH 1:5"],
    ["NOOP", "UID SEARCH NOT (OR SEEN 1)"],
    ["NOOP", "SEARCH OR 2 SEEN"],
    ["NOOP", "SELECT m"],
    ["CLOSE", "NOOP"],
    ["LIST x y", "EXAMINE m"],
    // A server may answer both before it completes the first: nobody could tell the answers apart.
    ["FETCH 1 FLAGS", "STORE 1 FLAGS ()"],
    ["UID STORE 1 FLAGS ()", "UID FETCH 1 FLAGS"],
    ["SEARCH SEEN", "UID SEARCH DELETED"],
    ["LIST x y", "LIST x z"],
    ["STATUS m (MESSAGES)", "STATUS m (UNSEEN)"],
  ])("%s + %s", (first, second) => {
    const session = sessionIn("selected");
    expect(say(session, "a", first) + say(session, "b", second)).toBe(`a ${first}\r\n`);
    expect(hear(session, "a OK\r\n").said).toBe(`b ${second}\r\n`);
  });

  test.each([
    ["STORE 1 FLAGS ()", "SEARCH ALL", "CHECK"],
    ["STORE 1 FLAGS ()", "COPY 1 m", "EXPUNGE"],
    ["UID SEARCH ALL", "UID FETCH 1 FLAGS", "LIST x y", "LSUB x y"],
    ["NOOP", "UID FETCH 1 FLAGS", "LOGOUT"],
  ])("%s goes with what follows", (...lines) => {
    const session = sessionIn("selected");
    expect(lines.map((line, index) => say(session, `t${index}`, line))).toEqual(lines.map((line, index) => `t${index} ${line}\r\n`));
  });

  test("what is legal is judged by the state that will be", () => {
    const session = sessionIn("not-authenticated");
    say(session, "a", "LOGIN u p");
    expect(say(session, "b", "SELECT m")).toBe("");
    expect(() => say(session, "x", "LOGIN u p")).toThrow(expect.objectContaining({ code: "illegal-now" }));
    expect(say(session, "c", "FETCH 1 FLAGS")).toBe("");
    expect(hear(session, "a OK\r\n").said).toBe("b SELECT m\r\n");
    // A failure does not take back what was said after it: the server will say BAD.
    expect(hear(session, "b NO\r\n").said).toBe("c FETCH 1 FLAGS\r\n");
    expect(hear(session, "c BAD\r\n").events).toMatchObject([{ response: { status: "BAD" } }]);
    expect(() => say(session, "d", "FETCH 1 FLAGS")).toThrow(expect.objectContaining({ code: "illegal-now" }));
    say(session, "e", "LOGOUT");
    expect(() => say(session, "f", "NOOP")).toThrow(expect.objectContaining({ code: "illegal-now" }));
  });

  test("commands that nobody knows may be said after the greeting, and are tracked by their verb", () => {
    const session = sessionIn("authenticated");
    const raw = (tag: string, verb: string, rest: string | null): void =>
      session.send({ type: "command", tag, command: { name: "unknown", verb, arguments: rest === null ? null : utf8(rest) } });
    raw("a", "XSTATE", null);
    expect(settle(session).said).toBe("a XSTATE\r\n");
    hear(session, "a OK\r\n");
    raw("b", "SELECT", "m");
    expect(settle(session).said).toBe("b SELECT m\r\n");
    hear(session, "b OK\r\n");
    expect(session.state).toBe("selected");
    expect(() => raw("c", "LOGIN", "u p")).toThrow(expect.objectContaining({ code: "illegal-now" }));
    expect(() => raw("d", "X", "a\r\nz LOGOUT")).toThrow(expect.objectContaining({ side: "local" }));
  });
});

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
      command: { name: "APPEND", mailbox: mailboxName("m"), flags: [], date: null, message: { size } },
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

describe("capabilities", () => {
  test("are learnt from greeting, codes and data, and forgotten at login unless told again", () => {
    const session = sessionIn("not-authenticated");
    say(session, "a", "LOGIN u p");
    hear(session, "a OK in\r\n");
    expect(session.capabilities).toBeUndefined();
    hear(session, "* OK [CAPABILITY X] news\r\n");
    expect(session.capabilities).toEqual(new Set(["X"]));
    const other = sessionIn("not-authenticated");
    say(other, "a", "LOGIN u p");
    hear(other, "a OK [CAPABILITY Y] in\r\n");
    expect(other.capabilities).toEqual(new Set(["Y"]));
    const third = sessionIn("not-authenticated");
    say(third, "a", "LOGIN u p");
    hear(third, "* CAPABILITY Z\r\na OK in\r\n");
    expect(third.capabilities).toEqual(new Set(["Z"]));
  });

  test("LOGINDISABLED keeps LOGIN from being said", () => {
    const session = new ClientSession({ allowPlaintext: true });
    hear(session, "* OK [CAPABILITY IMAP4rev1 LoginDisabled] hi\r\n");
    expect(() => say(session, "a", "LOGIN u p")).toThrow(expect.objectContaining({ side: "local", code: "login-disabled" }));
    expect(say(session, "a", "AUTHENTICATE PLAIN")).toBe("a AUTHENTICATE PLAIN\r\n");
  });
});

describe("the end", () => {
  test("LOGOUT closes once it is answered", () => {
    const session = sessionIn("selected");
    say(session, "a", "LOGOUT");
    expect(hear(session, "* BYE bye\r\n").then).toBe("need-input");
    expect(hear(session, "a OK done\r\n").then).toBe("closed");
  });

  test("BYE closes at once when nothing is in flight, else after the answers or the end of the stream", () => {
    expect(hear(sessionIn("selected"), "* BYE idle too long\r\n").then).toBe("closed");
    const session = sessionIn("selected");
    say(session, "a", "NOOP");
    expect(hear(session, "* BYE shutting down\r\n").then).toBe("need-input");
    session.receiveEof();
    expect(settle(session).then).toBe("closed");
  });

  test("an end of the stream in the middle is left to whoever waits", () => {
    const session = sessionIn("selected");
    session.receiveEof();
    expect(settle(session).then).toBe("need-input");
  });
});

describe("patience", () => {
  test("is a new one for each wait and endless between commands", () => {
    const session = new ClientSession({
      secure: true,
      limits: { greetingMs: 1, responseMs: 2, minBytesPerSecond: 3, streamLiteralBytes: 4 },
    });
    expect(session.patience).toEqual({ phase: "greeting", ms: 1 });
    expect(session.patience).toBe(session.patience);
    hear(session, "* PREAUTH hi\r\n");
    expect(session.patience).toEqual({ phase: "idle", ms: Infinity });
    say(session, "a", "SELECT m");
    const waiting = session.patience;
    expect(waiting).toEqual({ phase: "response", ms: 2 });
    hear(session, "* 1 EX");
    expect(session.patience).toBe(waiting);
    hear(session, "ISTS\r\n");
    expect(session.patience).not.toBe(waiting);
    hear(session, "a OK\r\n");
    say(session, "b", "FETCH 1 BODY[]");
    hear(session, "* 1 FETCH (BODY[] {5}\r\nab");
    expect(session.patience).toEqual({ phase: "literal", ms: 2, minBytesPerSecond: 3 });
    hear(session, "cde");
    expect(session.patience.phase).toBe("response");
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
    command: { name: "APPEND", mailbox: mailboxName("m"), flags: [], date: null, message: { size: 2 } },
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
    "server literal abc",
    "server line * 1 FETCH (BODY[] {3}\r\n)\r\n",
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
  const states = fc.constantFrom<State>("greeting", "not-authenticated", "authenticated", "selected");

  test("yield events or one ProtocolError, however they are cut", () => {
    fc.assert(
      fc.property(states, bytes, fc.nat(80), (state, input, cut) => {
        expect(run(state, [input.subarray(0, cut), input.subarray(cut)])).toBe(run(state, [input]));
      }),
    );
  });
});

/** What a session in `state` with commands in flight makes of bytes: its events, neighbouring chunks joined, and the error. */
function run(state: State, pieces: readonly Uint8Array[]): string {
  const session = sessionIn(state);
  if (state === "authenticated") say(session, "a", "SELECT m");
  if (state === "selected") {
    say(session, "a", "FETCH 1 BODY[]");
    session.send({ type: "command", tag: "b", command: { ...APPEND, message: { size: 2 } } });
  }
  let told = "";
  try {
    for (const piece of pieces) {
      session.receive(piece);
      settle(session, (event) => (told += event.type === "literal-chunk" ? latin1(event.bytes) : `\n${JSON.stringify(event, plain)}`));
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
