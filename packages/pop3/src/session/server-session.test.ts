import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError, Secret, latin1, utf8 } from "@mailwire/wire";
import type { Unit } from "@mailwire/wire";
import { drain, join } from "../../test/drain.ts";
import type { Drained } from "../../test/drain.ts";
import { err, ok } from "../codec/reply.ts";
import type { ServerEvent, ServerSessionOptions } from "./server-events.ts";
import { ServerSession } from "./server-session.ts";

const PLAINTEXT: ServerSessionOptions = { allowPlaintextAuth: true };

/** Answers everything as the session suggests, else positively. */
function grant(session: ServerSession): (event: ServerEvent) => void {
  return (event) => {
    if (event.type === "tls") return;
    if (event.type === "auth-response") session.send({ type: "reply", reply: ok("in") });
    else if (event.refusal !== undefined) session.send({ type: "reply", reply: event.refusal });
    else if (event.type === "auth-abort") return;
    else if (event.command.type === "auth" && event.command.initialResponse === undefined)
      session.send({ type: "auth-challenge", data: utf8("?") });
    else if (event.command.type === "retr") {
      session.send({ type: "reply", reply: ok(""), follows: "body" });
      session.send({ type: "body", chunk: utf8(".a\r\n") });
      session.send({ type: "end" });
    } else session.send({ type: "reply", reply: ok(event.command.type) });
  };
}

function greeted(options: ServerSessionOptions = PLAINTEXT): ServerSession {
  const session = new ServerSession(options);
  session.send({ type: "reply", reply: ok("ready") });
  drain(session);
  return session;
}

function loggedIn(options: ServerSessionOptions = PLAINTEXT): ServerSession {
  const session = greeted(options);
  hear(session, "USER u\r\nPASS hush\r\n");
  return session;
}

function hear(session: ServerSession, text: string): Drained {
  session.receive(utf8(text));
  return drain(session, grant(session));
}

/** Hears one command and leaves it unanswered. */
function ask(session: ServerSession, text: string): Drained {
  session.receive(utf8(text));
  return drain(session);
}

function local(code: string): unknown {
  return expect.objectContaining({ side: "local", code });
}

function remote(code: string, reply?: string): unknown {
  return expect.objectContaining({ side: "remote", code, reply: reply === undefined ? undefined : utf8(reply) });
}

describe("greeting", () => {
  test("comes first", () => {
    const session = new ServerSession();
    expect(drain(session)).toEqual({ events: [], said: "", end: "paused" });
    session.send({ type: "reply", reply: ok("ready") });
    expect(drain(session)).toEqual({ events: [], said: "+OK ready\r\n", end: "need-input" });
    expect(session.state).toBe("authorization");
  });

  test("a negative one ends the session", () => {
    const session = new ServerSession();
    session.send({ type: "reply", reply: err("no", "SYS/PERM") });
    expect(drain(session)).toEqual({ events: [], said: "-ERR [SYS/PERM] no\r\n", end: "closed" });
  });
});

describe("commands", () => {
  test("come one at a time, however many are waiting", () => {
    const session = loggedIn();
    expect(ask(session, "NOOP\r\nstat\nLIST\r\n")).toEqual({
      events: [{ type: "command", command: { type: "noop" } }],
      said: "",
      end: "paused",
    });
    session.send({ type: "reply", reply: ok("") });
    expect(drain(session)).toEqual({ events: [{ type: "command", command: { type: "stat" } }], said: "+OK\r\n", end: "paused" });
  });

  test("carry the line as it came", () => {
    const session = loggedIn();
    session.receive(utf8("nOOp \n"));
    expect(session.poll()).toMatchObject({ event: { raw: utf8("nOOp \n") } });
  });

  test.each([
    ["qui\r\n", "unknown command"],
    ["\r\n", "unknown command"],
    ["RETR x\r\n", "a message number is needed"],
    ["PASS hush\r\n", "PASS is out of place here"],
    ["STLS\r\n", "STLS is out of place here"],
    ["NO\0OP\r\n", "the line has a CR or NUL inside"],
    ["NOOP\r\r\n", "the line has a CR or NUL inside"],
    [`PASS ${"hush".repeat(99)}\r\n`, "the line is too long"],
    [`${"x".repeat(9999)}\n`, "the line is too long"],
  ])("%j is refused, and the session goes on", (line, text) => {
    const session = loggedIn();
    const { events, said } = hear(session, line);
    expect(events).toMatchObject([{ type: "command", refusal: { status: "-ERR", text } }]);
    expect(said).toBe(`-ERR ${text}\r\n`);
    expect(hear(session, "NOOP\r\n").said).toBe("+OK noop\r\n");
  });

  test("a line that is too long does not show what may be a secret", () => {
    expect(JSON.stringify(hear(loggedIn(), `PASS ${"hush".repeat(99)}\r\n`).events)).not.toContain("hush");
  });

  test("255 bytes are not too long", () => {
    expect(hear(loggedIn(), `XXXX ${"x".repeat(248)}\r\n`).events).toMatchObject([{ command: { type: "unknown", keyword: "XXXX" } }]);
  });

  test("an application may know better than the refusal", () => {
    const session = loggedIn();
    ask(session, "LANG\r\n");
    session.send({ type: "reply", reply: ok("languages follow"), follows: "lines" });
    session.send({ type: "line", listing: { type: "text", text: "de Deutsch" } });
    session.send({ type: "line", listing: { type: "text", text: ".dot" } });
    session.send({ type: "end" });
    expect(drain(session).said).toBe("+OK languages follow\r\nde Deutsch\r\n..dot\r\n.\r\n");
  });
});

