// The courses that a conversation can take beside commands and answers: AUTHENTICATE, TLS, APPEND, waiting, giving up; and any bytes at all.

import fc from "fast-check";
import { ProtocolError, concat, encodeBase64, fromLatin1, latin1, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { TLS, hear, settle } from "../../test/rig.ts";
import type { ServerEvent } from "./server-events.ts";
import type { ServerSessionOptions } from "./server-options.ts";
import { ServerSession } from "./server-session.ts";

const OK = { type: "complete", status: "OK", text: "done" } as const;
const NO = { type: "complete", status: "NO", text: "no" } as const;
const BAD = { type: "complete", status: "BAD", text: "bad" } as const;
const ILLEGAL = expect.objectContaining({ side: "local", code: "illegal-now" }) as Error;
const INJECTION = expect.objectContaining({
  side: "remote",
  code: "starttls-injection",
  reply: utf8("* BYE Bytes follow STARTTLS in clear\r\n"),
}) as Error;

function greeted(status: "OK" | "PREAUTH", options: ServerSessionOptions = { secure: true }): ServerSession {
  const session = new ServerSession(options);
  session.send({ type: "greeting", status, text: "hi" });
  settle(session);
  return session;
}

describe("AUTHENTICATE", () => {
  function begun(): ServerSession {
    const session = greeted("OK");
    hear(session, "t AUTHENTICATE X\r\n");
    session.send({ type: "auth-challenge", data: utf8("who?") });
    expect(settle(session)).toMatchObject({ said: "+ d2hvPw==\r\n", then: "need-input" });
    return session;
  }

  test("goes step by step, and the lines of the client are no commands", () => {
    const session = begun();
    expect(() => session.send(OK)).toThrow(ILLEGAL);
    const [event] = hear(session, "bWU=\r\n").events;
    expect(event?.type === "auth-response" && latin1(event.data.reveal())).toBe("me");
    session.send({ type: "auth-challenge", data: new Uint8Array() });
    expect(settle(session).said).toBe("+ \r\n");
    expect(hear(session, "\n").events).toMatchObject([{ type: "auth-response" }]);
    session.send(OK);
    expect(settle(session).said).toBe("t OK done\r\n");
    expect(session.state).toBe("authenticated");
  });

  test.each([
    ["*\r\n", "cancelled"],
    ["v NOOP\r\n", "bad-base64"],
    ["bWU\r\n", "bad-base64"],
    [`${"A".repeat(20_000)}\r\n`, "line-too-long"],
  ])("it is given up: %#", (line, reason) => {
    const session = begun();
    const outcome = hear(session, `${line}u NOOP\r\n`);
    expect(outcome.said).toMatch(new RegExp(`^t BAD [^\r]*${reason}`));
    expect(outcome.events).toMatchObject([
      { type: "rejected", tag: "t", reason },
      { type: "command", tag: "u" },
    ]);
    expect(session.state).toBe("not-authenticated");
  });

  test("steps may be pipelined; a connection that ends between them is lost", () => {
    const session = begun();
    expect(hear(session, "bWU=\r\nKg==\r\n").events).toHaveLength(1);
    session.send({ type: "auth-challenge", data: new Uint8Array() });
    expect(settle(session).events).toMatchObject([{ type: "auth-response" }]);
    session.send({ type: "auth-challenge", data: new Uint8Array() });
    session.receiveEof();
    expect(settle(session)).toMatchObject({ events: [], then: "need-input" });
  });
});

describe("TLS", () => {
  function asked(line = "t STARTTLS\r\n"): ServerSession {
    const session = greeted("OK", {});
    hear(session, line);
    session.send(OK);
    return session;
  }

  test("begins behind the answer; LOGIN is refused before it and taken after it, STARTTLS the other way round", () => {
    const session = greeted("OK", {});
    expect(hear(session, "t LOGIN {100}\r\n")).toMatchObject({
      said: "t NO [PRIVACYREQUIRED] LOGIN needs TLS\r\n",
      events: [{ type: "rejected", tag: "t", reason: "privacy-required" }],
    });
    hear(session, "t STARTTLS\r\n");
    session.send(OK);
    expect(settle(session)).toMatchObject({ said: "t OK done\r\n", then: "start-tls" });
    expect(settle(session).then).toBe("need-input");
    expect(() => session.send({ type: "response", response: { type: "EXISTS", count: 1 } })).toThrow(ILLEGAL);
    session.receiveTls(TLS);
    expect(settle(session)).toMatchObject({ events: [{ type: "tls", info: TLS }], then: "need-input" });
    expect(hear(session, "t STARTTLS\r\n").said).toBe("t BAD Not now\r\n");
    expect(hear(session, "t LOGIN u p\r\n").events).toMatchObject([{ type: "command" }]);
  });

  test("does not begin when STARTTLS is refused, or when nobody asked for it", () => {
    const session = greeted("OK", {});
    hear(session, "t STARTTLS\r\n");
    session.send(NO);
    expect(settle(session)).toMatchObject({ said: "t NO no\r\n", then: "need-input" });
    expect(() => session.receiveTls(TLS)).toThrow(ILLEGAL);
  });

  test.each(["u NOOP\r\n", "u", "\n"])("%j behind STARTTLS in clear ends the connection", (text) => {
    const session = asked(`t STARTTLS\r\n${text}`);
    expect(() => settle(session)).toThrow(INJECTION);
    expect(session.poll()).toEqual({ type: "closed" });
    const late = asked();
    settle(late);
    expect(() => hear(late, text)).toThrow(INJECTION);
    const later = asked();
    settle(later);
    later.receive(fromLatin1(text));
    expect(() => later.receiveTls(TLS)).toThrow(INJECTION);
    expect(later.poll()).toEqual({ type: "closed" });
  });

  test("starts anew: what was counted before is forgotten", () => {
    const session = greeted("OK", { limits: { maxLoginFailures: 1 } });
    const refused = (): string => hear(session, "t AUTHENTICATE X\r\n", () => session.send(NO)).said;
    expect(refused()).toBe("t NO no\r\n");
    hear(session, "t STARTTLS\r\n");
    session.send(OK);
    settle(session);
    session.receiveTls(TLS);
    settle(session);
    expect(refused()).toBe("t NO no\r\n");
    expect(refused()).toBe("t NO no\r\n* BYE Too many failed logins\r\n");
  });
});

describe("APPEND", () => {
  const body = (events: readonly ServerEvent[]): string =>
    events.map((event) => (event.type === "append-chunk" ? latin1(event.bytes) : `<${event.type}>`)).join("");

  test("a message that the client holds back is asked for when it is taken", () => {
    const session = greeted("PREAUTH");
    expect(hear(session, "t APPEND m {5}\r\n")).toMatchObject({
      said: "",
      then: "paused",
      events: [{ type: "append", tag: "t", size: 5, command: { name: "APPEND" } }],
    });
    expect(() => session.send(OK)).toThrow(ILLEGAL);
    session.send({ type: "accept-append" });
    expect(settle(session).said).toBe("+ OK\r\n");
    expect(body(hear(session, "ab").events) + body(hear(session, "cde\r\nu NOOP\r\n").events)).toBe("abcde<append-end>");
    session.send(OK);
    expect(settle(session)).toMatchObject({ said: "t OK done\r\n", events: [{ type: "command", tag: "u" }] });
  });

  test("a message that comes at once needs no +", () => {
    const session = greeted("PREAUTH");
    const outcome = hear(session, "t APPEND m {5+}\r\nabcde\r\n", ({ type }) => {
      if (type === "append") session.send({ type: "accept-append" });
    });
    expect(outcome.said).toBe("");
    expect(body(outcome.events)).toBe("<append>abcde<append-end>");
  });

  test("refused when offered, it is drained and never run as commands", () => {
    const session = greeted("PREAUTH");
    hear(session, "t APPEND m {14+}\r\nx NO");
    session.send(NO);
    expect(settle(session).said).toBe("t NO no\r\n");
    expect(hear(session, "OP\r\nz BAD\r\nu NOOP\r\n")).toMatchObject({ said: "", events: [{ type: "command", tag: "u" }] });
  });

  test("refused when there is more of it than is drained, it ends the connection behind the answer", () => {
    const session = greeted("PREAUTH", { secure: true, limits: { maxDrainBytes: 10 } });
    hear(session, "t APPEND m {11+}\r\n");
    session.send(NO);
    expect(session.poll()).toEqual({ type: "transmit", chunks: [utf8("t NO no\r\n")] });
    expect(() => settle(session)).toThrow(expect.objectContaining({ side: "remote", code: "too-much-refused" }));
    expect(session.poll()).toEqual({ type: "closed" });
  });

  test("refused when half heard, the rest of it is drained and never run as commands", () => {
    const session = greeted("PREAUTH");
    hear(session, "t APPEND m {14+}\r\n");
    session.send({ type: "accept-append" });
    expect(body(hear(session, "x NO").events)).toBe("x NO");
    session.send(NO);
    expect(settle(session).said).toBe("t NO no\r\n");
    expect(hear(session, "OP\r\nz BAD\r\nu NOOP\r\n")).toMatchObject({ said: "", events: [{ type: "command", tag: "u" }] });
  });

  test("refused when offered, a message that was held back does not come", () => {
    const session = greeted("PREAUTH");
    hear(session, "t APPEND m {13}\r\n");
    session.send(NO);
    expect(hear(session, "u NOOP\r\n")).toMatchObject({ said: "t NO no\r\n", events: [{ type: "command", tag: "u" }] });
  });

  test("with something else behind its message comes to nothing, answered once", () => {
    for (const answer of ["later", "at once"]) {
      const session = greeted("PREAUTH");
      hear(session, "t APPEND m {2+}\r\n");
      session.send({ type: "accept-append" });
      if (answer === "at once") session.send(NO);
      const { said, events } = hear(session, "ab junk\r\nu NOOP\r\n");
      expect(said).toMatch(answer === "at once" ? /^t NO no\r\n$/ : /^t BAD Not understood [^\r]*\r\n$/);
      expect(body(events)).toBe(answer === "at once" ? "<command>" : "ab<rejected><command>");
    }
  });

  test("too big a message is refused by the session, illegal ones too", () => {
    const session = greeted("PREAUTH", { secure: true, limits: { maxAppendBytes: 10 } });
    expect(hear(session, "t APPEND m {11}\r\n").said).toBe("t BAD Not understood (literal-too-big)\r\n");
    expect(hear(greeted("OK"), "t APPEND m {3+}\r\nabc\r\n").said).toBe("t BAD Not now\r\n");
  });
});

describe("patience", () => {
  const limits = { loginMs: 1, inactivityMs: 2, saslMs: 3, tlsMs: 4, appendMs: 5, minBytesPerSecond: 6 };

  test("is the wait that is going on", () => {
    const session = greeted("OK", { limits, allowPlaintextAuth: true });
    expect(session.patience).toMatchObject({ phase: "command", ms: 1 });
    hear(session, "t AUTHENTICATE X\r\n");
    session.send({ type: "auth-challenge", data: utf8("") });
    expect(session.patience).toMatchObject({ phase: "sasl", ms: 3 });
    hear(session, "\r\n");
    session.send(OK);
    expect(session.patience).toMatchObject({ phase: "command", ms: 2 });
    hear(session, "t APPEND m {3}\r\n");
    session.send({ type: "accept-append" });
    const append = { phase: "append", ms: 5, minBytesPerSecond: 6 };
    expect(session.patience).toMatchObject(append);
    session.send(NO);
    expect(session.patience).toMatchObject(append);
    hear(session, "abc\r\n");
    expect(session.patience).toMatchObject({ phase: "command", ms: 2 });
  });

  test("ends with BYE, except in a handshake", () => {
    const session = greeted("OK", { limits });
    expect(latin1(session.patience.farewell ?? utf8(""))).toBe("* BYE You took too long\r\n");
    hear(session, "t STARTTLS\r\n");
    session.send(OK);
    expect(session.patience.farewell).toBeUndefined();
  });

  test("is that of the handshake from STARTTLS on", () => {
    const session = greeted("OK", { limits });
    hear(session, "t STARTTLS\r\n");
    session.send(OK);
    expect(session.patience).toEqual({ phase: "tls", ms: 4 });
    settle(session);
    const { patience } = session;
    expect(patience).toEqual({ phase: "tls", ms: 4 });
    session.receiveTls(TLS);
    expect(session.patience).toMatchObject({ phase: "command", ms: 1 });
  });

  test("does not begin anew for bytes that trickle in, but for every command, be it a bad one", () => {
    const session = greeted("PREAUTH", { limits });
    let { patience } = session;
    hear(session, "t NO");
    hear(session, "OP");
    expect(session.patience).toBe(patience);
    for (const line of ["\r\n", "t BOGUS(\r\n", "t LOGIN u p\r\n", "t SELECT {1}\r\nm\r\n"]) {
      hear(session, line, ({ type }) => {
        if (type === "command") session.send(BAD);
      });
      expect(session.patience).not.toBe(patience);
      ({ patience } = session);
    }
  });
});

describe("the session has had enough", () => {
  const limits = { maxBadCommands: 2, maxLoginFailures: 2 };

  test("of bad commands in a row, whoever says BAD", () => {
    const session = greeted("PREAUTH", { limits });
    const react = ({ type }: ServerEvent): void => {
      if (type === "command") session.send(BAD);
    };
    expect(hear(session, "t BOGUS(\r\nt X\r\n", react).then).toBe("need-input");
    hear(session, "t NOOP\r\n", () => session.send(OK));
    const { said, then } = hear(session, "t BOGUS(\r\nt X\r\nt LOGIN u p\r\nt NOOP\r\n", react);
    expect(said).toMatch(/t BAD bad\r\nt BAD Not now\r\n\* BYE Too many bad commands\r\n$/);
    expect(then).toBe("closed");
  });

  test("of refused logins", () => {
    const session = greeted("OK", { limits, secure: true });
    const lines = ["LOGIN u p", "AUTHENTICATE X", "NOOP", "LOGIN u q", "NOOP"].map((line) => `t ${line}\r\n`);
    const { said, then } = hear(session, lines.join(""), (event) => {
      if (event.type === "command") session.send(event.command.name === "NOOP" ? OK : NO);
    });
    expect(said).toBe("t NO no\r\nt NO no\r\nt OK done\r\nt NO no\r\n* BYE Too many failed logins\r\n");
    expect(then).toBe("closed");
  });
});

describe("the session has had enough of strangers", () => {
  const limits = { maxCommandsBeforeLogin: 3 };
  const answerOk = (session: ServerSession, text: string): string =>
    hear(session, text, ({ type }) => {
      if (type === "command") session.send(OK);
    }).said;

  test("after as many commands, whatever they are answered with", () => {
    const session = greeted("OK", { limits });
    expect(answerOk(session, "t NOOP\r\nt SELECT m\r\nt LOGIN u p x\r\n")).not.toContain("BYE");
    expect(answerOk(session, "t CAPABILITY\r\nt NOOP\r\n")).toBe("t OK done\r\n* BYE Too many commands without a login\r\n");
    expect(session.state).toBe("closed");
  });

  test("also of LOGIN where that needs TLS", () => {
    expect(answerOk(greeted("OK", { limits, secure: false }), "t LOGIN u p\r\n".repeat(5))).toBe(
      `${"t NO [PRIVACYREQUIRED] LOGIN needs TLS\r\n".repeat(4)}* BYE Too many commands without a login\r\n`,
    );
  });

  test("but not once they have logged in, be it by the last of them", () => {
    const session = greeted("OK", { limits, secure: true });
    expect(answerOk(session, `${"t NOOP\r\n".repeat(3)}t LOGIN u p\r\n${"t NOOP\r\n".repeat(200)}`)).not.toContain("BYE");
    expect(session.state).toBe("authenticated");
  });

  test("and TLS begins anew", () => {
    const session = greeted("OK", { limits, secure: false });
    answerOk(session, `${"t NOOP\r\n".repeat(2)}t STARTTLS\r\n`);
    session.receiveTls(TLS);
    expect(answerOk(session, "t NOOP\r\n".repeat(3))).not.toContain("BYE");
  });

  test("by default after a hundred", () => {
    const session = greeted("OK");
    expect(answerOk(session, "t NOOP\r\n".repeat(100))).not.toContain("BYE");
    expect(answerOk(session, "t NOOP\r\n")).toContain("* BYE");
  });
});

describe("any bytes", () => {
  const words = fc.constantFrom(
    ...'a |b |NOOP|LOGIN u p|AUTHENTICATE X|SELECT m|APPEND m |LOGOUT|STARTTLS|IDLE|IDLE\r\n|DONE|DONE\r\n|FETCH 1 FLAGS|UID |{3}|{3+}|{70000+}|abc|*|bWU=|(| |\r\n|\r\n|\n|\0|"|\u00ff'.split(
      "|",
    ),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.array(words, { maxLength: 25 }).map((all) => fromLatin1(all.join(""))),
  );
  const states = fc.constantFrom("OK", "PREAUTH" as const);

  test("yield events or one ProtocolError, however they are cut", () => {
    fc.assert(
      fc.property(states, bytes, fc.nat(80), fc.nat(80), (state, input, first, second) => {
        const cuts = [first, second].sort((a, b) => a - b);
        const pieces = [input.subarray(0, cuts[0]), input.subarray(cuts[0], cuts[1]), input.subarray(cuts[1])];
        expect(run(state, pieces)).toBe(run(state, [input]));
      }),
    );
  });

  test("are read no further than to what is to be answered", () => {
    const session = greeted("PREAUTH");
    hear(session, "t NOOP\r\n");
    expect(hear(session, "u NOOP\r\n".repeat(100))).toMatchObject({ events: [], said: "", then: "paused" });
  });

  test("that never end a line are not held", () => {
    const session = greeted("PREAUTH", { secure: true, limits: { maxLineBytes: 1000, maxDrainBytes: 50_000 } });
    const flood = (): void => {
      for (let sent = 0; sent < 100_000; sent += 100) hear(session, "x".repeat(100));
    };
    expect(flood).toThrow(expect.objectContaining({ side: "remote", code: "too-much-refused" }));
  });
});

/** What a session makes of bytes while an application grants all: its events, neighbouring chunks joined, what it says, and the error. */
function run(status: "OK" | "PREAUTH", pieces: readonly Uint8Array[]): string {
  const session = greeted(status, { allowPlaintextAuth: true });
  let told = "";
  let said = "";
  const grant = (event: ServerEvent): void => {
    told += event.type === "append-chunk" ? latin1(event.bytes) : `\n${JSON.stringify(event, plain)}`;
    if (event.type === "append") session.send({ type: "accept-append" });
    else if (event.type === "command" && event.command.name === "AUTHENTICATE") session.send({ type: "auth-challenge", data: utf8("?") });
    else if (event.type === "command" && event.command.name === "IDLE") {
      session.send({ type: "accept-idle" });
      session.send({ type: "response", response: { type: "EXPUNGE", sequenceNumber: 1 } });
    } else if (event.type === "idle-end") session.send(event.reason === undefined ? OK : BAD);
    else if (event.type === "command" || event.type === "append-end") session.send(OK);
    else if (event.type === "auth-response") session.send(event.data.reveal().length > 0 ? NO : OK);
  };
  try {
    for (const piece of pieces) {
      session.receive(piece);
      said += settle(session, grant).said;
    }
    session.receiveEof();
    said += settle(session, grant).said;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(error.side).toBe("remote");
    expect(latin1(error.reply ?? new Uint8Array())).toMatch(/^\* BYE [^\r]+\r\n$/);
    expect(session.poll()).toEqual({ type: "closed" });
    return `${told}\n${error.code}`;
  }
  return `${told}\n${said}`;
}

/** Bytes as text; how they were cut into views is not told. */
function plain(key: string, value: unknown): unknown {
  if ((key === "raw" || key === "parts") && Array.isArray(value))
    return value.every((part) => part instanceof Uint8Array) ? latin1(concat(value)) : "secret";
  return value instanceof Uint8Array ? encodeBase64(value) : value;
}
