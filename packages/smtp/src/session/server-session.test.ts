import {
  fromLatin1,
  latin1,
  type Output,
  ProtocolError,
  Secret,
  type TlsInfo,
  type TransitionTable,
  type Unit,
  utf8,
} from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMMAND_VERBS, type Reply, reply } from "../codec/index.ts";
import { type Answer, type ServerEvent, ServerSession, type ServerSessionOptions, type State, TRANSITIONS, type Verb } from "./index.ts";

const TLS: TlsInfo = { authorized: true, channelBinding: () => Promise.resolve(undefined) };
const POSITIVE: Readonly<Record<string, Reply>> = {
  DATA: reply(354, "go"),
  QUIT: reply(221, "bye"),
  STARTTLS: reply(220, "go"),
  AUTH: reply(334, ""),
};

/** What an application answers that grants all it can. */
function granting(event: ServerEvent): Reply | undefined {
  switch (event.type) {
    case "command":
      return event.refusal ?? POSITIVE[event.received.command.verb] ?? reply(250, "ok");
    case "end-of-data":
      return event.refusal ?? reply(250, "taken");
    case "auth-cancel":
      return event.refusal;
    case "auth-response":
      return reply(235, "welcome");
    case "data":
    case "tls":
      return undefined;
  }
}

/** A session under test with an application, and what it did so far. */
class Bench {
  readonly session: ServerSession;
  readonly events: ServerEvent[] = [];
  transmissions: string[] = [];
  body = "";
  last: Output<ServerEvent>["type"] = "paused";
  answer: (event: ServerEvent) => Reply | undefined = granting;

  constructor(options: Partial<ServerSessionOptions> = {}, greeting: Reply = reply(220, "hi")) {
    this.session = new ServerSession({ secure: false, ...options });
    this.session.send({ type: "reply", reply: greeting });
    this.settle();
    this.transmissions = [];
  }

  hear(text: string): this {
    this.session.receive(fromLatin1(text));
    return this.settle();
  }

  settle(): this {
    for (;;) {
      const output = this.session.poll();
      this.last = output.type;
      if (output.type === "transmit") this.transmissions.push(output.chunks.map((chunk) => latin1(chunk)).join(""));
      else if (output.type === "event") this.#take(output.event);
      else return this;
    }
  }

  /** The codes of what was sent since the last call. */
  codes(): string[] {
    return this.transmissions
      .splice(0)
      .join("")
      .split("\r\n")
      .filter((line) => /^\d{3} /.test(line))
      .map((line) => line.slice(0, 3));
  }

  #take(event: ServerEvent): void {
    this.events.push(event);
    if (event.type === "data") this.body += latin1(event.chunk);
    const answer = this.answer(event);
    if (answer !== undefined) this.session.send({ type: "reply", reply: answer });
  }
}

const MAIL = "MAIL FROM:<a@b>\r\n";
const RCPT = "RCPT TO:<c@d>\r\n";
const ready = (options?: Partial<ServerSessionOptions>): Bench => {
  const bench = new Bench(options).hear("EHLO me\r\n");
  bench.codes();
  return bench;
};

function expectLocal(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ side: "local", code }));
}

