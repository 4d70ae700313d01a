import { fromLatin1, latin1, type Output, ProtocolError, Secret, type TlsInfo, type Unit, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMMAND_VERBS, type Command, forwardPath, reversePath } from "../codec/index.ts";
import { type ClientEvent, type ClientIntent, ClientSession, type ClientSessionOptions, type State, TRANSITIONS } from "./index.ts";

const TLS: TlsInfo = { authorized: true, channelBinding: () => Promise.resolve(undefined) };
const MAIL: Command = { verb: "MAIL", path: reversePath("a@b"), parameters: [] };
const RCPT: Command = { verb: "RCPT", path: forwardPath("c@d"), parameters: [] };

/** A session under test, and what it did so far. */
class Bench {
  readonly session: ClientSession;
  sent = "";
  readonly events: ClientEvent[] = [];
  last: Output<ClientEvent>["type"] = "need-input";

  constructor(options: Partial<ClientSessionOptions> = {}) {
    this.session = new ClientSession({ secure: true, ...options });
  }

  say(...intents: (ClientIntent | Command)[]): this {
    for (const intent of intents) this.session.send("verb" in intent ? { type: "command", command: intent } : intent);
    return this.settle();
  }

  hear(text: string): this {
    this.session.receive(fromLatin1(text));
    return this.settle();
  }

  settle(): this {
    for (;;) {
      const output = this.session.poll();
      this.last = output.type;
      if (output.type === "event") this.events.push(output.event);
      else if (output.type === "transmit") this.sent += output.chunks.map((chunk) => latin1(chunk)).join("");
      else return this;
    }
  }

  /** What was sent since the last call. */
  take(): string {
    const { sent } = this;
    this.sent = "";
    return sent;
  }

  /** The events since the last call, in short. */
  told(): string[] {
    return this.events.splice(0).map((event) => ("reply" in event ? `${event.type} ${event.reply.code}` : event.type));
  }
}

function ready(options?: Partial<ClientSessionOptions>, offers = "250-mx\r\n250 PIPELINING\r\n"): Bench {
  const bench = new Bench(options).hear("220 hi\r\n").say({ verb: "EHLO", domain: "me" }).hear(offers);
  bench.take();
  bench.told();
  return bench;
}

function expectLocal(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ side: "local", code }));
}

function expectRemote(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ side: "remote", code }));
}

describe("pipelining", () => {
  test("what may be grouped leaves at once, and each answer finds its command", () => {
    const bench = ready().say(MAIL, RCPT, { ...RCPT, path: forwardPath("e@f") }, { verb: "RSET" });
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nRSET\r\n");
    bench.hear("250 a\r\n550 b\r\n250 c\r\n250 d\r\n");
    expect(bench.events.map((event) => event.type === "reply" && [event.command.verb, event.reply.code])).toEqual([
      ["MAIL", 250],
      ["RCPT", 550],
      ["RCPT", 250],
      ["RSET", 250],
    ]);
    expect(bench.session.state).toBe("ready");
  });

  test("without the extension one at a time", () => {
    const bench = ready({}, "250 mx\r\n").say(MAIL, RCPT);
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\n");
    expect(bench.hear("250 a\r\n").take()).toBe("RCPT TO:<c@d>\r\n");
  });

  test("nothing follows a command that ends a group", () => {
    const bench = ready().say(MAIL, { verb: "NOOP" }, RCPT, { verb: "QUIT" });
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\nNOOP\r\n");
    expect(bench.hear("250 a\r\n").take()).toBe("");
    expect(bench.hear("250 b\r\n").take()).toBe("RCPT TO:<c@d>\r\nQUIT\r\n");
  });

  test("never more in flight than the limit", () => {
    const bench = ready({ limits: { maxPipelinedCommands: 2 } }).say(MAIL, RCPT, RCPT, RCPT);
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
    expect(bench.hear("250 a\r\n").take()).toBe("RCPT TO:<c@d>\r\n");
  });

  test("DATA, AUTH and STARTTLS wait for nobody: they are refused while an answer is owed", () => {
    const bench = ready().say(MAIL, RCPT);
    expectLocal(() => bench.say({ verb: "DATA" }), "illegal-now");
    bench.hear("250 a\r\n550 no\r\n");
    expectLocal(() => bench.say({ verb: "DATA" }), "illegal-now");
    expect(bench.say(RCPT).hear("250 ok\r\n").say({ verb: "DATA" }).take()).toContain("DATA\r\n");
  });

  test("after the end of the message the next transaction may follow at once", () => {
    const bench = ready().say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    bench.take();
    bench.say({ type: "data", chunk: utf8(".x\r\n") }, { type: "end-of-data" }, MAIL);
    expect(bench.take()).toBe("..x\r\n.\r\nMAIL FROM:<a@b>\r\n");
    bench.told();
    expect(bench.hear("250 taken\r\n250 a\r\n").told()).toEqual(["message-reply 250", "reply 250"]);
    expect(bench.session.state).toBe("mail");
  });
});

