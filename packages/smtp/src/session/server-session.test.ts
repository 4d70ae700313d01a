import { latin1, type Output, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import {
  expectEnd,
  expectLocal,
  granting,
  MAIL,
  RCPT,
  readyServer,
  ServerBench,
  serverWithRecipients,
  TLS,
} from "../../test/server-bench.ts";
import { reply } from "../codec/index.ts";
import { type ServerEvent, ServerSession, type ServerSessionOptions } from "./index.ts";

describe("commands", () => {
  test("are answered one after another, and a pipelined batch in one transmission", () => {
    const bench = readyServer().hear(`${MAIL}${RCPT}${RCPT}NOOP\r\n`);
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
    expect(readyServer().hear("noop\nmail from:a@b\n").codes()).toEqual(["250", "250"]);
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
    const bench = readyServer().hear(`${line}\r\n`);
    expect(bench.transmissions.join("")).toMatch(new RegExp(`^${expected}`));
    bench.codes();
    expect(bench.hear("NOOP\r\n").codes()).toEqual(["250"]);
  });

  test("what must be refused cannot be granted; what is only unknown can", () => {
    const bench = readyServer();
    bench.answer = () => reply(250, "ok");
    expect(bench.hear("XFOO\r\n").codes()).toEqual(["250"]);
    expectLocal(() => bench.hear("DATA\r\n"), "illegal-now");
    bench.session.send({ type: "reply", reply: reply(503, "no") });
    expect(bench.settle().codes()).toEqual(["503"]);
  });

  test("no handler can put a line break into an answer", () => {
    const bench = readyServer();
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
    const bench = new ServerBench({}, reply(554, "no service")).hear("EHLO me\r\nQUIT\r\n");
    expect(bench.codes()).toEqual(["503", "221"]);
    expect(bench.last).toBe("closed");
  });

  test("a greeting of 421 closes", () => {
    expect(new ServerBench({}, reply(421, "busy")).last).toBe("closed");
  });
});

describe("limits", () => {
  test("too many recipients are put off", () => {
    const bench = readyServer({ limits: { maxRecipients: 2 } }).hear(`${MAIL}${RCPT}${RCPT}${RCPT}RSET\r\n${MAIL}${RCPT}`);
    expect(bench.codes()).toEqual(["250", "250", "250", "452", "250", "250", "250"]);
  });

  test("too many errors end it, after the last answer", () => {
    const bench = readyServer({ limits: { maxErrors: 2 } });
    expectEnd(() => bench.hear("x\r\nx\r\nx\r\nNOOP\r\n"), "too-many-errors", /^421 4\.7\.0/);
    expect(bench.codes()).toEqual(["500", "500", "500"]);
    expect(bench.settle().last).toBe("closed");
  });

  test("a message makes up for errors: many recipients of a busy relay may be unknown", () => {
    const bench = readyServer({ limits: { maxErrors: 2 } });
    const message = `x\r\nx\r\n${MAIL}${RCPT}DATA\r\nx\r\n.\r\n`;
    bench.hear(message).hear(message).hear(message);
    expect(bench.session.errors).toBe(0);
    expectEnd(() => bench.hear("x\r\nx\r\nx\r\n"), "too-many-errors", /^421/);
  });

  test("too many messages over one connection end it at the next MAIL", () => {
    const bench = readyServer({ limits: { maxMessages: 1 } });
    const message = `${MAIL}${RCPT}DATA\r\nx\r\n.\r\n`;
    bench.answer = (event) => (event.type === "end-of-data" ? reply(451, "later") : granting(event));
    bench.hear(message);
    bench.answer = granting;
    expect(bench.hear(message).codes().slice(-1)).toEqual(["250"]);
    expect(bench.hear(`NOOP\r\n${MAIL}NOOP\r\n`).codes()).toEqual(["250", "421"]);
    expect(bench.last).toBe("closed");
  });

  test("commands that achieve nothing are errors from some number on; a message makes up for them", () => {
    const bench = readyServer({ limits: { maxJunkCommands: 3, maxErrors: 1 } });
    bench.hear("NOOP\r\nVRFY x\r\nRSET\r\n");
    expect(bench.session.errors).toBe(0);
    bench.hear(`${MAIL}${RCPT}DATA\r\nx\r\n.\r\nHELP\r\nEXPN x\r\nETRN x\r\n`);
    expect(bench.session.errors).toBe(0);
    expect(bench.hear("NOOP\r\n").session.errors).toBe(1);
    expectEnd(() => bench.hear("NOOP\r\n"), "too-many-errors", /^421/);
  });

  test("421 from the application closes", () => {
    const bench = readyServer();
    bench.answer = () => reply(421, "bye");
    expect(bench.hear("NOOP\r\nNOOP\r\n").codes()).toEqual(["421"]);
    expect(bench.last).toBe("closed");
  });
});

describe("a message", () => {
  const toData = (options?: Partial<ServerSessionOptions>): ServerBench => {
    const bench = serverWithRecipients(1, options).hear("DATA\r\n");
    bench.codes();
    return bench;
  };

  test("comes un-stuffed, and ends at CRLF.CRLF", () => {
    const bench = toData().hear("Subject: x\r\n\r\n..a\r\n.\r\nNOOP\r\n");
    expect(bench.body).toBe("Subject: x\r\n\r\n.a\r\n");
    expect(bench.codes()).toEqual(["250", "250"]);
    expect(bench.events).toContainEqual({ type: "end-of-data", sizeBytes: 18, longestLineBytes: 10, recipients: 1, refusal: undefined });
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
    const bench = readyServer().hear(`${MAIL}${RCPT}DATA\r\nx\r\n.\r\nQUIT\r\n`);
    expect(bench.body).toBe("x\r\n");
    expect(bench.codes()).toEqual(["250", "250", "354", "250", "221"]);
    const refused = readyServer().hear("DATA\r\nNOOP\r\n");
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
    const bench = readyServer();
    bench.session.send({ type: "close", reply: reply(421, "x") });
    expect(bench.settle().last).toBe("closed");
    const session = readyServer({ limits: { maxErrors: 2 } });
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
      if (output.type !== "event" || output.event.type !== "command") continue;
      const positive = output.event.received.command.verb === "EHLO" ? reply(250, "hi") : reply(220, "go");
      session.send({ type: "reply", reply: positive });
    }
    expect(outputs.map(({ type }) => type)).toEqual(["event", "event", "transmit", "start-tls"]);
    expect(outputs[3]).toEqual({ type: "start-tls", reply: utf8("220 go\r\n") });
    expectLocal(() => readyServer().session.receiveTls(TLS), "illegal-now");
  });

  test.each(["STARTTLS\r\nEHLO injected\r\n", "STARTTLS\nEHLO injected\r\n", "STARTTLS\r\nMAIL FROM:<att"])(
    "%j is an injection: not a byte of it runs",
    (text) => {
      const bench = readyServer();
      expectEnd(() => bench.hear(text), "starttls-injection", /^501 5\.5\.1/);
      expect(bench.codes()).toEqual([]);
      expect(bench.settle().last).toBe("closed");
    },
  );

  test("so are bytes in clear after the answer", () => {
    const bench = readyServer().hear("STARTTLS\r\n");
    expectEnd(() => bench.hear("EHLO x\r\n"), "starttls-injection", /^501/);
  });

  test("is out of order inside TLS", () => {
    expect(readyServer({ secure: true }).hear("STARTTLS\r\n").codes()).toEqual(["503"]);
  });
});

