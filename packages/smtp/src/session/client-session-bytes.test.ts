import { ProtocolError, Secret, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BINARY_MAIL, chunk, ClientBench, clientWithRecipients, MAIL, RCPT, type Said } from "../../test/client-bench.ts";
import { remoteError } from "../../test/server-bench.ts";
import type { ClientSessionOptions } from "./index.ts";

/** Says what may be said. */
function say(bench: ClientBench, said: Said): void {
  try {
    bench.say(said);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.side !== "local") throw error;
  }
}

type Turn = readonly [heard: string, said: readonly Said[]];

function run(options: Partial<ClientSessionOptions>, turns: readonly Turn[], pieceBytes: number): unknown[] {
  const bench = new ClientBench({ secure: false, allowPlaintext: true, ...options });
  const error = remoteError(() => {
    for (const [heard, said] of turns) {
      bench.hear(`${heard}\r\n`, pieceBytes);
      for (const one of said) say(bench, one);
    }
  });
  return [bench.sent, bench.told(), bench.session.state, error?.code];
}

const heard = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("220 x", "250 x", "250 x", "250 x", "354 go") },
  fc.constantFrom("250-x", "334 ", "334 VXNlcm5hbWU6", "421 bye", "500 no", "452 x", "235 ok", "221 bye", "250-PIPELINING", "what", ""),
  fc.string({ unit: "binary", maxLength: 10 }),
);
const said = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Said>(MAIL, RCPT, { verb: "DATA" }, chunk("ab"), chunk("c\n", "last"), { type: "end-of-data" }) },
  fc.constantFrom<Said>(
    BINARY_MAIL,
    { verb: "EHLO", domain: "x" },
    { verb: "LHLO", domain: "x" },
    { verb: "RSET" },
    { verb: "NOOP" },
    { verb: "QUIT" },
    { verb: "STARTTLS" },
    { verb: "AUTH", mechanism: "X" },
    { verb: "XCLIENT", attributes: [{ name: "NAME", value: "x" }] },
    { verb: "unknown", name: "XFOO", argument: "" },
    { type: "auth-response", data: new Secret(utf8("x")) },
    { type: "auth-cancel" },
    { type: "data", chunk: utf8("x\r") },
  ),
);
const options = fc.record({
  protocol: fc.constantFrom("smtp" as const, "lmtp" as const),
  dataCommand: fc.constantFrom("eager" as const, "waits" as const),
  lineEnds: fc.constantFrom("reject" as const, "normalize" as const),
});
const INTRODUCTION: readonly Turn[] = [
  ["220 hi", [{ verb: "EHLO", domain: "x" }]],
  ["250-mx\r\n250-CHUNKING\r\n250 PIPELINING", []],
];

test("whatever a server says, only remote protocol errors come out, and cutting changes nothing", () => {
  const turns = fc.tuple(fc.constantFrom([], INTRODUCTION), fc.array(fc.tuple(heard, fc.array(said, { maxLength: 5 })), { maxLength: 12 }));
  fc.assert(
    fc.property(options, turns, fc.integer({ min: 1, max: 5 }), (given, [first, rest], pieceBytes) => {
      const all = [...first, ...rest];
      expect(run(given, all, pieceBytes)).toEqual(run(given, all, Infinity));
    }),
    { numRuns: 1000 },
  );
});

test("pipelined chunks and their answers, cut anywhere, tell the same", () => {
  const answers = fc.array(fc.constantFrom("250 ok", "452 full", "250-a\r\n250 b", "421 bye"), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.constantFrom("smtp" as const, "lmtp" as const),
      answers,
      fc.integer({ min: 1, max: 5 }),
      (protocol, lines, pieceBytes) => {
        const outcomes = [pieceBytes, Infinity].map((size) => {
          const bench = clientWithRecipients(2, { protocol }).say(chunk("a"), chunk("b"), chunk("c", "last"));
          const error = remoteError(() => bench.hear(`${lines.join("\r\n")}\r\n`, size));
          return [bench.told(), bench.session.state, error?.code];
        });
        expect(outcomes[0]).toEqual(outcomes[1]);
      },
    ),
  );
});