describe("the message", () => {
  test("only after 354, only once", () => {
    const bench = ready();
    expectLocal(() => bench.say({ type: "data", chunk: utf8("x") }), "illegal-now");
    bench.say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("250 what\r\n");
    expectLocal(() => bench.say({ type: "end-of-data" }), "illegal-now");
    expect(bench.session.state).toBe("rcpt");
    bench.say({ verb: "DATA" }).hear("354 go\r\n").say({ type: "end-of-data" });
    expectLocal(() => bench.say({ type: "end-of-data" }), "illegal-now");
    expect(bench.hear("451 later\r\n").session.state).toBe("ready");
  });

  test("bare line ends are refused, or made CRLF", () => {
    const open = (options: Partial<ClientSessionOptions>): Bench =>
      ready(options).say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    expectLocal(() => open({}).say({ type: "data", chunk: utf8("a\n.\n") }), "bare-lf");
    const bench = open({ lineEnds: "normalize" });
    bench.take();
    expect(bench.say({ type: "data", chunk: utf8("a\n.\n") }, { type: "end-of-data" }).take()).toBe("a\r\n..\r\n.\r\n");
  });

  test("a refusal before its end is its answer, and the end of it all", () => {
    const bench = ready().say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    bench.told();
    expect(bench.hear("552 too much\r\n").told()).toEqual(["message-reply 552"]);
    expect(bench.last).toBe("closed");
  });
});

describe("the greeting", () => {
  test("comes first; then introductions", () => {
    const bench = new Bench();
    expectLocal(() => bench.say({ verb: "EHLO", domain: "x" }), "illegal-now");
    expect(bench.hear("220 hi\r\n").told()).toEqual(["greeting 220"]);
    expectLocal(() => bench.say(MAIL), "illegal-now");
    expect(bench.session.state).toBe("connected");
  });

  test.each(["554 no\r\n", "354 x\r\n", "250 x\r\n"])("%j: only QUIT may be said", (text) => {
    const bench = new Bench().hear(text);
    expectLocal(() => bench.say({ verb: "EHLO", domain: "x" }), "illegal-now");
    expect(bench.say({ verb: "QUIT" }).hear("221 bye\r\n").last).toBe("closed");
  });

  test("EHLO is answered with 250 or not at all well", () => {
    const bench = new Bench().hear("220 hi\r\n").say({ verb: "EHLO", domain: "x" }).hear("251-mx\r\n251 STARTTLS\r\n");
    expect(bench.session.state).toBe("connected");
    expect([...bench.session.extensions]).toEqual([]);
    bench.say({ verb: "HELO", domain: "x" }).hear("250-mx\r\n250 PIPELINING\r\n");
    expect([...bench.session.extensions]).toEqual([]);
    expect(bench.session.state).toBe("ready");
  });
});

describe("421", () => {
  test("unasked, as an answer, and instead of the greeting, ends it and is told", () => {
    expect(new Bench().hear("421 busy\r\n")).toMatchObject({ last: "closed" });
    const idle = ready().hear("421 bye\r\n");
    expect(idle.told()).toEqual(["closing 421"]);
    expect(idle.last).toBe("closed");
    const asked = ready().say(MAIL, RCPT).hear("421 bye\r\n");
    expect(asked.told()).toEqual(["reply 421", "closing 421"]);
    expect(asked.last).toBe("closed");
    const inBody = ready().say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
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
    const bench = ready();
    expectRemote(() => bench.hear(text), code);
    expect(bench.settle().last).toBe("closed");
  });

  test("what came before is told first", () => {
    const bench = ready().say(MAIL);
    expectRemote(() => bench.hear("250 ok\r\nnonsense\r\n"), "bad-reply");
    expect(bench.told()).toEqual(["reply 250"]);
  });

  test("a positive answer before the end of the message is none", () => {
    const bench = ready().say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    expectRemote(() => bench.hear("250 taken\r\n"), "unexpected-reply");
  });
});

