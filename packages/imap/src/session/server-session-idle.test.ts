// IDLE as a server's session carries it (RFC 2177).

import { fromLatin1, latin1 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { hear, settle, transcript } from "../../test/rig.ts";
import type { ServerEvent } from "./server-events.ts";
import type { ServerSessionOptions } from "./server-options.ts";
import { ServerSession } from "./server-session.ts";

const OK = { type: "complete", status: "OK", text: "done" } as const;
const NO = { type: "complete", status: "NO", text: "no" } as const;
const BAD = { type: "complete", status: "BAD", text: "Expected DONE" } as const;
const EXISTS = { type: "response", response: { type: "EXISTS", count: 4 } } as const;
const EXPUNGE = { type: "response", response: { type: "EXPUNGE", sequenceNumber: 3 } } as const;
const ILLEGAL = expect.objectContaining({ side: "local", code: "illegal-now" }) as Error;

function loggedIn(options: ServerSessionOptions = { secure: true }): ServerSession {
  const session = new ServerSession(options);
  session.send({ type: "greeting", status: "PREAUTH", text: "hi" });
  settle(session);
  return session;
}

/** A session whose client idles, with the tag `t`. */
function idling(options?: ServerSessionOptions): ServerSession {
  const session = loggedIn(options);
  hear(session, "t IDLE\r\n");
  session.send({ type: "accept-idle" });
  expect(settle(session)).toMatchObject({ said: "+ idling\r\n", then: "need-input" });
  return session;
}

describe("IDLE", () => {
  test("is taken with +, told what happens at any time, and answered after DONE", () => {
    const session = idling();
    session.send(EXISTS);
    expect(settle(session).said).toBe("* 4 EXISTS\r\n");
    session.send(EXPUNGE);
    expect(settle(session)).toMatchObject({ said: "* 3 EXPUNGE\r\n", then: "need-input" });
    expect(hear(session, "DONE\r\n")).toMatchObject({ events: [{ type: "idle-end" }], said: "", then: "paused" });
    // What crossed with DONE is told before the answer.
    session.send(EXPUNGE);
    session.send(OK);
    expect(hear(session, "u NOOP\r\n")).toMatchObject({ said: "* 3 EXPUNGE\r\nt OK done\r\n", events: [{ type: "command", tag: "u" }] });
  });

  test("waits for the application, which may refuse it", () => {
    const session = loggedIn();
    expect(hear(session, "t IDLE\r\n")).toMatchObject({
      events: [{ type: "command", command: { name: "IDLE" } }],
      said: "",
      then: "paused",
    });
    expect(() => session.send(OK)).toThrow(ILLEGAL);
    session.send(NO);
    expect(settle(session)).toMatchObject({ said: "t NO no\r\n", then: "need-input" });
    expect(() => session.send({ type: "accept-idle" })).toThrow(ILLEGAL);
  });

  test("is not answered before DONE, nor taken twice", () => {
    const session = idling();
    for (const intent of [OK, NO, { type: "accept-idle" }, { type: "accept-append" }] as const)
      expect(() => session.send(intent)).toThrow(ILLEGAL);
  });

  test.each(["DONE\r\n", "done\r\n", "Done\n"])("%j ends it", (line) => {
    expect(hear(idling(), line).events).toEqual([{ type: "idle-end" }]);
  });

  test.each([
    ["t2 NOOP\r\n", "not-done"],
    ["\r\n", "not-done"],
    ["DONE \r\n", "not-done"],
    ["x DONE\r\n", "not-done"],
    ["x SELECT {100}\r\n", "literal-out-of-place"],
    ["x SELECT {11+}\r\ny LOGOUT\r\n1\r\n", "literal-out-of-place"],
    [`${"D".repeat(70_000)}\r\n`, "line-too-long"],
  ])("%.20j ends it, too, but not well", (line, reason) => {
    const session = idling();
    expect(hear(session, line)).toMatchObject({ events: [{ type: "idle-end", reason }], said: "", then: "paused" });
    expect(() => session.send(OK)).toThrow(ILLEGAL);
    expect(() => session.send({ type: "accept-idle" })).toThrow(ILLEGAL);
    session.send(EXPUNGE);
    session.send(BAD);
    expect(hear(session, "u NOOP\r\n")).toMatchObject({
      said: "* 3 EXPUNGE\r\nt BAD Expected DONE\r\n",
      events: [{ type: "command", tag: "u" }],
    });
  });

  test("DONE may come at once behind it", () => {
    const session = loggedIn();
    const outcome = hear(session, "t IDLE\r\nDONE\r\nu NOOP\r\n", (event) => {
      session.send(event.type === "command" && event.command.name === "IDLE" ? { type: "accept-idle" } : OK);
    });
    expect(outcome.said).toBe("+ idling\r\nt OK done\r\nu OK done\r\n");
  });

  test("ends with BYE; a connection that ends meanwhile is lost", () => {
    const gone = idling();
    gone.receiveEof();
    expect(settle(gone)).toMatchObject({ events: [], then: "need-input" });
    const dismissed = idling();
    dismissed.send({ type: "bye", text: "we close" });
    expect(settle(dismissed)).toMatchObject({ said: "* BYE we close\r\n", then: "closed" });
  });

  test("is given as long as any other inactivity, however much is told meanwhile", () => {
    const session = idling({ secure: true, limits: { inactivityMs: 7 } });
    const { patience } = session;
    expect(patience).toMatchObject({ phase: "idle", ms: 7 });
    expect(latin1(patience.farewell ?? fromLatin1(""))).toBe("* BYE You took too long\r\n");
    session.send(EXISTS);
    hear(session, "DO");
    expect(session.patience).toBe(patience);
    hear(session, "NE\r\n");
    expect(session.patience).not.toBe(patience);
  });

  test("that comes to nothing counts as a bad command", () => {
    const session = loggedIn({ secure: true, limits: { maxBadCommands: 2 } });
    const react = ({ type }: ServerEvent): void => session.send(type === "command" ? { type: "accept-idle" } : BAD);
    expect(hear(session, "t IDLE\r\nx\r\n".repeat(3), react).said).toMatch(/BAD Expected DONE\r\n\* BYE Too many bad commands\r\n$/);
  });

  test("is the same wherever the bytes are cut", () => {
    const text = "t IDLE\r\nDONE\r\nu IDLE\r\nx LOGIN {3+}\r\nabc\r\nv NOOP\r\n";
    const run = (pieces: readonly string[]): string => {
      const session = loggedIn();
      let said = "";
      for (const piece of pieces) {
        said += hear(session, piece, (event) => {
          if (event.type === "command") session.send(event.command.name === "IDLE" ? { type: "accept-idle" } : OK);
          else if (event.type === "idle-end") session.send(event.reason === undefined ? OK : BAD);
        }).said;
      }
      return said;
    };
    const whole = "+ idling\r\nt OK done\r\n+ idling\r\nu BAD Expected DONE\r\nv OK done\r\n";
    for (let at = 0; at <= text.length; at += 1) expect(run([text.slice(0, at), text.slice(at)])).toBe(whole);
    expect(run(Array.from(text))).toBe(whole);
  });

  test("a line that never ends is not held", () => {
    const session = idling({ secure: true, limits: { maxLineBytes: 1000, maxDrainBytes: 50_000 } });
    const flood = (): void => {
      for (let sent = 0; sent < 100_000; sent += 100) hear(session, "D".repeat(100));
    };
    expect(flood).toThrow(expect.objectContaining({ side: "remote", code: "too-much-refused" }));
  });

  test("the observer sees DONE, and stars for what else is said instead", () => {
    const { lines, observe } = transcript();
    const session = loggedIn({ secure: true, observe });
    const react = (event: ServerEvent): void => {
      if (event.type === "command") session.send({ type: "accept-idle" });
      else session.send("reason" in event ? BAD : OK);
    };
    hear(session, "t IDLE\r\nDONE\r\nt IDLE\r\nx LOGIN u hush\r\n", react);
    expect(lines.slice(1)).toEqual([
      "client line t IDLE\r\n",
      "server line + idling\r\n",
      "client line DONE\r\n",
      "server line t OK done\r\n",
      "client line t IDLE\r\n",
      "server line + idling\r\n",
      "client line *****\r\n",
      "server line t BAD Expected DONE\r\n",
    ]);
  });
});

test("a step of AUTHENTICATE that announces a literal gives it up, and the literal is never run as commands", () => {
  const session = new ServerSession({ secure: true });
  session.send({ type: "greeting", status: "OK", text: "hi" });
  hear(session, "t AUTHENTICATE X\r\n");
  session.send({ type: "auth-challenge", data: new Uint8Array() });
  expect(hear(session, "x LOGIN {10+}\r\ny LOGOUT\r\n p\r\nu NOOP\r\n")).toMatchObject({
    events: [
      { type: "rejected", tag: "t", reason: "literal-out-of-place" },
      { type: "command", tag: "u" },
    ],
  });
});
