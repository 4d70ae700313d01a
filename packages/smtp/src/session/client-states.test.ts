import { ProtocolError, Secret, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { chunk, ClientBench, clientWithRecipients, MAIL, RCPT, readyClient, type Said } from "../../test/client-bench.ts";
import { expectLocal } from "../../test/server-bench.ts";
import { COMMAND_VERBS, type Command } from "../codec/index.ts";
import { type ClientSessionOptions, type Protocol, type State, TRANSITIONS } from "./index.ts";

const COMMANDS: readonly Command[] = COMMAND_VERBS.map((verb): Command => {
  switch (verb) {
    case "HELO":
    case "EHLO":
    case "LHLO":
      return { verb, domain: "x" };
    case "MAIL":
      return MAIL;
    case "RCPT":
      return RCPT;
    case "VRFY":
    case "EXPN":
    case "ETRN":
      return { verb, text: "x" };
    case "AUTH":
      return { verb, mechanism: "PLAIN" };
    case "BDAT":
      return { verb, sizeBytes: 0, position: "last" };
    case "XCLIENT":
    case "XFORWARD":
      return { verb, attributes: [{ name: "NAME", value: "x" }] };
    default:
      return { verb };
  }
});

type Make = (options: Partial<ClientSessionOptions>) => ClientBench;

/** Sessions in each state. */
const IN_STATE: Readonly<Record<State, Make>> = {
  greeting: (options) => new ClientBench(options),
  refused: (options) => new ClientBench(options).hear("554 no\r\n"),
  connected: (options) => new ClientBench(options).hear("220 hi\r\n"),
  ready: (options) => readyClient(options),
  mail: (options) => readyClient(options).say(MAIL).hear("250 ok\r\n"),
  rcpt: (options) => clientWithRecipients(1, options),
  data: (options) => clientWithRecipients(1, options).say({ verb: "DATA" }).hear("354 go\r\n"),
  chunks: (options) => clientWithRecipients(1, options).say(chunk("x")).hear("250 ok\r\n"),
  failed: (options) => clientWithRecipients(1, options).say(chunk("x")).hear("452 full\r\n"),
  auth: (options) => readyClient(options).say({ verb: "AUTH", mechanism: "X" }).hear("334 \r\n"),
  tls: (options) => readyClient(options).say({ verb: "STARTTLS" }).hear("220 go\r\n"),
  closed: (options) => readyClient(options).hear("421 bye\r\n"),
};

const FOREIGN: Readonly<Record<Protocol, readonly string[]>> = { smtp: ["LHLO"], lmtp: ["HELO", "EHLO"] };
const CASES = Object.entries(IN_STATE).flatMap(([state, make]) =>
  (["smtp", "lmtp"] as const).map((protocol) => ({ state: state as State, make, protocol })),
);

/** `sent`, or why not. */
function outcome(bench: ClientBench, said: Said): string {
  try {
    bench.say(said);
    return "sent";
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.side !== "local") throw error;
    return error.code;
  }
}

describe.each(CASES)("$protocol in the state $state", ({ state, make, protocol }) => {
  const inState = (): ClientBench => make({ secure: false, allowPlaintext: true, protocol });
  const row: Partial<Record<string, object>> = TRANSITIONS[state];

  function isLegal({ verb }: Command): boolean {
    // Inside an exchange the cell of AUTH is for its answers; DATA needs a recipient; BDAT is said with its bytes.
    if (state === "auth" || (state === "mail" && verb === "DATA") || verb === "BDAT") return false;
    return row[verb] !== undefined && !FOREIGN[protocol].includes(verb);
  }

  test("the bench is right", () => {
    expect(inState().session.state).toBe(state);
  });

  test.each(COMMANDS)("$verb is sent when it is legal, else nothing is", (command) => {
    const bench = inState();
    bench.take();
    expect(outcome(bench, command)).toBe(isLegal(command) ? "sent" : "illegal-now");
    expect(bench.settle().take().startsWith(command.verb)).toBe(isLegal(command));
  });

  const intents: readonly (readonly [State, readonly State[], Said])[] = [
    ["rcpt", ["rcpt", "chunks"], chunk("x")],
    ["rcpt", ["rcpt", "chunks"], chunk("x", "last")],
    ["data", ["data"], { type: "data", chunk: utf8("x") }],
    ["data", ["data"], { type: "end-of-data" }],
    ["auth", ["auth"], { type: "auth-response", data: new Secret(utf8("x")) }],
    ["auth", ["auth"], { type: "auth-cancel" }],
  ];

  test.each(intents)("what belongs to the state %s is said in %j", (_, states, intent) => {
    const bench = inState();
    bench.take();
    expect(outcome(bench, intent)).toBe(states.includes(state) ? "sent" : "illegal-now");
    expect(bench.settle().take() !== "").toBe(states.includes(state));
  });
});

describe("what others could read", () => {
  test.each<Command>([
    MAIL,
    { verb: "AUTH", mechanism: "PLAIN" },
    { verb: "VRFY", text: "x" },
    { verb: "EXPN", text: "x" },
    { verb: "ETRN", text: "x" },
    { verb: "XCLIENT", attributes: [{ name: "LOGIN", value: "x" }] },
    { verb: "XFORWARD", attributes: [{ name: "NAME", value: "x" }] },
    { verb: "unknown", name: "XAUTH", argument: "secret" },
  ])("$verb needs TLS or leave", (command) => {
    expectLocal(() => readyClient({ secure: false }).say(command), "tls-required");
    expect(readyClient({ secure: false, allowPlaintext: true }).say(command).take()).toContain("\r\n");
  });
});
