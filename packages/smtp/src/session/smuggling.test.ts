// SMTP smuggling: what looks like the end of a message to a lenient server must not be one here, and must not leave here as one.

import { fromLatin1, ProtocolError } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientWithRecipients } from "../../test/client-bench.ts";
import { RCPT, readyServer, remoteError, type ServerBench, serverWithRecipients } from "../../test/server-bench.ts";

type Policy = "reject" | "normalize";

const EVIL = "MAIL FROM:<evil@x>\r\nRCPT TO:<victim@x>\r\nDATA\r\nevil\r\n.\r\n";

interface Case {
  /** What stands between the text `a` and a line that looks like a command. */
  readonly gadget: string;
  /** How it ends where bare line ends are refused: the error, or the message and what is read behind it. */
  readonly reject: Outcome;
  /** And where they are made CRLF. */
  readonly normalize: Outcome;
}

type Outcome = "bare-cr" | "bare-lf" | { readonly bodies: readonly string[] };

/** All up to the end of EVIL is the one message that begins with `start`. */
function text(start: string): Outcome {
  return { bodies: [`${start}\r\n${EVIL.slice(0, -3)}`] };
}

const CASES: readonly Case[] = [
  { gadget: "\n.\n", reject: "bare-lf", normalize: text("a\r\n.\r\n") },
  { gadget: "\r\n.\n", reject: "bare-lf", normalize: text("a\r\n\r\n") },
  { gadget: "\n.\r\n", reject: "bare-lf", normalize: text("a\r\n.\r\n") },
  { gadget: "\r.\r", reject: "bare-cr", normalize: text("a\r\n.\r\n") },
  { gadget: "\r.\r\n", reject: "bare-cr", normalize: text("a\r\n.\r\n") },
  { gadget: "\r\n.\r", reject: "bare-cr", normalize: text("a\r\n\r\n") },
  { gadget: "\r.\n", reject: "bare-cr", normalize: text("a\r\n.\r\n") },
  { gadget: "\n.\r", reject: "bare-lf", normalize: text("a\r\n.\r\n") },
  { gadget: "\r\n.\r\r\n", reject: "bare-cr", normalize: text("a\r\n\r\n\r\n") },
  { gadget: "\n..\r\n", reject: "bare-lf", normalize: text("a\r\n..\r\n") },
  // No line end at all: a line of NUL and dot.
  { gadget: "\r\n\0.\r\n", reject: text("a\r\n\0.\r\n"), normalize: text("a\r\n\0.\r\n") },
  // The true end of a message, behind a bare CR: all that ends messages at CRLF.CRLF alone agrees.
  { gadget: "\r\r\n.\r\n", reject: "bare-cr", normalize: { bodies: ["a\r\n\r\n", "evil\r\n"] } },
];

/** What became of `wire` as the message, cut once at `cut`. */
function outcome(lineEnds: Policy, wire: string, cut: number): { readonly result: Outcome; readonly verbs: readonly string[] } {
  const bench = serverWithRecipients(1, { lineEnds }).hear("DATA\r\n");
  const bodies: string[] = [];
  const { answer } = bench;
  bench.answer = (event) => {
    if (event.type === "end-of-data") bodies.push(bench.body.slice(bodies.join("").length));
    return answer(event);
  };
  bench.told();
  const error = remoteError(() => bench.hear(wire.slice(0, cut)).hear(wire.slice(cut)));
  const verbs = bench.told().filter((name) => name !== "end-of-data");
  return { result: error === undefined ? { bodies } : (error.code as "bare-cr" | "bare-lf"), verbs };
}

describe.each(["reject", "normalize"] as const)("under the policy %s", (policy) => {
  test.each(CASES)("$gadget means the same however it is cut", (given) => {
    const wire = `a${given.gadget}\r\n${EVIL}`;
    const expected = given[policy];
    const isEndOfData = typeof expected === "object" && expected.bodies.length === 2;
    for (let cut = 0; cut <= wire.length; cut += 1) {
      const { result, verbs } = outcome(policy, wire, cut);
      expect(result).toEqual(expected);
      expect(verbs).toEqual(isEndOfData ? ["unknown", "MAIL", "RCPT", "DATA"] : []);
    }
  });

  test.each(CASES)("$gadget in a chunk is text, or costs the message: nothing behind it runs", ({ gadget }) => {
    const wire = `a${gadget}\r\n${EVIL}`;
    for (let cut = 0; cut <= wire.length; cut += 1) {
      const bench = serverWithRecipients(1, { lineEnds: policy }).hear(`BDAT ${wire.length} LAST\r\n`);
      bench.hear(wire.slice(0, cut)).hear(wire.slice(cut));
      expect(bench.told()).toEqual(["BDAT", "end-of-data"]);
    }
  });
});

