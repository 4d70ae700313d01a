import { concat, fromLatin1, latin1, Secret, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Command, CommandDecoder, encodeCommand, forwardPath, parameter, type ReceivedCommand, reversePath } from "./index.ts";

const domain = fc.domain();
const local = fc.oneof(
  fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,8}(\.[a-z0-9]{1,5})?$/),
  fc.constant('"a> b\\" X=1"'),
  fc.constant("grün"),
);
const mailbox = fc.tuple(local, domain).map(([before, after]) => `${before}@${after}`);
const parameters = fc.array(
  fc
    .tuple(fc.stringMatching(/^[A-Z0-9][A-Z0-9-]{0,8}$/), fc.option(fc.stringMatching(/^[!-<>-~]{1,10}$/), { nil: undefined }))
    .map(([k, v]) => parameter(k, v)),
  { maxLength: 4 },
);
const text = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const bytes = fc.uint8Array({ maxLength: 40 });
const attributes = fc.array(
  fc.record({
    name: fc.stringMatching(/^[A-Z][A-Z0-9_-]{0,8}$/),
    value: fc.option(
      fc.oneof(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
        fc.constantFrom("[UNAVAILABLE]", "[TEMPUNAVAIL]", "[1.2.3.4]"),
      ),
      {
        nil: undefined,
      },
    ),
  }),
  { minLength: 1, maxLength: 4 },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ verb: fc.constantFrom("HELO" as const, "EHLO" as const, "LHLO" as const), domain }),
  fc.record({ verb: fc.constant("MAIL" as const), path: fc.oneof(mailbox, fc.constant("")).map(reversePath), parameters }),
  fc.record({ verb: fc.constant("RCPT" as const), path: fc.oneof(mailbox, fc.constant("postmaster")).map(forwardPath), parameters }),
  fc.record({ verb: fc.constantFrom("DATA" as const, "RSET" as const, "QUIT" as const, "STARTTLS" as const) }),
  fc.record({ verb: fc.constantFrom("NOOP" as const, "HELP" as const), text }, { requiredKeys: ["verb"] }),
  fc.record({ verb: fc.constantFrom("VRFY" as const, "EXPN" as const, "ETRN" as const), text }),
  fc.record({
    verb: fc.constant("BDAT" as const),
    sizeBytes: fc.maxSafeNat(),
    position: fc.constantFrom("more" as const, "last" as const),
  }),
  fc.record({ verb: fc.constantFrom("XCLIENT" as const, "XFORWARD" as const), attributes }),
  fc.record(
    {
      verb: fc.constant("AUTH" as const),
      mechanism: fc.stringMatching(/^[A-Z0-9_-]{1,20}$/),
      initialResponse: bytes.map((b) => new Secret(b)),
    },
    { requiredKeys: ["verb", "mechanism"] },
  ),
  fc.record({ verb: fc.constant("unknown" as const), name: fc.stringMatching(/^X[A-Z0-9]{1,6}$/), argument: text }),
);

/** Secrets by their bytes, so that they compare. */
function revealed(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, member: unknown) => (member instanceof Secret ? latin1(member.reveal() as Uint8Array) : member)),
  );
}

function decodeAll(chunks: readonly Uint8Array[], limits?: { maxCommandLineBytes: number; maxAuthLineBytes: number }): ReceivedCommand[] {
  const decoder = new CommandDecoder(limits);
  const all: ReceivedCommand[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) all.push(next);
    if (limits !== undefined) expect(decoder.heldBytes).toBeLessThanOrEqual(limits.maxAuthLineBytes + 1);
  }
  return all;
}

function cut(whole: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(whole.subarray(at, at + size));
    at += size;
  }
  return [...pieces, whole.subarray(at)];
}

describe("CommandDecoder", () => {
  test("what is encoded is read as it was, without deviations", () => {
    fc.assert(
      fc.property(command, (value) => {
        const [received] = decodeAll([encodeCommand(value)]);
        expect(revealed(received?.command)).toEqual(revealed(value));
        expect(received?.deviations).toEqual([]);
      }),
    );
  });

  const line = fc.oneof(
    command.map((value) => latin1(encodeCommand(value))),
    fc.string({ unit: "binary-ascii", maxLength: 30 }).map((text) => `${text}\n`),
    fc.constantFrom("mail from:a@b\n", "rcpt to: x@y\r\n", "\r\n", "\n", "MAIL FROM:<a@b\r\n"),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  const lines = fc.array(line, { maxLength: 8 }).map((all) => concat([...all.map((one) => fromLatin1(one)), new Uint8Array()]));

  test("any bytes, cut anywhere, give the same commands, nothing thrown, little held", () => {
    const limits = { maxCommandLineBytes: 25, maxAuthLineBytes: 40 };
    fc.assert(
      fc.property(lines, fc.array(fc.nat({ max: 9 })), (input, sizes) => {
        const whole = decodeAll([input], limits);
        const pieces = decodeAll(cut(input, sizes), limits);
        expect(revealed(pieces)).toEqual(revealed(whole));
        expect(pieces.map(({ raw }) => latin1(raw))).toEqual(whole.map(({ raw }) => latin1(raw)));
      }),
      { numRuns: 500 },
    );
  });

  test("a line that is too long is cut short and the next one is read; AUTH may be longer", () => {
    const limits = { maxCommandLineBytes: 20, maxAuthLineBytes: 40 };
    const said = [`NOOP ${"x".repeat(13)}`, `NOOP ${"x".repeat(14)}`, "AUTH PLAIN AAAAAAAAAAAAAAAAAAAA", `NOOP ${"x".repeat(99)}`, "QUIT"];
    const verbs = decodeAll([utf8(`${said.join("\r\n")}\r\n`)], limits).map(({ command }) =>
      "problem" in command ? command.problem : command.verb,
    );
    expect(verbs).toEqual(["NOOP", "line-too-long", "AUTH", "line-too-long", "QUIT"]);
  });

  test("gives bytes and positions between lines, and forgets when told", () => {
    const decoder = new CommandDecoder();
    decoder.push(utf8("DATA\r\nbo"));
    decoder.push(utf8("dy\r\nNOOP\r"));
    expect(decoder.next()?.command).toEqual({ verb: "DATA" });
    expect(latin1(decoder.peekBytes())).toBe("bo");
    decoder.skipBytes(2);
    expect(latin1(decoder.peekBytes())).toBe("dy\r\nNOOP\r");
    decoder.skipBytes(4);
    expect(decoder.position).toBe(12);
    expect(decoder.next()).toBeUndefined();
    expect(decoder.pending).toBe(5);
    decoder.push(utf8("\nQUIT\r\n"));
    expect(decoder.next()?.command).toEqual({ verb: "NOOP" });
    decoder.clear();
    expect(decoder.pending).toBe(0);
    expect(decoder.peekBytes()).toHaveLength(0);
    decoder.push(utf8("QUIT\r\n"));
    expect(decoder.next()?.command).toEqual({ verb: "QUIT" });
  });

  test("unread bytes count as pending", () => {
    const decoder = new CommandDecoder();
    decoder.push(utf8("a"));
    decoder.push(utf8("bc"));
    expect(decoder.pending).toBe(3);
    expect(decoder.nextLine()).toBeUndefined();
    decoder.push(utf8("\r\n"));
    expect(decoder.nextLine()).toEqual({ text: "abc", tooLong: false });
    expect(decoder.pending).toBe(0);
  });
});