describe("login", () => {
  test("USER, PASS", () => {
    const session = greeted();
    expect(hear(session, "USER u\r\n").events).toEqual([{ type: "command", command: { type: "user", name: "u" } }]);
    expect(session.state).toBe("user-accepted");
    expect(hear(session, "PASS hush\r\n").events).toEqual([{ type: "command", command: { type: "pass", password: "hush" } }]);
    expect(session.state).toBe("transaction");
  });

  test.each(["USER u\r\n", "APOP u c4c9334bac560ecc979e58001b3e22fb\r\n"])("%j is refused on a plain way", (line) => {
    expect(hear(greeted({}), line).said).toBe("-ERR [AUTH] not without TLS\r\n");
    expect(hear(greeted({ secure: true }), line).said).not.toContain("-ERR");
  });

  test("AUTH goes through challenges", () => {
    const session = greeted();
    expect(hear(session, "AUTH x-y\r\n")).toEqual({
      events: [{ type: "command", command: { type: "auth", mechanism: "X-Y" } }],
      said: "+ Pw==\r\n",
      end: "need-input",
    });
    expect(ask(session, `${"AAAA".repeat(100)}\r\n`).events).toMatchObject([{ type: "auth-response" }]);
    session.send({ type: "auth-challenge", data: new Uint8Array() });
    expect(hear(session, "\r\n")).toEqual({ events: [{ type: "auth-response", data: "" }], said: "+ \r\n+OK in\r\n", end: "need-input" });
    expect(session.state).toBe("transaction");
  });

  test.each(["*\r\n", "?\r\n", `${"AAAA".repeat(4000)}\r\n`])("AUTH is given up or broken: %#", (line) => {
    const session = greeted();
    hear(session, "AUTH X\r\n");
    const { events, said } = hear(session, line);
    expect(events).toMatchObject([{ type: "auth-abort", refusal: { status: "-ERR" } }]);
    expect(said).toMatch(/^-ERR /);
    expect(session.state).toBe("authorization");
  });

  test("too many failures end the session", () => {
    const session = greeted({ ...PLAINTEXT, limits: { maxFailedLogins: 1 } });
    const fail = (): Drained => {
      ask(session, "AUTH X =\r\n");
      session.send({ type: "reply", reply: err("no", "AUTH") });
      return drain(session);
    };
    expect(fail().end).toBe("need-input");
    expect(fail).toThrow(remote("too-many-errors", "-ERR too many failed logins\r\n"));
    expect(session.poll()).toEqual({ type: "closed" });
  });
});