describe("XCLIENT", () => {
  test("begins anew as whom the relay speaks for; refused, it changes nothing", () => {
    const bench = readyServer({ secure: true });
    bench.answer = () => reply(550, "not you");
    bench.hear("XCLIENT NAME=x\r\n");
    expect(bench.session.state).toBe("ready");
    bench.answer = () => undefined;
    bench.hear("XCLIENT LOGIN=tim\r\n");
    bench.session.send({ type: "reply", reply: reply(220, "hi again"), identity: "tim" });
    expect(bench.settle().session.identity).toBe("tim");
    expect(bench.session.state).toBe("connected");
    bench.answer = granting;
    bench.codes();
    expect(bench.hear(`${MAIL}EHLO x\r\nAUTH PLAIN AAAA\r\nXCLIENT LOGIN=[UNAVAILABLE]\r\nEHLO x\r\n`).codes()).toEqual([
      "503",
      "250",
      "503",
      "220",
      "250",
    ]);
    expect(bench.session.identity).toBeUndefined();
  });
});

describe("AUTH", () => {
  test("goes to and fro", () => {
    const bench = readyServer({ secure: true });
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
    const bench = readyServer({ secure: true });
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
    const bench = readyServer({ secure: true }).hear("AUTH LOGIN\r\n");
    bench.codes();
    expect(bench.hear(`${line}\r\nNOOP\r\n`).codes()).toEqual([code, "250"]);
    expect(bench.session.state).toBe("ready");
  });

  test("is out of order in a transaction", () => {
    expect(readyServer({ secure: true }).hear(`${MAIL}AUTH LOGIN\r\n`).codes()).toEqual(["250", "503"]);
  });
});

describe("the end", () => {
  test("of the stream is good between commands only", () => {
    const good = readyServer();
    good.session.receiveEof();
    expect(good.settle().last).toBe("closed");
    for (const bench of [readyServer().hear("NO"), readyServer().hear(MAIL), readyServer().hear(`${MAIL}${RCPT}DATA\r\nx`)]) {
      bench.session.receiveEof();
      expect(bench.settle().last).toBe("need-input");
    }
  });

  test("can be said at any time, and waits for the command in hand and for the message", () => {
    const close = { type: "close", reply: reply(421, "bye") } as const;
    const idle = readyServer();
    idle.session.send(close);
    expect(idle.settle().codes()).toEqual(["421"]);
    const busy = readyServer();
    busy.answer = () => undefined;
    busy.hear("NOOP\r\nNOOP\r\n");
    busy.session.send(close);
    busy.session.send({ type: "reply", reply: reply(250, "ok") });
    expect(busy.settle().codes()).toEqual(["250", "421"]);
    expect(busy.last).toBe("closed");
    const inBody = readyServer().hear(`${MAIL}${RCPT}DATA\r\nx`);
    inBody.session.send(close);
    inBody.settle();
    inBody.codes();
    expect(inBody.hear("\r\n.\r\nNOOP\r\n").codes()).toEqual(["250", "421"]);
  });
});

test("patience is fresh for each wait, and measures messages by their rate", () => {
  const bench = readyServer({ limits: { bodyMs: 5, minBodyBytesPerSecond: 7, commandMs: 9 } });
  const first = bench.session.patience;
  expect(first).toMatchObject({ phase: "command", ms: 9 });
  bench.hear("NO");
  expect(bench.session.patience).toBe(first);
  bench.hear("OP\r\n");
  expect(bench.session.patience).not.toBe(first);
  bench.hear(`${MAIL}${RCPT}DATA\r\n`);
  expect(bench.session.patience).toMatchObject({ phase: "data-block", ms: 5, minBytesPerSecond: 7 });
});