/** The session ends with this code, and with these last words. */
function expectEnd(act: () => unknown, code: string, last: RegExp): void {
  let caught: unknown;
  try {
    act();
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({ side: "remote", code });
  expect(latin1((caught as ProtocolError).reply ?? new Uint8Array())).toMatch(last);
}

describe("commands", () => {
  test("are answered one after another, and a pipelined batch in one transmission", () => {
    const bench = ready().hear(`${MAIL}${RCPT}${RCPT}NOOP\r\n`);
    expect(bench.transmissions).toEqual(["250 ok\r\n".repeat(4)]);
  });

  test("wait while the application thinks", () => {
    const session = new ServerSession({ secure: true });
    expect(session.poll().type).toBe("paused");
    session.receive(utf8("EHLO a\r\nNOOP\r\n"));
    expect(session.poll().type).toBe("paused");
    session.send({ type: "reply", reply: reply(220, "hi") });
    expect(session.poll()).toMatchObject({ type: "event", event: { received: { command: { verb: "EHLO" } } } });
    expect(session.poll().type).toBe("paused");
    session.send({ type: "reply", reply: reply(250, "hi") });
    expect(session.poll()).toMatchObject({ type: "event", event: { received: { command: { verb: "NOOP" } } } });
    session.send({ type: "reply", reply: reply(250, "ok") });
    expect(session.poll()).toMatchObject({ type: "transmit" });
    expect(session.poll().type).toBe("need-input");
    expectLocal(() => session.send({ type: "reply", reply: reply(250, "again") }), "illegal-now");
    expectLocal(() => session.send({ type: "auth-challenge", data: utf8("x") }), "illegal-now");
  });

  test("may end with LF, as a person's at telnet", () => {
    expect(ready().hear("noop\nmail from:a@b\n").codes()).toEqual(["250", "250"]);
  });

  test.each([
    ["qui", "500 5.5.2"],
    ["", "500 5.5.2"],
    [`NOOP ${"x".repeat(3000)}`, "500 5.5.6"],
    ["VRFY", "501 5.5.4"],
    ["RSET now", "501 5.5.4"],
    ["MAIL FROM:b", "501 5.1.7"],
    ["RCPT TO:b", "501 5.1.3"],
    ["MAIL FROM:<a@b> ?", "501 5.5.4"],
    ["AUTH PLAIN ===", "501 5.5.2"],
    ["DATA", "503 5.5.1"],
    ["RCPT TO:<a@b>", "503 5.5.1"],
    ["MAIL FROM:<a@b> SIZE=99999999999999999999", "552 5.3.4"],
  ])("%j is refused, and the session goes on", (line, expected) => {
    const bench = ready().hear(`${line}\r\n`);
    expect(bench.transmissions.join("")).toMatch(new RegExp(`^${expected}`));
    bench.codes();
    expect(bench.hear("NOOP\r\n").codes()).toEqual(["250"]);
  });

  test("what must be refused cannot be granted; what is only unknown can", () => {
    const bench = ready();
    bench.answer = () => reply(250, "ok");
    expect(bench.hear("XFOO\r\n").codes()).toEqual(["250"]);
    expectLocal(() => bench.hear("DATA\r\n"), "illegal-now");
    bench.session.send({ type: "reply", reply: reply(503, "no") });
    expect(bench.settle().codes()).toEqual(["503"]);
  });

  test("no handler can put a line break into an answer", () => {
    const bench = ready();
    bench.answer = () => undefined;
    bench.hear("NOOP\r\n");
    expectLocal(
      () => bench.session.send({ type: "reply", reply: { code: 250, enhancedCode: undefined, lines: ["a\r\n250 b"] } }),
      "line-break",
    );
    bench.session.send({ type: "reply", reply: reply(250, "ok") });
    expect(bench.settle().codes()).toEqual(["250"]);
  });

  test("a refused greeting leaves only QUIT", () => {
    const bench = new Bench({}, reply(554, "no service")).hear("EHLO me\r\nQUIT\r\n");
    expect(bench.codes()).toEqual(["503", "221"]);
    expect(bench.last).toBe("closed");
  });

  test("a greeting of 421 closes", () => {
    expect(new Bench({}, reply(421, "busy")).last).toBe("closed");
  });
});

describe("limits", () => {
  test("too many recipients are put off", () => {
    const bench = ready({ limits: { maxRecipients: 2 } }).hear(`${MAIL}${RCPT}${RCPT}${RCPT}RSET\r\n${MAIL}${RCPT}`);
    expect(bench.codes()).toEqual(["250", "250", "250", "452", "250", "250", "250"]);
  });

  test("too many errors end it, after the last answer", () => {
    const bench = ready({ limits: { maxErrors: 2 } });
    expectEnd(() => bench.hear("x\r\nx\r\nx\r\nNOOP\r\n"), "too-many-errors", /^421 4\.7\.0/);
    expect(bench.codes()).toEqual(["500", "500", "500"]);
    expect(bench.settle().last).toBe("closed");
  });

  test("421 from the application closes", () => {
    const bench = ready();
    bench.answer = () => reply(421, "bye");
    expect(bench.hear("NOOP\r\nNOOP\r\n").codes()).toEqual(["421"]);
    expect(bench.last).toBe("closed");
  });
});

describe("a message", () => {
  const toData = (options?: Partial<ServerSessionOptions>): Bench => {
    const bench = ready(options).hear(`${MAIL}${RCPT}DATA\r\n`);
    bench.codes();
    return bench;
  };

  test("comes un-stuffed, and ends at CRLF.CRLF", () => {
    const bench = toData().hear("Subject: x\r\n\r\n..a\r\n.\r\nNOOP\r\n");
    expect(bench.body).toBe("Subject: x\r\n\r\n.a\r\n");
    expect(bench.codes()).toEqual(["250", "250"]);
    expect(bench.events).toContainEqual({ type: "end-of-data", sizeBytes: 18, refusal: undefined });
    expect(bench.session.state).toBe("ready");
  });

  test.each(["a\n.\n", "a\r\n.\n", "a\n.\r\n", "a\r.\r\n", "a\n..\r\n", "a\r\r\n.\r\n"])(
    "%j is refused and ends the connection",
    (text) => {
      const bench = toData();
      expectEnd(
        () => bench.hear(`${text}MAIL FROM:<smuggled@b>\r\n`),
        text.startsWith("a\r") && !text.startsWith("a\r\n") ? "bare-cr" : "bare-lf",
        /^554 5\.5\.2/,
      );
      expect(bench.settle().last).toBe("closed");
    },
  );

  test("bare line ends are made CRLF where that is asked for, and still end nothing", () => {
    const bench = toData({ lineEnds: "normalize" }).hear("a\n.\nb\r\n.\r\n");
    expect(bench.body).toBe("a\r\n.\r\nb\r\n");
    expect(bench.codes()).toEqual(["250"]);
  });

  test("that is too large is drained and answered 552", () => {
    const bench = toData({ limits: { maxMessageBytes: 10 } })
      .hear("x".repeat(8))
      .hear(`${"y".repeat(8)}\r\n.\r\nNOOP\r\n`);
    expect(bench.body.length).toBeLessThanOrEqual(10);
    expect(bench.codes()).toEqual(["552", "250"]);
  });

  test("that never ends is cut off", () => {
    const bench = toData({ limits: { maxMessageBytes: 10, maxDrainedBytes: 10 } });
    expectEnd(() => bench.hear("x".repeat(30)), "message-too-large", /^552 5\.3\.4/);
  });

  test("what follows DATA before 354 is read as the message, if DATA was granted", () => {
    const bench = ready().hear(`${MAIL}${RCPT}DATA\r\nx\r\n.\r\nQUIT\r\n`);
    expect(bench.body).toBe("x\r\n");
    expect(bench.codes()).toEqual(["250", "250", "354", "250", "221"]);
    const refused = ready().hear("DATA\r\nNOOP\r\n");
    expect(refused.codes()).toEqual(["503", "250"]);
  });

  test("can be refused after all", () => {
    const bench = toData();
    bench.answer = ({ type }) => (type === "end-of-data" ? reply(451, "later") : undefined);
    expect(bench.hear("x\r\n.\r\n").codes()).toEqual(["451"]);
    expect(bench.session.state).toBe("ready");
  });
});

describe("STARTTLS", () => {
  test("hands over with its answer, and forgets who the client was", () => {
    const bench = ready();
    bench.session.send({ type: "close", reply: reply(421, "x") });
    expect(bench.settle().last).toBe("closed");
    const session = ready({ limits: { maxErrors: 2 } });
    session.hear("x\r\nx\r\n");
    session.answer = (event) => (event.type === "command" && event.received.command.verb === "AUTH" ? reply(235, "ok") : granting(event));
    session.hear("AUTH PLAIN AAAA\r\n");
    expect(session.session.identity).toBe("");
    session.answer = granting;
    session.hear("STARTTLS\r\n");
    expect(session.last).toBe("start-tls");
    expect(session.settle().last).toBe("need-input");
    expect(session.session.patience.phase).toBe("tls");
    session.session.receiveTls(TLS);
    session.settle();
    expect(session.events.at(-1)).toEqual({ type: "tls", info: TLS });
    expect(session.session.identity).toBeUndefined();
    session.codes();
    expect(session.hear(`${MAIL}EHLO me\r\nSTARTTLS\r\n`).codes()).toEqual(["503", "250", "503"]);
  });

  test("the answer travels with the handover, behind earlier ones", () => {
    const session = new ServerSession({ secure: false });
    session.send({ type: "reply", reply: reply(220, "hi") });
    session.receive(utf8("EHLO a\r\nSTARTTLS\r\n"));
    const outputs: Output<ServerEvent>[] = [];
    for (let output = session.poll(); output.type !== "need-input"; output = session.poll()) {
      outputs.push(output);
      const answer = output.type === "event" ? granting(output.event) : undefined;
      if (answer !== undefined) session.send({ type: "reply", reply: answer });
    }
    expect(outputs.map(({ type }) => type)).toEqual(["event", "event", "transmit", "start-tls"]);
    expect(outputs[3]).toEqual({ type: "start-tls", reply: utf8("220 go\r\n") });
    expectLocal(() => ready().session.receiveTls(TLS), "illegal-now");
  });

  test.each(["STARTTLS\r\nEHLO injected\r\n", "STARTTLS\nEHLO injected\r\n", "STARTTLS\r\nMAIL FROM:<att"])(
    "%j is an injection: not a byte of it runs",
    (text) => {
      const bench = ready();
      expectEnd(() => bench.hear(text), "starttls-injection", /^501 5\.5\.1/);
      expect(bench.codes()).toEqual([]);
      expect(bench.settle().last).toBe("closed");
    },
  );

  test("so are bytes in clear after the answer", () => {
    const bench = ready().hear("STARTTLS\r\n");
    expectEnd(() => bench.hear("EHLO x\r\n"), "starttls-injection", /^501/);
  });

  test("is out of order inside TLS", () => {
    expect(ready({ secure: true }).hear("STARTTLS\r\n").codes()).toEqual(["503"]);
  });
});

describe("AUTH", () => {
  test("goes to and fro", () => {
    const bench = ready({ secure: true });
    bench.answer = (event) => {
      if (event.type === "auth-response" && latin1(event.data.reveal()) === "tim") {
        bench.session.send({ type: "auth-challenge", data: utf8("Password:") });
        return undefined;
      }
      return granting(event);
    };
    expect(bench.hear("AUTH LOGIN\r\n").hear("dGlt\r\n").transmissions).toEqual(["334 \r\n", "334 UGFzc3dvcmQ6\r\n"]);
    bench.codes();
    expect(bench.hear("eA==\r\nAUTH LOGIN\r\n").codes()).toEqual(["235", "503"]);
  });

  test("its identity is what the application says", () => {
    const bench = ready({ secure: true });
    bench.answer = () => undefined;
    bench.hear("AUTH PLAIN AAAA\r\n");
    bench.session.send({ type: "reply", reply: reply(235, "ok"), identity: "tim" });
    expect(bench.session.identity).toBe("tim");
  });

  test.each([
    ["*", "501"],
    ["no base64!", "501"],
    ["x".repeat(20_000), "500"],
  ])("%.10j ends the exchange", (line, code) => {
    const bench = ready({ secure: true }).hear("AUTH LOGIN\r\n");
    bench.codes();
    expect(bench.hear(`${line}\r\nNOOP\r\n`).codes()).toEqual([code, "250"]);
    expect(bench.session.state).toBe("ready");
  });

  test("is out of order in a transaction", () => {
    expect(ready({ secure: true }).hear(`${MAIL}AUTH LOGIN\r\n`).codes()).toEqual(["250", "503"]);
  });
});

describe("the end", () => {
  test("of the stream is good between commands only", () => {
    const good = ready();
    good.session.receiveEof();
    expect(good.settle().last).toBe("closed");
    for (const bench of [ready().hear("NO"), ready().hear(MAIL), ready().hear(`${MAIL}${RCPT}DATA\r\nx`)]) {
      bench.session.receiveEof();
      expect(bench.settle().last).toBe("need-input");
    }
  });

  test("can be said at any time, and waits for the command in hand and for the message", () => {
    const close = { type: "close", reply: reply(421, "bye") } as const;
    const idle = ready();
    idle.session.send(close);
    expect(idle.settle().codes()).toEqual(["421"]);
    const busy = ready();
    busy.answer = () => undefined;
    busy.hear("NOOP\r\nNOOP\r\n");
    busy.session.send(close);
    busy.session.send({ type: "reply", reply: reply(250, "ok") });
    expect(busy.settle().codes()).toEqual(["250", "421"]);
    expect(busy.last).toBe("closed");
    const inBody = ready().hear(`${MAIL}${RCPT}DATA\r\nx`);
    inBody.session.send(close);
    inBody.settle();
    inBody.codes();
    expect(inBody.hear("\r\n.\r\nNOOP\r\n").codes()).toEqual(["250", "421"]);
  });
});

test("patience is fresh for each wait, and measures messages by their rate", () => {
  const bench = ready({ limits: { bodyMs: 5, minBodyBytesPerSecond: 7, commandMs: 9 } });
  const first = bench.session.patience;
  expect(first).toEqual({ phase: "command", ms: 9 });
  bench.hear("NO");
  expect(bench.session.patience).toBe(first);
  bench.hear("OP\r\n");
  expect(bench.session.patience).not.toBe(first);
  bench.hear(`${MAIL}${RCPT}DATA\r\n`);
  expect(bench.session.patience).toEqual({ phase: "data-block", ms: 5, minBytesPerSecond: 7 });
});

test("the observer sees every unit, credentials wrapped, even those that come when AUTH was refused", () => {
  const units: Unit[] = [];
  const bench = new Bench({ observe: (unit) => units.push(unit) });
  bench
    .hear("EHLO a\r\nAUTH PLAIN AGEAYg==\r\n")
    .hear("eA==\r\n")
    .hear(`AUTH LOGIN\r\ndGlt\r\nc2VjcmV0\r\nNOOP\r\n${MAIL}${RCPT}DATA\r\n..x\r\n.\r\nSTARTTLS\r\n`);
  bench.session.receiveTls(TLS);
  const shown = units.map(
    ({ from, kind, parts }) => `${from} ${kind} ${parts.map((part) => (part instanceof Secret ? String(part) : latin1(part))).join("")}`,
  );
  expect(shown).toEqual([
    "server line 220 hi\r\n",
    "client line EHLO a\r\n",
    "server line 250 ok\r\n",
    "client line AUTH PLAIN *****\r\n",
    "server sasl 334 *****\r\n",
    "client sasl *****\r\n",
    "server line 235 welcome\r\n",
    "client line AUTH LOGIN\r\n",
    "server line 503 5.5.1 Already authenticated\r\n",
    "client line *****",
    "server line 500 5.5.2 Command not recognized\r\n",
    "client line *****",
    "server line 500 5.5.2 Command not recognized\r\n",
    "client line NOOP\r\n",
    "server line 250 ok\r\n",
    "client line MAIL FROM:<a@b>\r\n",
    "server line 250 ok\r\n",
    "client line RCPT TO:<c@d>\r\n",
    "server line 250 ok\r\n",
    "client line DATA\r\n",
    "server line 354 go\r\n",
    "client body ..x\r\n.\r\n",
    "server line 250 taken\r\n",
    "client line STARTTLS\r\n",
    "server line 220 go\r\n",
    "client tls ",
  ]);
});

const LINES: Readonly<Record<string, string>> = {
  HELO: "HELO x",
  EHLO: "EHLO x",
  MAIL: "MAIL FROM:<a@b>",
  RCPT: "RCPT TO:<a@b>",
  VRFY: "VRFY x",
  AUTH: "AUTH X",
};

/** Sessions in each state in which a server reads commands. */
const IN_STATE: Readonly<Partial<Record<State, () => Bench>>> = {
  refused: () => new Bench({}, reply(554, "no")),
  connected: () => new Bench(),
  ready: () => ready(),
  mail: () => ready().hear(MAIL),
  rcpt: () => ready().hear(`${MAIL}${RCPT}`),
};

describe.each(Object.entries(IN_STATE))("in the state %s", (state, make) => {
  test.each(COMMAND_VERBS)("%s may be granted when the table has it, and leads where the table says", (verb) => {
    const bench = make();
    expect(bench.session.state).toBe(state);
    const table: TransitionTable<State, Verb, Answer> = TRANSITIONS;
    const cell = table[bench.session.state][verb];
    bench.codes();
    bench.hear(`${LINES[verb] ?? verb}\r\n`);
    const event = bench.events.filter(({ type }) => type === "command").at(-1);
    expect(event).toMatchObject({ type: "command", refusal: cell === undefined ? { code: 503 } : undefined });
    expect(bench.session.state).toBe((verb === "DATA" || verb === "AUTH" ? cell?.more : cell?.ok) ?? state);
  });
});

test("whatever a client says, only remote protocol errors come out, and cutting changes nothing", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "EHLO x",
      "HELO x",
      "MAIL FROM:<a@b>",
      "RCPT TO:<a@b>",
      "DATA",
      ".",
      "..",
      "x",
      "RSET",
      "NOOP",
      "AUTH X",
      "AUTH X =",
      "*",
      "eA==",
      "QUIT",
      "",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const input = fc.array(fc.tuple(line, fc.constantFrom("\r\n", "\r\n", "\r\n", "\n")), { maxLength: 15 });
  const run = (bytes: Uint8Array, pieceBytes: number): unknown[] => {
    const bench = new Bench({
      limits: { maxMessageBytes: 10, maxDrainedBytes: 10, maxErrors: 5, maxRecipients: 2, maxAuthLineBytes: 40, maxCommandLineBytes: 30 },
    });
    const log: unknown[] = [];
    try {
      for (let at = 0; at < bytes.length && bench.last !== "closed"; at += pieceBytes)
        bench.hear(latin1(bytes, at, Math.min(at + pieceBytes, bytes.length)));
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.side !== "remote") throw error;
      log.push(error.code, latin1(error.reply ?? new Uint8Array()));
    }
    const commands = bench.events
      .map((event) => (event.type === "command" ? event.received.command.verb : event.type))
      .filter((type) => type !== "data");
    return [...log, ...commands, bench.transmissions.join("")];
  };
  fc.assert(
    fc.property(input, fc.integer({ min: 1, max: 5 }), (lines, pieceBytes) => {
      const bytes = fromLatin1(lines.map((pair) => pair.join("")).join(""));
      expect(run(bytes, pieceBytes)).toEqual(run(bytes, Infinity));
    }),
    { numRuns: 500 },
  );
});