describe("answers", () => {
  test("messages have their dots stuffed, and line ends", () => {
    const session = loggedIn();
    ask(session, "RETR 1\r\n");
    session.send({ type: "reply", reply: ok("8 octets"), follows: "body" });
    expect(drain(session).end).toBe("paused");
    for (const chunk of ["a\n.", "b\r", "\n.\r\nc"]) session.send({ type: "body", chunk: utf8(chunk) });
    session.send({ type: "end" });
    expect(drain(session)).toEqual({ events: [], said: "a\r\n..b\r\n..\r\nc\r\n.\r\n", end: "need-input" });
  });

  test("nothing is said out of turn", () => {
    const session = loggedIn();
    expect(() => session.send({ type: "reply", reply: ok("") })).toThrow(local("illegal-now"));
    expect(() => session.send({ type: "body", chunk: utf8("x") })).toThrow(local("illegal-now"));
    expect(() => session.send({ type: "line", listing: { type: "text", text: "x" } })).toThrow(local("illegal-now"));
    expect(() => session.send({ type: "end" })).toThrow(local("illegal-now"));
    expect(() => session.send({ type: "auth-challenge", data: utf8("x") })).toThrow(local("illegal-now"));
    ask(session, "NOOP\r\n");
    expect(() => session.send({ type: "auth-challenge", data: utf8("x") })).toThrow(local("illegal-now"));
    expect(() => session.send({ type: "shutdown", reply: err("") })).toThrow(local("illegal-now"));
    expect(() => session.receiveTls()).toThrow(local("illegal-now"));
    expect(() => session.send({ type: "reply", reply: ok("a\r\nb") })).toThrow(local("bad-line"));
    session.send({ type: "reply", reply: ok("fine") });
    expect(drain(session).said).toBe("+OK fine\r\n");
  });
});

describe("STLS", () => {
  const OFFERED: ServerSessionOptions = { stls: "offered" };

  test("hands over with the reply, and begins anew without a greeting", () => {
    const session = greeted(OFFERED);
    expect(session.mayStartTls).toBe(true);
    expect(hear(session, "USER u\r\n").said).toContain("-ERR [AUTH]");
    expect(hear(session, "stls\n")).toMatchObject({ said: "+OK stls\r\n", end: "start-tls" });
    expect(session.poll()).toEqual({ type: "paused" });
    expect(session.patience.phase).toBe("handshake");
    session.receiveTls();
    expect(drain(session)).toEqual({ events: [{ type: "tls" }], said: "", end: "need-input" });
    expect(session.state).toBe("authorization");
    expect(session.secure).toBe(true);
    expect(session.mayStartTls).toBe(false);
    expect(hear(session, "STLS\r\n").said).toBe("-ERR STLS is not offered\r\n");
    expect(hear(session, "USER u\r\n").said).toBe("+OK user\r\n");
  });

  test("is refused where it is not offered", () => {
    expect(hear(greeted(), "STLS\r\n").said).toBe("-ERR STLS is not offered\r\n");
  });

  test("a negative reply leaves everything as it was", () => {
    const session = greeted(OFFERED);
    ask(session, "STLS\r\n");
    session.send({ type: "reply", reply: err("later") });
    expect(drain(session)).toEqual({ events: [], said: "-ERR later\r\n", end: "need-input" });
    expect(hear(session, "CAPA\r\n").said).toBe("+OK capa\r\n");
  });

  test.each(["STLS\r\nUSER u\r\n", "STLS\r\nx"])("bytes behind it end the session and are never run: %j", (text) => {
    const session = greeted(OFFERED);
    expect(() => hear(session, text)).toThrow(remote("starttls-injection", "-ERR nothing may follow STLS\r\n"));
    expect(session.poll()).toEqual({ type: "closed" });
  });

  test("bytes that come before the handshake is done end it without another word", () => {
    const session = greeted(OFFERED);
    hear(session, "STLS\r\n");
    expect(() => hear(session, "USER u\r\n")).toThrow(remote("starttls-injection"));
  });
});

describe("the end", () => {
  test("QUIT reaches the update state from transaction only", () => {
    const session = loggedIn();
    expect(hear(session, "QUIT\r\nNOOP\r\n")).toMatchObject({ said: "+OK quit\r\n", end: "closed" });
    expect(session.state).toBe("update");
    const early = greeted();
    expect(hear(early, "QUIT\r\n").end).toBe("closed");
    expect(early.state).toBe("closed");
  });

  test("a client that goes away deletes nothing: there is no update", () => {
    for (const text of ["", "DELE 1\r\n"]) {
      const session = loggedIn();
      hear(session, text);
      session.receiveEof();
      expect(drain(session).end).toBe("closed");
      expect(session.state).toBe("closed");
    }
  });

  test("a client that goes away in the middle of something is lost: there is no update either", () => {
    const session = loggedIn();
    hear(session, "DELE 1\r\nQUI");
    session.receiveEof();
    expect(drain(session).end).toBe("need-input");
    expect(session.state).toBe("transaction");
    const exchange = greeted();
    hear(exchange, "AUTH X\r\n");
    exchange.receiveEof();
    expect(drain(exchange).end).toBe("need-input");
  });

  test("what it said before it went is heard", () => {
    const session = loggedIn();
    session.receive(utf8("NOOP\r\n"));
    session.receiveEof();
    expect(drain(session, grant(session))).toMatchObject({ said: "+OK noop\r\n", end: "closed" });
  });

  test("the server may end it between commands", () => {
    const session = loggedIn();
    session.send({ type: "shutdown", reply: err("maintenance", "SYS/TEMP") });
    expect(drain(session)).toEqual({ events: [], said: "-ERR [SYS/TEMP] maintenance\r\n", end: "closed" });
  });

  test("too many errors end it", () => {
    const session = loggedIn({ ...PLAINTEXT, limits: { maxErrors: 2 } });
    hear(session, "GET / HTTP/1.1\r\nHost: x\r\n");
    expect(() => hear(session, "Accept: *\r\n")).toThrow(remote("too-many-errors", "-ERR too many errors\r\n"));
    expect(session.poll()).toEqual({ type: "closed" });
  });
});

