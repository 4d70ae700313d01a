import { Secret, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { ClientBench, MAIL, RCPT, readyClient } from "../../test/client-bench.ts";
import { expectLocal, expectRemote, TLS } from "../../test/server-bench.ts";
import { ClientSession, type ClientSessionOptions } from "./index.ts";

describe("the message", () => {
  test("only after 354, only once", () => {
    const bench = readyClient();
    expectLocal(() => bench.say({ type: "data", chunk: utf8("x") }), "illegal-now");
    bench.say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("250 what\r\n");
    expectLocal(() => bench.say({ type: "end-of-data" }), "illegal-now");
    expect(bench.session.state).toBe("rcpt");
    bench.say({ verb: "DATA" }).hear("354 go\r\n").say({ type: "end-of-data" });
    expectLocal(() => bench.say({ type: "end-of-data" }), "illegal-now");
    expect(bench.hear("451 later\r\n").session.state).toBe("ready");
  });

  test("bare line ends are refused, or made CRLF", () => {
    const open = (options: Partial<ClientSessionOptions>): ClientBench =>
      readyClient(options).say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    expectLocal(() => open({}).say({ type: "data", chunk: utf8("a\n.\n") }), "bare-lf");
    const bench = open({ lineEnds: "normalize" });
    bench.take();
    expect(bench.say({ type: "data", chunk: utf8("a\n.\n") }, { type: "end-of-data" }).take()).toBe("a\r\n..\r\n.\r\n");
  });

  test("a refusal before its end is its answer, and the end of it all", () => {
    const bench = readyClient().say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    bench.told();
    expect(bench.hear("552 too much\r\n").told()).toEqual(["message-reply 552"]);
    expect(bench.last).toBe("closed");
  });
});

describe("the greeting", () => {
  test("comes first; then introductions", () => {
    const bench = new ClientBench();
    expectLocal(() => bench.say({ verb: "EHLO", domain: "x" }), "illegal-now");
    expect(bench.hear("220 hi\r\n").told()).toEqual(["greeting 220"]);
    expectLocal(() => bench.say(MAIL), "illegal-now");
    expect(bench.session.state).toBe("connected");
  });

  test.each(["554 no\r\n", "354 x\r\n", "250 x\r\n"])("%j: only QUIT may be said", (text) => {
    const bench = new ClientBench().hear(text);
    expectLocal(() => bench.say({ verb: "EHLO", domain: "x" }), "illegal-now");
    expect(bench.say({ verb: "QUIT" }).hear("221 bye\r\n").last).toBe("closed");
  });

  test("EHLO is answered with 250 or not at all well", () => {
    const bench = new ClientBench().hear("220 hi\r\n").say({ verb: "EHLO", domain: "x" }).hear("251-mx\r\n251 STARTTLS\r\n");
    expect(bench.session.state).toBe("connected");
    expect([...bench.session.extensions]).toEqual([]);
    bench.say({ verb: "HELO", domain: "x" }).hear("250-mx\r\n250 PIPELINING\r\n");
    expect([...bench.session.extensions]).toEqual([]);
    expect(bench.session.state).toBe("ready");
  });
});

describe("421", () => {
  test("unasked, as an answer, and instead of the greeting, ends it and is told", () => {
    expect(new ClientBench().hear("421 busy\r\n")).toMatchObject({ last: "closed" });
    const idle = readyClient().hear("421 bye\r\n");
    expect(idle.told()).toEqual(["closing 421"]);
    expect(idle.last).toBe("closed");
    const asked = readyClient().say(MAIL, RCPT).hear("421 bye\r\n");
    expect(asked.told()).toEqual(["reply 421", "closing 421"]);
    expect(asked.last).toBe("closed");
    const inBody = readyClient().say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    inBody.told();
    expect(inBody.hear("421 bye\r\n").told()).toEqual(["message-reply 421", "closing 421"]);
  });
});

describe("broken servers", () => {
  test.each([
    ["250 what\r\n", "unexpected-reply"],
    ["+OK\r\n", "bad-reply"],
    ["250-a\r\n550 b\r\n", "reply-code-changed"],
  ])("%j is an error, once", (text, code) => {
    const bench = readyClient();
    expectRemote(() => bench.hear(text), code);
    expect(bench.settle().last).toBe("closed");
  });

  test("what came before is told first", () => {
    const bench = readyClient().say(MAIL);
    expectRemote(() => bench.hear("250 ok\r\nnonsense\r\n"), "bad-reply");
    expect(bench.told()).toEqual(["reply 250"]);
  });

  test("a positive answer before the end of the message is none", () => {
    const bench = readyClient().say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    expectRemote(() => bench.hear("250 taken\r\n"), "unexpected-reply");
  });
});

describe("STARTTLS", () => {
  const offers = "250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n";

  test("220 hands over; then all is forgotten and EHLO is due", () => {
    const bench = readyClient({ secure: false }, offers).say({ verb: "STARTTLS" }).hear("220-go\r\n220 ahead\r\n");
    expect(bench.last).toBe("start-tls");
    expect(bench.settle().last).toBe("need-input");
    bench.session.receiveTls(TLS);
    bench.settle();
    expect(bench.told()).toEqual(["reply 220", "tls"]);
    expect([...bench.session.extensions]).toEqual([]);
    expect(bench.session.state).toBe("connected");
    expectLocal(() => bench.say(MAIL), "illegal-now");
    bench.say({ verb: "EHLO", domain: "me" }).hear(offers);
    expectLocal(() => bench.say({ verb: "STARTTLS" }), "illegal-now");
    expect(bench.say(MAIL).take()).toContain("MAIL");
  });

  test("is asked of the driver once, with nothing waiting", () => {
    const session = new ClientSession({ secure: false });
    const outputs: string[] = [];
    const poll = (): void => {
      for (let type = session.poll().type; type !== "need-input"; type = session.poll().type) outputs.push(type);
    };
    session.receive(utf8("220 hi\r\n"));
    poll();
    session.send({ type: "command", command: { verb: "EHLO", domain: "x" } });
    session.receive(utf8(offers));
    poll();
    session.send({ type: "command", command: { verb: "STARTTLS" } });
    poll();
    session.receive(utf8("220 go\r\n"));
    poll();
    expect(outputs.filter((type) => type === "start-tls")).toHaveLength(1);
    expect(session.patience.phase).toBe("tls");
  });

  test.each(["454 no\r\n", "354 x\r\n", "502 x\r\n", "250 sure\r\n"])("%j does not", (text) => {
    const bench = readyClient({ secure: false }, offers).say({ verb: "STARTTLS" }).hear(text);
    expect(bench.session.state).toBe("ready");
    expect(() => bench.session.receiveTls(TLS)).toThrow("no handshake");
  });

  test.each(["220 go\r\n250 AUTH LOGIN\r\n", "220 go\r\n2"])("%j is an injection", (text) => {
    const bench = readyClient({ secure: false }, offers).say({ verb: "STARTTLS" });
    expectRemote(() => bench.hear(text), "starttls-injection");
    expect(bench.told()).toEqual(["reply 220"]);
    expect(bench.settle().last).toBe("closed");
  });

  test("so are bytes in clear that come later", () => {
    const bench = readyClient({ secure: false }, offers).say({ verb: "STARTTLS" }).hear("220 go\r\n");
    expectRemote(() => bench.hear("250 AUTH LOGIN\r\n"), "starttls-injection");
  });
});

describe("AUTH", () => {
  test("goes to and fro until the server decides", () => {
    const bench = readyClient().say({ verb: "AUTH", mechanism: "LOGIN" }).hear("334 VXNlcm5hbWU6\r\n");
    expect(bench.events).toMatchObject([{ type: "auth-challenge", data: utf8("Username:") }]);
    expectLocal(() => bench.say({ verb: "NOOP" }), "illegal-now");
    bench.take();
    expect(bench.say({ type: "auth-response", data: new Secret(utf8("tim")) }).take()).toBe("dGlt\r\n");
    expectLocal(() => bench.say({ type: "auth-response", data: new Secret(utf8("tim")) }), "illegal-now");
    bench.hear("334\r\n");
    expect(bench.say({ type: "auth-response", data: new Secret(new Uint8Array()) }).take()).toBe("\r\n");
    bench.told();
    expect(bench.hear("235 2.7.0 welcome\r\n").told()).toEqual(["reply 235"]);
    expect(bench.session.state).toBe("ready");
  });

  test("can be cancelled", () => {
    const bench = readyClient().say({ verb: "AUTH", mechanism: "LOGIN" }).hear("334 \r\n");
    bench.take();
    expect(bench.say({ type: "auth-cancel" }).take()).toBe("*\r\n");
    expect(bench.hear("501 cancelled\r\n").session.state).toBe("ready");
  });

  test("a challenge that is not base64 breaks it", () => {
    const bench = readyClient().say({ verb: "AUTH", mechanism: "LOGIN" });
    expectRemote(() => bench.hear("334 ???\r\n"), "bad-challenge");
  });
});

describe("the end of the stream", () => {
  test("is good where nothing is owed", () => {
    const bench = readyClient();
    bench.session.receiveEof();
    expect(bench.settle().last).toBe("closed");
    const quitting = readyClient().say({ verb: "QUIT" });
    quitting.session.receiveEof();
    expect(quitting.settle().last).toBe("closed");
  });

  test("else it is left to the driver to complain", () => {
    for (const bench of [readyClient().say(MAIL), readyClient().hear("42"), new ClientBench()]) {
      bench.session.receiveEof();
      expect(bench.settle().last).toBe("need-input");
    }
  });
});

describe("patience", () => {
  test("has a phase and a limit of its own for each wait", () => {
    const bench = new ClientBench({ limits: { dataMs: 7 } });
    const phases = [bench.session.patience];
    bench.hear("220 hi\r\n");
    phases.push(bench.session.patience);
    bench.say({ verb: "EHLO", domain: "x" });
    phases.push(bench.session.patience);
    bench.hear("250-mx\r\n250 PIPELINING\r\n").say(MAIL, RCPT);
    const first = bench.session.patience;
    expect(bench.hear("250 a\r\n").session.patience).not.toBe(first);
    bench.hear("250 b\r\n").say({ verb: "DATA" });
    phases.push(bench.session.patience);
    bench.hear("354 go\r\n").say({ type: "end-of-data" });
    phases.push(bench.session.patience);
    expect(phases).toEqual([
      { phase: "greeting", ms: 300_000 },
      { phase: "idle", ms: Infinity },
      { phase: "command", ms: 300_000 },
      { phase: "data-initiation", ms: 7 },
      { phase: "data-termination", ms: 600_000 },
    ]);
  });
});
