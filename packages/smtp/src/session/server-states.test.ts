import type { TransitionTable } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { MAIL, RCPT, readyServer, ServerBench, serverWithRecipients } from "../../test/server-bench.ts";
import { COMMAND_VERBS, type CommandVerb, reply } from "../codec/index.ts";
import { type Answer, type Protocol, type ServerSessionOptions, type State, TRANSITIONS, type Verb } from "./index.ts";

const LINES: Readonly<Partial<Record<CommandVerb, string>>> = {
  HELO: "HELO x",
  EHLO: "EHLO x",
  LHLO: "LHLO x",
  MAIL: "MAIL FROM:<a@b>",
  RCPT: "RCPT TO:<a@b>",
  VRFY: "VRFY x",
  EXPN: "EXPN x",
  ETRN: "ETRN x",
  AUTH: "AUTH X",
  BDAT: "BDAT 0",
  XCLIENT: "XCLIENT NAME=x",
  XFORWARD: "XFORWARD NAME=x",
};

/** Sessions in each state in which a server reads commands. */
const IN_STATE: Readonly<Partial<Record<State, (options: Partial<ServerSessionOptions>) => ServerBench>>> = {
  refused: (options) => new ServerBench(options, reply(554, "no")),
  connected: (options) => new ServerBench(options),
  ready: (options) => readyServer(options),
  mail: (options) => readyServer(options).hear(MAIL),
  rcpt: (options) => serverWithRecipients(1, options),
  chunks: (options) => serverWithRecipients(1, options).hear("BDAT 1\r\nx"),
  failed: (options) => {
    const bench = serverWithRecipients(1, options);
    bench.answer = () => reply(452, "disk full");
    bench.hear("BDAT 1\r\nx");
    return bench;
  },
};

const TABLE: TransitionTable<State, Verb, Answer> = TRANSITIONS;
const FOREIGN: Readonly<Record<Protocol, readonly CommandVerb[]>> = { smtp: ["LHLO"], lmtp: ["HELO", "EHLO"] };

/** What the session must refuse a command with by itself. */
function refusalCode(protocol: Protocol, state: State, verb: CommandVerb): number | undefined {
  if (FOREIGN[protocol].includes(verb)) return 500;
  const isInOrder = TABLE[state][verb] !== undefined && !(state === "mail" && verb === "DATA");
  return isInOrder ? undefined : 503;
}

const CASES = Object.entries(IN_STATE).flatMap(([state, make]) =>
  (["smtp", "lmtp"] as const).map((protocol) => ({ state: state as State, make, protocol })),
);

describe.each(CASES)("$protocol in the state $state", ({ state, make, protocol }) => {
  test.each(COMMAND_VERBS)("%s may be granted when the table has it, and leads where the table says", (verb) => {
    const bench = make({ protocol });
    expect(bench.session.state).toBe(state);
    bench.codes();
    bench.answer = new ServerBench().answer;
    bench.hear(`${LINES[verb] ?? verb}\r\n`);
    const code = refusalCode(protocol, state, verb);
    const event = bench.events.filter(({ type }) => type === "command").at(-1);
    expect(event).toMatchObject({ received: { command: { verb } }, refusal: code === undefined ? undefined : { code } });
    const cell = code === undefined ? TABLE[state][verb] : undefined;
    expect(bench.session.state).toBe((verb === "DATA" || verb === "AUTH" ? cell?.more : cell?.ok) ?? state);
    // The answer to STARTTLS travels with the handover.
    expect(bench.codes()).toHaveLength(bench.session.state === "tls" ? 0 : 1);
  });

  test.each(COMMAND_VERBS)("%s may be refused, and 421 closes", (verb) => {
    const bench = make({ protocol });
    bench.codes();
    bench.answer = (event) => (event.type === "command" ? (event.refusal ?? reply(550, "no")) : undefined);
    bench.hear(`${LINES[verb] ?? verb}\r\n`);
    const failsHere = verb === "BDAT" && refusalCode(protocol, state, verb) === undefined;
    expect(bench.session.state).toBe(failsHere ? "failed" : state);
    bench.answer = () => reply(421, "bye");
    expect(bench.hear(`${LINES[verb] ?? verb}\r\n`).last).toBe("closed");
  });
});

test("a refused command does not change what kind of body is to come", () => {
  const bench = readyServer().hear(`MAIL FROM:<a@b> BODY=BINARYMIME\r\n${MAIL}${RCPT}DATA\r\n`);
  expect(bench.codes()).toEqual(["250", "503", "250", "503"]);
  expect(bench.hear("BDAT 3 LAST\r\n\n\r\0").codes()).toEqual(["250"]);
  expect(bench.body).toBe("\n\r\0");
});