describe("STARTTLS", () => {
  const offers = "250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n";

  test("220 hands over; then all is forgotten and EHLO is due", () => {
    const bench = ready({ secure: false }, offers).say({ verb: "STARTTLS" }).hear("220-go\r\n220 ahead\r\n");
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
    const bench = ready({ secure: false }, offers).say({ verb: "STARTTLS" }).hear(text);
    expect(bench.session.state).toBe("ready");
    expect(() => bench.session.receiveTls(TLS)).toThrow("no handshake");
  });

  test.each(["220 go\r\n250 AUTH LOGIN\r\n", "220 go\r\n2"])("%j is an injection", (text) => {
    const bench = ready({ secure: false }, offers).say({ verb: "STARTTLS" });
    expectRemote(() => bench.hear(text), "starttls-injection");
    expect(bench.told()).toEqual(["reply 220"]);
    expect(bench.settle().last).toBe("closed");
  });

  test("so are bytes in clear that come later", () => {
    const bench = ready({ secure: false }, offers).say({ verb: "STARTTLS" }).hear("220 go\r\n");
    expectRemote(() => bench.hear("250 AUTH LOGIN\r\n"), "starttls-injection");
  });
});

describe("what others could read", () => {
  test.each<Command>([
    MAIL,
    { verb: "AUTH", mechanism: "PLAIN" },
    { verb: "VRFY", text: "x" },
    { verb: "unknown", name: "XAUTH", argument: "secret" },
  ])("$verb needs TLS or leave", (command) => {
    expectLocal(() => ready({ secure: false }).say(command), "tls-required");
    expect(ready({ secure: false, allowPlaintext: true }).say(command).take()).toContain("\r\n");
  });
});

describe("AUTH", () => {
  test("goes to and fro until the server decides", () => {
    const bench = ready().say({ verb: "AUTH", mechanism: "LOGIN" }).hear("334 VXNlcm5hbWU6\r\n");
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
    const bench = ready().say({ verb: "AUTH", mechanism: "LOGIN" }).hear("334 \r\n");
    bench.take();
    expect(bench.say({ type: "auth-cancel" }).take()).toBe("*\r\n");
    expect(bench.hear("501 cancelled\r\n").session.state).toBe("ready");
  });

  test("a challenge that is not base64 breaks it", () => {
    const bench = ready().say({ verb: "AUTH", mechanism: "LOGIN" });
    expectRemote(() => bench.hear("334 ???\r\n"), "bad-challenge");
  });
});

describe("the end of the stream", () => {
  test("is good where nothing is owed", () => {
    const bench = ready();
    bench.session.receiveEof();
    expect(bench.settle().last).toBe("closed");
    const quitting = ready().say({ verb: "QUIT" });
    quitting.session.receiveEof();
    expect(quitting.settle().last).toBe("closed");
  });

  test("else it is left to the driver to complain", () => {
    for (const bench of [ready().say(MAIL), ready().hear("42"), new Bench()]) {
      bench.session.receiveEof();
      expect(bench.settle().last).toBe("need-input");
    }
  });
});

