import { latin1, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { TLS, hear, settle, transcript } from "../../test/rig.ts";
import type { Outcome } from "../../test/rig.ts";
import { ILLEGAL_CELLS, LEGAL_CELLS } from "../../test/legal-commands.ts";
import { mailboxName } from "../codec/mailbox-name.ts";
import type { ServerEvent } from "./server-events.ts";
import type { ServerSessionOptions } from "./server-options.ts";
import { ServerSession } from "./server-session.ts";
import { TRANSITIONS } from "./state.ts";
import type { Answer, State } from "./state.ts";

const OK = { type: "complete", status: "OK", text: "done" } as const;
const NO = { type: "complete", status: "NO", text: "no" } as const;
const ILLEGAL = expect.objectContaining({ side: "local", code: "illegal-now" }) as Error;

/** A session that has greeted. */
function greeted(options: ServerSessionOptions = { secure: true }): ServerSession {
  const session = new ServerSession(options);
  session.send({ type: "greeting", status: "OK", text: "hi" });
  settle(session);
  return session;
}

/** A session in a state. */
function sessionIn(state: State, options?: ServerSessionOptions): ServerSession {
  if (state === "greeting") return new ServerSession(options ?? { secure: true });
  const session = greeted(options);
  const go = (line: string): unknown => hear(session, `x ${line}\r\n`, () => session.send(OK));
  if (state === "authenticated" || state === "selected") go("LOGIN u p");
  if (state === "selected") go("SELECT m");
  if (state === "logout") session.send({ type: "bye", text: "bye" });
  if (state === "closed") go("LOGOUT");
  expect(session.state).toBe(state);
  return session;
}

function said(session: ServerSession, text: string): string {
  return hear(session, text).said;
}

const STATUSES = { OK: "ok", NO: "no", BAD: "bad" } as const;
const DEAF: readonly State[] = ["greeting", "logout", "closed"];

test.each(ILLEGAL_CELLS.filter(({ state }) => !DEAF.includes(state)))("$line is answered BAD in the state $state", ({ state, line }) => {
  const session = sessionIn(state);
  expect(hear(session, `t ${line}\r\n`)).toMatchObject({
    events: [{ type: "rejected", tag: "t", reason: "illegal-now" }],
    said: "t BAD Not now\r\n",
    then: "need-input",
  });
  expect(session.state).toBe(state);
});

test.each(LEGAL_CELLS)("$line in the state $state leads where the table says", ({ state, verb, line }) => {
  const row: Partial<Record<string, Partial<Record<string, State>>>> = TRANSITIONS[state];
  for (const [status, answer] of Object.entries(STATUSES) as [keyof typeof STATUSES, Answer][]) {
    const session = sessionIn(state, { allowPlaintextAuth: true });
    const idles = verb === "IDLE" && status === "OK";
    const { said } = hear(session, `t ${line}\r\n${idles ? "DONE\r\n" : ""}`, (event) => {
      if (event.type === "append") session.send({ type: "accept-append" });
      else if (event.type === "command" && idles) session.send({ type: "accept-idle" });
      else if (event.type !== "append-chunk") session.send({ type: "complete", status, text: "x" });
    });
    expect(said).toBe(`${idles ? "+ idling\r\n" : ""}t ${status} x\r\n`);
    const next = row[verb]?.[answer] ?? state;
    expect(session.state).toBe(next === "logout" ? "closed" : next);
  }
});

test.each(ILLEGAL_CELLS.filter(({ state }) => DEAF.includes(state)))("$line is not heard in the state $state", ({ state, line }) => {
  const session = sessionIn(state);
  expect(hear(session, `t ${line}\r\n`).events).toEqual([]);
  session.receiveEof();
  expect(settle(session)).toMatchObject({ events: [], then: state === "greeting" ? "paused" : "closed" });
});

test.each([
  ["OK", "not-authenticated", "need-input"],
  ["PREAUTH", "authenticated", "need-input"],
  ["BYE", "closed", "closed"],
] as const)("the greeting %s leads to %s", (status, state, then) => {
  const session = new ServerSession();
  expect(settle(session).then).toBe("paused");
  session.send({ type: "greeting", status, code: { type: "ALERT" }, text: "hi" });
  expect(settle(session)).toMatchObject({ said: `* ${status} [ALERT] hi\r\n`, then });
  expect(session.state).toBe(state);
  expect(() => session.send({ type: "greeting", status, text: "hi" })).toThrow(ILLEGAL);
});

describe("what the application may say", () => {
  const exists = { type: "response", response: { type: "EXISTS", count: 1 } } as const;
  const expunge = { type: "response", response: { type: "EXPUNGE", sequenceNumber: 1 } } as const;

  test("untagged data at any time of the conversation, nothing before and after", () => {
    const session = sessionIn("selected");
    session.send(exists);
    expect(settle(session).said).toBe("* 1 EXISTS\r\n");
    for (const state of ["greeting", "logout", "closed"] as const) expect(() => sessionIn(state).send(exists)).toThrow(ILLEGAL);
  });

  test("EXPUNGE only while a command that may shift numbers is answered", () => {
    for (const line of ["NOOP", "UID FETCH 1 FLAGS", "UID STORE 1 FLAGS ()", "UID SEARCH ALL", "EXPUNGE", "CREATE m"]) {
      const session = sessionIn("selected");
      expect(() => session.send(expunge)).toThrow(ILLEGAL);
      hear(session, `t ${line}\r\n`);
      session.send(expunge);
      session.send(OK);
      expect(settle(session).said).toBe("* 1 EXPUNGE\r\nt OK done\r\n");
      expect(() => session.send(expunge)).toThrow(ILLEGAL);
    }
    for (const line of ["FETCH 1 FLAGS", "STORE 1 FLAGS ()", "SEARCH ALL", "APPEND m {3}"]) {
      const session = sessionIn("selected");
      hear(session, `t ${line}\r\n`);
      expect(() => session.send(expunge)).toThrow(ILLEGAL);
    }
  });

  test("no answer that no command waits for, and no second greeting or farewell", () => {
    const session = sessionIn("selected");
    for (const intent of [OK, { type: "accept-append" }, { type: "auth-challenge", data: utf8("x") }] as const) {
      expect(() => session.send(intent)).toThrow(ILLEGAL);
    }
    hear(session, "t NOOP\r\n");
    for (const intent of [{ type: "accept-append" }, { type: "auth-challenge", data: utf8("x") }] as const) {
      expect(() => session.send(intent)).toThrow(ILLEGAL);
    }
    session.send({ type: "bye", text: "enough", code: { type: "UNAVAILABLE" } });
    expect(() => session.send({ type: "bye", text: "enough" })).toThrow(ILLEGAL);
    expect(settle(session)).toMatchObject({ said: "* BYE [UNAVAILABLE] enough\r\n", then: "closed" });
    expect(() => session.send({ type: "bye", text: "enough" })).toThrow(ILLEGAL);
  });

  test("no line end in any field, and the command still waits for its answer", () => {
    const session = sessionIn("selected");
    hear(session, "t NOOP\r\n");
    const unsayable = expect.objectContaining({ side: "local", code: "bad-argument" }) as Error;
    expect(() => session.send({ type: "complete", status: "OK", text: "a\r\nt OK b" })).toThrow(unsayable);
    const code = { type: "unknown", name: "X", arguments: "]\r\n" } as const;
    expect(() => session.send({ type: "complete", status: "OK", code, text: "a" })).toThrow(unsayable);
    expect(() => session.send({ type: "bye", text: "a\nb" })).toThrow(unsayable);
    session.send(OK);
    expect(settle(session)).toMatchObject({ said: "t OK done\r\n", then: "need-input" });
  });

  test("FETCH data that streams: exactly the announced bytes, and nothing between", () => {
    const body = { type: "BODY[]", section: { part: [], text: "", fields: [] }, origin: null, data: { size: 4 } } as const;
    const session = sessionIn("selected");
    hear(session, "t FETCH 1 (BODY[] RFC822)\r\n");
    expect(() => session.send({ type: "data-chunk", bytes: utf8("x") })).toThrow(ILLEGAL);
    session.send({
      type: "response",
      response: {
        type: "FETCH",
        sequenceNumber: 1,
        items: [body, { type: "RFC822", data: { size: 1 } }, { type: "RFC822.TEXT", data: { size: 0 } }],
      },
    });
    expect(settle(session).said).toBe("* 1 FETCH (BODY[] {4}\r\n");
    session.send({ type: "data-chunk", bytes: utf8("ab") });
    session.send({ type: "data-chunk", bytes: new Uint8Array() });
    expect(() => session.send({ type: "data-chunk", bytes: utf8("cde") })).toThrow(
      expect.objectContaining({ side: "local", code: "data-too-long" }),
    );
    expect(() => session.send(exists)).toThrow(ILLEGAL);
    expect(() => session.send(OK)).toThrow(ILLEGAL);
    session.send({ type: "data-chunk", bytes: utf8("cd") });
    session.send({ type: "data-chunk", bytes: utf8("e") });
    session.send(OK);
    expect(settle(session).said).toBe("abcd RFC822 {1}\r\ne RFC822.TEXT {0}\r\n)\r\nt OK done\r\n");
  });
});

describe("commands", () => {
  test("that are pipelined are answered one after another, whatever would be ambiguous together (RFC 3501 section 5.5)", () => {
    const session = sessionIn("selected");
    const told: string[] = [];
    const { said, events } = hear(
      session,
      "a FETCH 1 FLAGS\r\nb STORE 1 FLAGS ()\r\nc NOOP\r\nd FETCH 1 FLAGS\r\ne LOGIN u p\r\nf CLOSE\r\ng FETCH 1 FLAGS\r\n",
      (event) => {
        if (event.type !== "command") return;
        told.push(event.tag);
        expect(session.poll()).toEqual({ type: "paused" });
        session.send(OK);
      },
    );
    expect(told.join("")).toBe("abcdf");
    expect(events.map(({ type }) => type)).toEqual(["command", "command", "command", "command", "rejected", "command", "rejected"]);
    expect(said).toBe("a OK done\r\nb OK done\r\nc OK done\r\nd OK done\r\ne BAD Not now\r\nf OK done\r\ng BAD Not now\r\n");
  });

  test("carry their bytes and what was tolerated", () => {
    const [event] = hear(sessionIn("selected"), "t  uid fetch 1 flags\n").events;
    expect(event).toMatchObject({ type: "command", tag: "t", command: { name: "UID FETCH" } });
    if (event?.type !== "command") return;
    expect(event.deviations.map(({ code }) => code)).toContain("bare-lf");
    expect(latin1(event.raw[0] ?? new Uint8Array())).toBe("t  uid fetch 1 flags\n");
  });

  test("that nobody knows are the application's", () => {
    const session = sessionIn("not-authenticated");
    expect(hear(session, "t XTEST a b\r\n").events).toMatchObject([{ type: "command", command: { name: "unknown", verb: "XTEST" } }]);
    session.send({ type: "complete", status: "OK", text: "well" });
    expect(settle(session).said).toBe("t OK well\r\n");
  });

  test.each([
    ["\r\n", "* BAD Not understood (no-tag)\r\n"],
    ["t\r\n", "t BAD Not understood"],
    ["t FETCH 1\r\n", "t BAD Not understood"],
    [`t NOOP ${"x".repeat(70_000)}\r\n`, "t BAD Not understood (line-too-long)\r\n"],
  ])("%.20j cannot be understood, and the next one can", (text, answer) => {
    const session = sessionIn("selected");
    const outcome = hear(session, `${text}u NOOP\r\n`);
    expect(outcome.said).toContain(answer);
    expect(outcome.events).toMatchObject([{ type: "rejected" }, { type: "command", tag: "u" }]);
  });
});

describe("literals", () => {
  test("are asked for with +, one by one, where the client waits", () => {
    const session = sessionIn("not-authenticated");
    expect(said(session, "t LOGIN {1}\r\n")).toBe("+ OK\r\n");
    expect(said(session, "u {3}\r\n")).toBe("+ OK\r\n");
    expect(hear(session, "p q\r\n").events).toMatchObject([{ type: "command", command: { name: "LOGIN", user: "u" } }]);
  });

  test("come at once where the client does not wait", () => {
    const outcome = hear(sessionIn("not-authenticated"), "t LOGIN {1+}\r\nu {1+}\r\np\r\n");
    expect(outcome).toMatchObject({ said: "", events: [{ type: "command", command: { name: "LOGIN", user: "u" } }] });
  });

  test("of a command that is illegal now are refused before they come", () => {
    const session = sessionIn("not-authenticated");
    expect(said(session, "t SELECT {5}\r\n")).toBe("t BAD Not now\r\n");
    expect(hear(session, "u NOOP\r\n").events).toMatchObject([{ type: "command", tag: "u" }]);
  });

  test("that come all the same are never run as commands", () => {
    const outcome = hear(
      sessionIn("authenticated"),
      "t FETCH {12+}\r\nx LOGOUT\r\n\r\n 1\r\nu SEARCH CHARSET {10+}\r\nx LOGOUT\r\n ALL\r\nv NOOP\r\n",
    );
    expect(outcome.events.map((event) => ("tag" in event ? `${event.type} ${event.tag ?? ""}` : event.type))).toEqual([
      "rejected t",
      "rejected u",
      "command v",
    ]);
    expect(outcome.said).toMatch(/^t BAD [^\r]*\r\nu BAD Not now\r\n$/);
  });

  test("that are too big are refused, drained up to a bound, and fatal beyond it", () => {
    const limits = { maxLiteralBytes: 5, maxDrainBytes: 100 };
    const session = sessionIn("authenticated", { secure: true, limits });
    expect(said(session, "t SELECT {6}\r\n")).toBe("t BAD Not understood (literal-too-big)\r\n");
    expect(said(session, "t SELECT {6+}\r\nabcdef\r\n")).toBe("t BAD Not understood (literal-too-big)\r\n");
    let last: unknown;
    try {
      said(session, "t SELECT {101+}\r\n");
    } catch (error) {
      last = error;
    }
    expect(last).toMatchObject({ side: "remote", code: "too-much-refused", reply: utf8("* BYE Too much data in a refused command\r\n") });
    expect(session.poll()).toEqual({ type: "closed" });
  });

  test("have other bounds before authentication than after", () => {
    const name = "a".repeat(4097);
    expect(said(sessionIn("not-authenticated"), "t LOGIN {4097}\r\n")).toContain("literal-too-big");
    expect(hear(sessionIn("authenticated"), `t SELECT {4097+}\r\n${name}\r\n`).events).toMatchObject([
      { type: "command", command: { mailbox: mailboxName(name) } },
    ]);
  });
});

test("the observer sees every unit both ways, with stars for secrets", () => {
  const { lines, observe } = transcript();
  const session = sessionIn("greeting", { allowPlaintextAuth: true, observe });
  const challenge = { type: "auth-challenge", data: utf8("who?") } as const;
  const react = (event: ServerEvent): void => {
    if (event.type === "append") session.send({ type: "accept-append" });
    else if (event.type === "command" && event.command.name === "AUTHENTICATE") session.send(challenge);
    else if (event.type !== "append-chunk" && event.type !== "rejected" && event.type !== "tls")
      session.send(event.type === "auth-response" ? NO : OK);
  };
  const go = (text: string): Outcome<ServerEvent> => hear(session, text, react);
  session.send({ type: "greeting", status: "OK", text: "hi" });
  go("a STARTTLS\r\n");
  session.receiveTls(TLS);
  go("b AUTHENTICATE X c2VjcmV0\r\n");
  go("c2VjcmV0\r\n");
  go("b AUTHENTICATE X\r\n");
  go(`hush hush ${"hush".repeat(5000)}\r\n`);
  go("b LOGIN u\r\n");
  go("b LOGIN u {4}\r\n");
  go("hush\r\n");
  go("c APPEND m {2}\r\n");
  go("hi\r\n");
  expect(lines.join("\n").replaceAll(/(?<=server line \S+ BAD).*\r\n/g, "")).toBe(
    [
      "server line * OK hi\r\n",
      "client line a STARTTLS\r\n",
      "server line a OK done\r\n",
      "server tls ",
      "client line b AUTHENTICATE X *****\r\n",
      "server sasl + *****\r\n",
      "client sasl *****\r\n",
      "server line b NO no\r\n",
      "client line b AUTHENTICATE X\r\n",
      "server sasl + *****\r\n",
      "client line *****",
      "server line b BAD",
      "client line b LOGIN*****",
      "server line b BAD",
      "server line + OK\r\n",
      "client line b LOGIN u *****\r\n",
      "server line b OK done\r\n",
      "client line c APPEND m {2}\r\n",
      "server line + OK\r\n",
      "client literal hi",
      "client line \r\n",
      "server line c OK done\r\n",
    ].join("\n"),
  );
  expect(JSON.stringify(lines)).not.toContain("hush");
});

test("the observer sees what is refused, too", () => {
  const { lines, observe } = transcript();
  const session = sessionIn("greeting", { observe });
  session.send({ type: "greeting", status: "PREAUTH", text: "hi" });
  hear(session, "a APPEND m {3+}\r\n");
  session.send(NO);
  hear(session, "abc\r\nb LOGIN u {4}\r\nc FETCH {1}\r\nd APPEND m {3}\r\n");
  session.send({ type: "accept-append" });
  hear(session, "ab");
  session.send(NO);
  hear(session, "c\r\n");
  expect(lines).toEqual([
    "server line * PREAUTH hi\r\n",
    "client line a APPEND m {3+}\r\n",
    "server line a NO no\r\n",
    "client line b LOGIN*****",
    "server line b BAD Not now\r\n",
    "client line c FETCH {1}\r\n",
    "server line c BAD Not understood (bad-arguments)\r\n",
    "client line d APPEND m {3}\r\n",
    "server line + OK\r\n",
    "client literal ab",
    "server line d NO no\r\n",
    "client literal c",
    "client line \r\n",
  ]);
});

test("limits are checked", () => {
  expect(() => new ServerSession({ limits: { loginMs: 0 } })).toThrow(expect.objectContaining({ side: "local", code: "bad-limit" }));
});
