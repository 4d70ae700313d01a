import { latin1 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Deed, granting, MAIL, RCPT, remoteError, ServerBench, serverWithRecipients } from "../../test/server-bench.ts";
import { reply } from "../codec/index.ts";
import type { ServerEvent, ServerSessionOptions } from "./index.ts";

/** Grants nearly all, but refuses chunks of seven bytes and recipients called `no`. */
function choosy(event: ServerEvent): Deed {
  if (event.type !== "command" || event.refusal !== undefined) return granting(event);
  const { command } = event.received;
  if (command.verb === "BDAT" && command.sizeBytes === 7) return reply(452, "not seven");
  return command.verb === "RCPT" && command.path.startsWith("no@") ? reply(550, "no") : granting(event);
}

/** What can be seen of a conversation: all but how the bytes of a message are cut, and the bytes of messages that were refused. */
function run(options: Partial<ServerSessionOptions>, text: string, pieceBytes: number): unknown[] {
  const bench = new ServerBench(options);
  const log: unknown[] = [];
  bench.answer = (event) => {
    if (event.type === "command") log.push([event.received.command.verb, event.refusal?.code]);
    else if (event.type === "end-of-data") {
      log.push(event.refusal?.code ?? [event.sizeBytes, event.recipients, bench.body]);
      bench.body = "";
    } else if (event.type === "end-of-chunk") log.push(event.refusal?.code ?? bench.body);
    else if (event.type !== "data") log.push(event.type);
    if (event.type === "command" && event.received.command.verb === "MAIL") bench.body = "";
    return choosy(event);
  };
  const error = remoteError(() => bench.hear(text, pieceBytes));
  const last = latin1(error?.reply ?? new Uint8Array());
  return [...log, bench.transmissions.join(""), error?.code, last, bench.session.state];
}

const TRANSACTION = `${MAIL}${RCPT}`;
const line = fc.oneof(
  fc.constantFrom(
    "EHLO x", "LHLO x", "MAIL FROM:<a@b>", "MAIL FROM:<a@b> BODY=BINARYMIME", "RCPT TO:<a@b>", "RCPT TO:<no@b>", "DATA", ".", "..", "x",
    "RSET", "NOOP", "AUTH X", "AUTH X =", "*", "eA==", "QUIT", "XCLIENT NAME=x", "EXPN x", "ETRN x", "", "BDAT", "BDAT x", "BDAT 99999",
  ), // prettier-ignore
  fc.string({ unit: "binary", maxLength: 20 }),
).map((text) => `${text}\r\n`); // prettier-ignore
const body = fc.array(fc.constantFrom("a", ".", "\r\n", "\r\n.", "\r\nRSET\r\n", "\0"), { maxLength: 6 }).map((parts) => parts.join(""));
const bareBody = fc.array(fc.constantFrom("a", "\r", "\n", "\r\n", "."), { maxLength: 4 }).map((parts) => parts.join(""));
const chunk = fc
  .record({ bytes: fc.oneof(body, bareBody), end: fc.constantFrom("", "", " LAST"), lie: fc.constantFrom(0, 0, 0, 0, -1, 1, 3) })
  .map(({ bytes, end, lie }) => `BDAT ${Math.max(bytes.length + lie, 0)}${end}\r\n${bytes}`);
const data = fc.oneof(body, bareBody).map((bytes) => `DATA\r\n${bytes}\r\n.\r\n`);
const part = fc.oneof({ weight: 3, arbitrary: chunk }, line, data, fc.constant(TRANSACTION), fc.constant(`RSET\r\n${TRANSACTION}`));
const input = fc.array(part, { maxLength: 12 }).map((parts) => `EHLO x\r\nLHLO x\r\n${TRANSACTION}${parts.join("")}`);
const options = fc.record({
  protocol: fc.constantFrom("smtp" as const, "lmtp" as const),
  lineEnds: fc.constantFrom("reject" as const, "normalize" as const),
  limits: fc.constant({
    maxMessageBytes: 25,
    maxErrors: 8,
    maxRecipients: 3,
    maxAuthLineBytes: 60,
    maxCommandLineBytes: 50,
    maxMessages: 4,
  }),
});

describe("whatever a client says", () => {
  test("only remote protocol errors with a reply come out, and cutting changes nothing", () => {
    fc.assert(
      fc.property(options, input, fc.integer({ min: 1, max: 9 }), (given, text, pieceBytes) => {
        const whole = run(given, text, Infinity);
        expect(run(given, text, pieceBytes)).toEqual(whole);
        const [code, last] = whole.slice(-3);
        expect(code === undefined || /^[45]\d\d .*\r\n$/.test(String(last))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("an endless message is one however it is cut", () => {
    const limits = { maxMessageBytes: 10, maxDrainedBytes: 10 };
    for (const pieceBytes of [1, 7, Infinity]) {
      const seen = run({ limits }, `EHLO x\r\n${TRANSACTION}DATA\r\n${"x".repeat(30)}\r\n.\r\nNOOP\r\n`, pieceBytes);
      expect(seen.slice(-3)).toEqual(["message-too-large", expect.stringMatching(/^552 /), "closed"]);
    }
  });

  test("bytes of a refused chunk are never commands", () => {
    const commands = fc.array(fc.constantFrom("RSET", "QUIT", "MAIL FROM:<x@y>", "BDAT 3", "x"), { minLength: 1 });
    fc.assert(
      fc.property(commands, fc.integer({ min: 1, max: 20 }), (lines, pieceBytes) => {
        const smuggled = `\r\n${lines.join("\r\n")}\r\n`;
        const bench = serverWithRecipients(1);
        bench.answer = () => reply(452, "no");
        bench.hear(`BDAT ${smuggled.length}\r\n${smuggled}`, pieceBytes);
        expect(bench.told()).toEqual(["BDAT"]);
        expect(bench.codes()).toEqual(["452"]);
      }),
    );
  });
});

describe("little is kept", () => {
  test("of a message: all that came was given, as soon as it cannot be its end any more", () => {
    const undotted = body.map((bytes) => `${bytes.replaceAll(".", "")}|`);
    fc.assert(
      fc.property(fc.constantFrom("DATA\r\n", "BDAT 9999\r\n"), fc.array(undotted, { maxLength: 30 }), (command, pieces) => {
        const bench = serverWithRecipients(1).hear(command);
        let came = 0;
        for (const piece of pieces) {
          came += piece.length;
          expect(bench.hear(piece).body).toHaveLength(came);
        }
      }),
    );
  });

  test("of lines that never end: the session goes on behind them", () => {
    const bench = serverWithRecipients(1);
    for (let piece = 0; piece < 100; piece += 1) bench.hear("x".repeat(10_000));
    expect(bench.hear("\r\nNOOP\r\n").codes()).toEqual(["500", "250"]);
    const [long] = bench.events.flatMap((event) => (event.type === "command" ? [event.received] : []));
    expect(long?.raw.length).toBeLessThanOrEqual(12_288);
  });
});
