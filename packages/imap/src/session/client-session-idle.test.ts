// IDLE as a client's session carries it (RFC 2177).

import { describe, expect, test } from "vitest";
import { say, sessionIn } from "../../test/client-session-fixture.ts";
import { hear, settle, transcript } from "../../test/rig.ts";
import type { ClientSessionOptions } from "./client-options.ts";
import type { ClientSession } from "./client-session.ts";

const DONE = { type: "done" } as const;
const ILLEGAL = expect.objectContaining({ side: "local", code: "illegal-now" }) as Error;

/** A session that idles, with the tag `t`. */
function idling(options?: ClientSessionOptions): ClientSession {
  const session = sessionIn("selected", options);
  expect(say(session, "t", "IDLE")).toBe("t IDLE\r\n");
  expect(hear(session, "+ idling\r\n")).toMatchObject({ events: [{ type: "idling", tag: "t" }], said: "", then: "need-input" });
  return session;
}

describe("IDLE", () => {
  test("yields what the server tells, until DONE is said and answered", () => {
    const session = idling();
    expect(hear(session, "* 4 EXISTS\r\n* 2 EXPUNGE\r\n").events).toMatchObject([
      { type: "response", response: { type: "EXISTS", count: 4 } },
      { type: "response", response: { type: "EXPUNGE", sequenceNumber: 2 } },
    ]);
    session.send(DONE);
    expect(settle(session).said).toBe("DONE\r\n");
    expect(() => session.send(DONE)).toThrow(ILLEGAL);
    // The server had said this before it heard DONE.
    expect(hear(session, "* 5 EXISTS\r\nt OK done\r\n").events).toMatchObject([
      { type: "response", response: { type: "EXISTS" } },
      { type: "completed", name: "IDLE", response: { tag: "t", status: "OK" } },
    ]);
    expect(session.state).toBe("selected");
    expect(say(session, "u", "NOOP")).toBe("u NOOP\r\n");
  });

  test("DONE is illegal where no server waits for it", () => {
    const session = sessionIn("selected");
    expect(() => session.send(DONE)).toThrow(ILLEGAL);
    say(session, "t", "IDLE");
    expect(() => session.send(DONE)).toThrow(ILLEGAL);
    hear(session, "+ \r\n");
    hear(session, "t NO tired\r\n");
    expect(() => session.send(DONE)).toThrow(ILLEGAL);
  });

  test("commands that are said meanwhile wait in line for DONE and its answer, and IDLE waits for those before it", () => {
    const session = sessionIn("selected");
    expect(say(session, "a", "NOOP") + say(session, "t", "IDLE")).toBe("a NOOP\r\n");
    expect(hear(session, "a OK\r\n").said).toBe("t IDLE\r\n");
    hear(session, "+ \r\n");
    expect(say(session, "b", "NOOP")).toBe("");
    session.send(DONE);
    expect(settle(session).said).toBe("DONE\r\n");
    expect(hear(session, "t OK\r\n").said).toBe("b NOOP\r\n");
  });

  test.each(["NO", "BAD"])("%s instead of + ends it, and the session goes on", (status) => {
    const session = sessionIn("authenticated");
    say(session, "t", "IDLE");
    expect(hear(session, `t ${status} no idling\r\n`).events).toMatchObject([{ type: "completed", name: "IDLE", response: { status } }]);
    expect(say(session, "u", "NOOP")).toBe("u NOOP\r\n");
  });

  test("OK without + cannot be: the server has not heard it to its end", () => {
    const session = sessionIn("selected");
    say(session, "t", "IDLE");
    expect(() => hear(session, "t OK noop\r\n")).toThrow(expect.objectContaining({ side: "remote", code: "early-ok" }));
  });

  test.each(["OK", "NO", "BAD"])("a server that is tired of it says %s before DONE", (status) => {
    const session = idling();
    expect(hear(session, `t ${status} enough\r\n`).events).toMatchObject([{ type: "completed", response: { status } }]);
    expect(() => session.send(DONE)).toThrow(ILLEGAL);
    expect(say(session, "u", "NOOP")).toBe("u NOOP\r\n");
  });

  test("+ is said once", () => {
    expect(() => hear(idling(), "+ idling\r\n")).toThrow(expect.objectContaining({ side: "remote", code: "unexpected-continuation" }));
  });

  test("BYE ends it with the connection", () => {
    const session = idling({ secure: true, limits: { responseMs: 5 } });
    expect(hear(session, "* BYE we close\r\n")).toMatchObject({ events: [{ response: { status: "BYE" } }], then: "need-input" });
    expect(session.patience).toEqual({ phase: "response", ms: 5 });
    session.receiveEof();
    expect(settle(session).then).toBe("closed");
  });

  test("a connection that is lost is left to whoever waits", () => {
    const session = idling();
    session.receiveEof();
    expect(settle(session).then).toBe("need-input");
  });

  test("is waited for without end, its answers are not", () => {
    const session = sessionIn("selected", { secure: true, limits: { responseMs: 5 } });
    say(session, "t", "IDLE");
    expect(session.patience).toEqual({ phase: "response", ms: 5 });
    hear(session, "+ \r\n");
    expect(session.patience).toEqual({ phase: "idle", ms: Infinity });
    session.send(DONE);
    expect(session.patience).toEqual({ phase: "response", ms: 5 });
  });

  test("that nobody knows by its type is one, too", () => {
    const session = sessionIn("selected");
    session.send({ type: "command", tag: "t", command: { name: "unknown", verb: "IDLE", arguments: null } });
    expect(hear(session, "+ \r\n").events).toMatchObject([{ type: "idling", tag: "t" }]);
  });

  test("is the same wherever the bytes are cut", () => {
    const text = "+ idling\r\n* 4 EXISTS\r\n* OK still here\r\n* 2 FETCH (FLAGS (\\Seen))\r\nt OK done\r\nu OK\r\n";
    const run = (pieces: readonly string[]): readonly [said: string, events: string] => {
      const session = sessionIn("selected");
      let said = say(session, "t", "IDLE") + say(session, "u", "NOOP");
      let events = "";
      for (const piece of pieces) {
        const outcome = hear(session, piece, (event) => {
          events += `<${event.type}>`;
          if (event.type === "response" && event.response.type === "FETCH") session.send(DONE);
        });
        said += outcome.said;
      }
      return [said, events];
    };
    const whole = ["t IDLE\r\nDONE\r\nu NOOP\r\n", "<idling><response><response><response><completed><completed>"];
    for (let at = 0; at <= text.length; at += 1) expect(run([text.slice(0, at), text.slice(at)])).toEqual(whole);
    expect(run(Array.from(text))).toEqual(whole);
  });

  test("the observer sees DONE", () => {
    const { lines, observe } = transcript();
    const session = idling({ secure: true, observe });
    session.send(DONE);
    hear(session, "t OK done\r\n");
    expect(lines.slice(-4)).toEqual([
      "client line t IDLE\r\n",
      "server line + idling\r\n",
      "client line DONE\r\n",
      "server line t OK done\r\n",
    ]);
  });
});