describe("patience", () => {
  test("has a phase and a limit of its own for each wait", () => {
    const bench = new Bench({ limits: { dataMs: 7 } });
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

describe("the observer", () => {
  test("sees every unit, credentials wrapped", () => {
    const units: Unit[] = [];
    const bench = new Bench({ observe: (unit) => units.push(unit) })
      .hear("220 hi\r\n")
      .say({ verb: "EHLO", domain: "me" })
      .hear("250-mx\r\n250 x\r\n");
    bench.say({ verb: "AUTH", mechanism: "PLAIN", initialResponse: new Secret(utf8("\0a\0b")) }).hear("334 \r\n");
    bench.say({ type: "auth-response", data: new Secret(utf8("x")) }).hear("235 ok\r\n");
    bench.say(MAIL).hear("250 a\r\n").say(RCPT).hear("250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    bench.say({ type: "data", chunk: utf8(".") }, { type: "end-of-data" });
    const shown = units.map(
      ({ from, kind, parts }) => `${from} ${kind} ${parts.map((part) => (part instanceof Secret ? String(part) : latin1(part))).join("")}`,
    );
    expect(shown).toEqual([
      "server line 220 hi\r\n",
      "client line EHLO me\r\n",
      "server line 250-mx\r\n250 x\r\n",
      "client line AUTH PLAIN *****\r\n",
      "server sasl 334 *****\r\n",
      "client sasl *****\r\n",
      "server line 235 ok\r\n",
      "client line MAIL FROM:<a@b>\r\n",
      "server line 250 a\r\n",
      "client line RCPT TO:<c@d>\r\n",
      "server line 250 b\r\n",
      "client line DATA\r\n",
      "server line 354 go\r\n",
      "client body ..",
      "client body \r\n.\r\n",
    ]);
  });
});

const COMMANDS: readonly Command[] = COMMAND_VERBS.map((verb): Command => {
  switch (verb) {
    case "HELO":
    case "EHLO":
      return { verb, domain: "x" };
    case "MAIL":
      return MAIL;
    case "RCPT":
      return RCPT;
    case "VRFY":
      return { verb, text: "x" };
    case "AUTH":
      return { verb, mechanism: "PLAIN" };
    default:
      return { verb };
  }
});

/** Sessions in each state that a client can speak in. */
const IN_STATE: Readonly<Partial<Record<State, () => Bench>>> = {
  greeting: () => new Bench({ secure: false, allowPlaintext: true }),
  refused: () => new Bench({ secure: false, allowPlaintext: true }).hear("554 no\r\n"),
  connected: () => new Bench({ secure: false, allowPlaintext: true }).hear("220 hi\r\n"),
  ready: () => ready({ secure: false, allowPlaintext: true }),
  mail: () => ready({ secure: false, allowPlaintext: true }).say(MAIL).hear("250 ok\r\n"),
  rcpt: () => ready({ secure: false, allowPlaintext: true }).say(MAIL, RCPT).hear("250 ok\r\n250 ok\r\n"),
  data: () =>
    ready({ secure: false, allowPlaintext: true }).say(MAIL, RCPT).hear("250 ok\r\n250 ok\r\n").say({ verb: "DATA" }).hear("354 go\r\n"),
  auth: () => ready({ secure: false, allowPlaintext: true }).say({ verb: "AUTH", mechanism: "X" }).hear("334 \r\n"),
  tls: () => ready({ secure: false, allowPlaintext: true }).say({ verb: "STARTTLS" }).hear("220 go\r\n"),
  closed: () => ready({ secure: false, allowPlaintext: true }).hear("421 bye\r\n"),
};

describe.each(Object.entries(IN_STATE))("in the state %s", (state, make) => {
  const row: Partial<Record<string, object>> = TRANSITIONS[make().session.state];
  // Inside an exchange the cell of AUTH is for its answers.
  const isLegal = ({ verb }: Command): boolean => row[verb] !== undefined && state !== "auth";

  test("the bench is right", () => {
    expect(make().session.state).toBe(state);
  });

  test.each(COMMANDS.filter(isLegal))("$verb is sent", (command) => {
    const bench = make();
    bench.take();
    expect(bench.say(command).take()).toMatch(new RegExp(`^${command.verb}`));
  });

  test.each(COMMANDS.filter((command) => !isLegal(command)))("$verb is refused", (command) => {
    expectLocal(() => make().say(command), "illegal-now");
  });
});

test("whatever a server says, only remote protocol errors come out, and cutting changes nothing", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "220 x",
      "250 x",
      "250-x",
      "354 go",
      "334 ",
      "334 VXNlcm5hbWU6",
      "421 bye",
      "500 no",
      "235 ok",
      "221 bye",
      "250-PIPELINING",
      "nonsense",
      "",
    ),
    fc.string({ unit: "binary", maxLength: 10 }),
  );
  const said = fc.array(
    fc.constantFrom<ClientIntent | Command>(
      ...COMMANDS,
      { type: "data", chunk: utf8("x\r\n") },
      { type: "end-of-data" },
      { type: "auth-cancel" },
    ),
  );
  const run = (turns: readonly (readonly [string, readonly (ClientIntent | Command)[]])[], pieceBytes: number): string[] => {
    const bench = new Bench({ secure: false, allowPlaintext: true });
    const log: string[] = [];
    try {
      for (const [text, intents] of turns) {
        const bytes = fromLatin1(`${text}\r\n`);
        for (let at = 0; at < bytes.length; at += pieceBytes) bench.hear(latin1(bytes, at, Math.min(at + pieceBytes, bytes.length)));
        for (const intent of intents) {
          try {
            bench.say(intent);
          } catch (error) {
            if (!(error instanceof ProtocolError) || error.side !== "local") throw error;
          }
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.side !== "remote") throw error;
      log.push(error.code);
    }
    return [...log, bench.sent, ...bench.told()];
  };
  fc.assert(
    fc.property(fc.array(fc.tuple(line, said), { maxLength: 12 }), (turns) => {
      expect(run(turns, 1)).toEqual(run(turns, Infinity));
    }),
    { numRuns: 300 },
  );
});