/** A lenient reader: CR, LF and CRLF all end lines for it, and a line with nothing but a dot ends the message. What it leaves unread. */
function leftByLenientReader(wire: string): string {
  const end = /(?:^|[\r\n])\.(?:\r*\n|\r)/.exec(wire);
  return end === null ? "no end" : wire.slice(end.index + end[0].length);
}

/** The message as our client sends it on; `undefined` when it refuses to. */
function sentOn(body: string, lineEnds: Policy, cut: number): string | undefined {
  const bench = clientWithRecipients(1, { lineEnds }).say({ verb: "DATA" }).hear("354 go\r\n");
  bench.take();
  try {
    bench.say({ type: "data", chunk: fromLatin1(body.slice(0, cut)) }, { type: "data", chunk: fromLatin1(body.slice(cut)) });
    return bench.say({ type: "end-of-data" }).take();
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.side !== "local") throw error;
    return undefined;
  }
}

const policy = fc.constantFrom<Policy>("reject", "normalize");
const parts = fc.constantFrom(
  "a",
  ".",
  "\r",
  "\n",
  "\r\n",
  "\0",
  "\r\n.\r",
  "\r.\r\n",
  "\n.\n",
  "\r\r\n.",
  ...CASES.map(({ gadget }) => gadget),
);
const wire = fc.array(parts, { maxLength: 12 }).map((all) => all.join(""));

/** The messages that our server takes. */
function taken(bench: ServerBench, bytes: string): string {
  return remoteError(() => bench.hear(bytes)) === undefined && bench.told().includes("end-of-data") ? bench.body : "";
}

describe("what is sent on", () => {
  test("of a message that came by DATA ends at no lenient server before its end", () => {
    fc.assert(
      fc.property(policy, policy, wire, fc.nat({ max: 30 }), (receiving, sending, bytes, cut) => {
        const bench = serverWithRecipients(1, { lineEnds: receiving }).hear("DATA\r\n");
        const body = taken(bench, `${bytes}\r\n.\r\n`);
        const sent = sentOn(body, sending, cut);
        // What was taken has no bare line ends, so that it can always be sent on.
        expect(sent).toBeDefined();
        expect(leftByLenientReader(sent ?? "")).toBe("");
      }),
      { numRuns: 1000 },
    );
  });

  test("of a message that came in chunks, binary too, does neither", () => {
    fc.assert(
      fc.property(
        policy,
        policy,
        fc.constantFrom("", " BODY=BINARYMIME"),
        wire,
        fc.nat({ max: 30 }),
        (receiving, sending, type, bytes, cut) => {
          const bench = readyServer({ lineEnds: receiving }).hear(`MAIL FROM:<a@b>${type}\r\n${RCPT}`);
          const body = taken(bench, `BDAT ${bytes.length} LAST\r\n${bytes}`);
          expect(leftByLenientReader(sentOn(body, sending, cut) ?? ".\r\n")).toBe("");
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("and comes back as it was: the same message, one message", () => {
    fc.assert(
      fc.property(policy, wire, (receiving, bytes) => {
        const body = taken(serverWithRecipients(1, { lineEnds: receiving }).hear("DATA\r\n"), `${bytes}\r\n.\r\n`);
        const again = serverWithRecipients(1).hear("DATA\r\n");
        expect(taken(again, sentOn(body, "reject", 0) ?? "")).toBe(body === "" || body.endsWith("\r\n") ? body : `${body}\r\n`);
        expect(again.last).toBe("need-input");
      }),
    );
  });
});

test("the lenient reader is one: each gadget ends a message for it, if not stuffed", () => {
  const gadgets = CASES.map(({ gadget }) => gadget).filter((gadget) => !/\.\.|\0/.test(gadget));
  for (const gadget of gadgets) expect(leftByLenientReader(`a${gadget}|rest`)).toBe("|rest");
  expect(leftByLenientReader("a\r\n..\r\n")).toBe("no end");
});