test("inactivity is measured from the end of the last answer", () => {
  const session = loggedIn();
  const { patience } = session;
  expect(patience).toEqual({ phase: "command", ms: 600_000 });
  hear(session, "NO");
  expect(session.patience).toBe(patience);
  hear(session, "OP\r\n");
  expect(session.patience).not.toBe(patience);
  expect(session.patience).toEqual(patience);
});

test("observers see each unit, and no secret", () => {
  const units: Unit[] = [];
  const session = greeted({ ...PLAINTEXT, stls: "offered", observe: (unit) => units.push(unit) });
  hear(session, "stls\r\n");
  session.receiveTls();
  hear(session, "auth x\r\n");
  hear(session, "aHVzaA==\r\n");
  hear(session, "RETR 1\n");
  const lines = units.map(
    ({ from, kind, parts }) => `${from} ${kind} ${parts.map((part) => (part instanceof Secret ? String(part) : latin1(part))).join("")}`,
  );
  expect(lines.slice(0, 8)).toEqual([
    "server line +OK ready\r\n",
    "client line stls\r\n",
    "server line +OK stls\r\n",
    "client tls ",
    "client line auth x\r\n",
    "server sasl + *****\r\n",
    "client sasl *****\r\n",
    "server line +OK in\r\n",
  ]);
  expect(lines.slice(8).filter((line) => !line.startsWith("server body"))).toEqual(["client line RETR 1\n", "server line +OK\r\n"]);
  expect(
    lines
      .slice(10)
      .map((line) => line.slice("server body ".length))
      .join(""),
  ).toBe("..a\r\n.\r\n");
});

test("what an observer throws comes out as it is", () => {
  const session = greeted();
  const observed = new ServerSession({
    observe: () => {
      throw new RangeError("mine");
    },
  });
  expect(() => observed.send({ type: "reply", reply: ok("") })).toThrow(RangeError);
  expect(session.state).toBe("authorization");
});

const WHOLE =
  "CAPA\r\nuser u\nPASS wrong words\r\nSTAT\r\nLIST\r\nLIST 1\r\nuidl\r\nRETR 1\r\nTOP 1 0\r\nXYZ\r\n\r\nDELE 1\r\nRSET\r\nRETR x\r\nNOOP\r\nQUIT\r\n";

test("a whole session, its commands cut at every byte, gives the same events and answers", () => {
  const play = (...pieces: string[]): Drained => {
    const session = greeted();
    return join(pieces.map((piece) => hear(session, piece)));
  };
  const whole = play(WHOLE);
  expect(whole.events).toHaveLength(16);
  expect(whole.end).toBe("closed");
  for (let at = 1; at < WHOLE.length; at += 1) expect(play(WHOLE.slice(0, at), WHOLE.slice(at))).toEqual(whole);
  expect(play(...Array.from(WHOLE))).toEqual(whole);
});

test("any bytes give events or a remote ProtocolError with a reply", () => {
  const known = ["USER u\r\n", "PASS p\r\n", "AUTH X\r\n", "*\r\n", "NOOP\n", "RETR 1\r\n", "\r\n"].map((text) => utf8(text));
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uint8Array(), fc.constantFrom(...known))), (pieces) => {
      const session = greeted({ ...PLAINTEXT, limits: { maxErrors: 3, maxCommandBytes: 20 } });
      try {
        for (const piece of pieces) {
          session.receive(piece);
          drain(session, grant(session));
        }
      } catch (error) {
        return error instanceof ProtocolError && error.side === "remote" && error.reply !== undefined;
      }
      return true;
    }),
  );
});
