import { ProtocolError, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { APPEND, command, say, sessionIn } from "../../test/client-session-fixture.ts";
import { hear, settle } from "../../test/rig.ts";
import { ILLEGAL_CELLS, LEGAL_CELLS } from "../../test/legal-commands.ts";
import type { Cell } from "../../test/legal-commands.ts";
import { ClientSession } from "./client-session.ts";
import { TRANSITIONS } from "./state.ts";
import type { Answer, State } from "./state.ts";

const STATUSES = { OK: "ok", NO: "no", BAD: "bad" } as const;

function sayCell(session: ClientSession, { verb, line }: Cell): void {
  session.send({ type: "command", tag: "t", command: verb === "APPEND" ? APPEND : command(line) });
}

test.each(ILLEGAL_CELLS)("$line may not be said in the state $state", (cell) => {
  expect(() => sayCell(sessionIn(cell.state), cell)).toThrow(expect.objectContaining({ side: "local", code: "illegal-now" }));
});

test.each(LEGAL_CELLS)("$line in the state $state leads where the table says", (cell) => {
  const { state, verb } = cell;
  const row: Partial<Record<string, Partial<Record<string, State>>>> = TRANSITIONS[state];
  for (const [status, answer] of Object.entries(STATUSES) as [string, Answer][]) {
    const session = sessionIn(state, verb === "STARTTLS" ? { allowPlaintext: true } : { secure: true });
    sayCell(session, cell);
    expect(settle(session).said).toMatch(new RegExp(`^t (UID )?${verb}`));
    // An IDLE that is not said to its end, DONE, cannot succeed.
    if (verb === "IDLE" && answer === "ok") hear(session, "+ go\r\n", () => session.send({ type: "done" }));
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
    expect(say(session, "c", "SELECT m")).toBe("");
    expect(["a", "b", "c", "d"].map((tag) => session.isSent(tag))).toEqual([true, true, false, false]);
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
    ["LIST x y RETURN (STATUS (UNSEEN))", "STATUS m (UNSEEN)"],
    ["MYRIGHTS m", "LIST x y RETURN (MYRIGHTS)"],
    ["LIST x y", "RLIST x y"],
    ["FETCH 1:5 FLAGS", "FETCH 7,9:4 FLAGS"],
    ["UID FETCH 1 FLAGS", "UID STORE 2:* FLAGS ()"],
    ["UID FETCH 1 FLAGS", "FETCH 2 FLAGS"],
  ])("%s + %s", (first, second) => {
    const session = sessionIn("selected");
    expect(say(session, "a", first) + say(session, "b", second)).toBe(`a ${first}\r\n`);
    expect(hear(session, "a OK\r\n").said).toBe(`b ${second}\r\n`);
  });

  test.each([
    ["STORE 1 FLAGS ()", "SEARCH ALL", "CHECK"],
    ["STORE 1 FLAGS ()", "COPY 1 m", "EXPUNGE"],
    ["UID SEARCH ALL", "UID FETCH 1 FLAGS", "LIST x y", "LSUB x y"],
    // What comes says which message, or which mailbox, it is about.
    ["FETCH 1:5 FLAGS", "FETCH 9:6,12 FLAGS", "STORE 13 FLAGS ()"],
    ["UID FETCH 1 FLAGS", "UID STORE 2 FLAGS ()", "UID FETCH 3 FLAGS"],
    ["STATUS m (UNSEEN)", "STATUS n (UNSEEN)", "LIST x y RETURN (MYRIGHTS)"],
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
