import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { command, response } from "../../test/codec-arbitraries.ts";
import { bytesOf, commands, responses, written } from "../../test/codec-driving.ts";
import type { Segment } from "./index.ts";
import { encodeCommand, encodeResponse, ResponseDecoder } from "./index.ts";

/** The bytes of segments, with each announcement of a literal put through `announce`. */
function announcing(segments: readonly Segment[], announce: (announcement: string) => string): Uint8Array {
  return written(
    segments.map((segment) => {
      if (segment.type !== "bytes") return segment;
      const text = Array.from(segment.bytes, (byte) => String.fromCharCode(byte)).join("");
      return { ...segment, bytes: bytesOf(text.replace(/~?\{\d+\+?\}\r\n$/, announce)) };
    }),
  );
}

describe("responses", () => {
  test.each<[string, string, (announcement: string) => string]>([
    ["{n+}", "non-synchronizing-literal", (announcement) => announcement.replace("}", "+}")],
    ["~{n}", "literal8-for-literal", (announcement) => (announcement.startsWith("~") ? announcement : `~${announcement}`)],
  ])("with %s where {n} belongs are read, and reported as %s", (_form, code, announce) => {
    fc.assert(
      fc.property(
        response.filter(({ type }) => type !== "unknown"),
        (said) => {
          const whole = responses([written(encodeResponse(said))]);
          const [event] = responses([announcing(encodeResponse(said), announce)]);
          const { response: read, deviations } = event as { response: unknown; deviations: readonly { code: string }[] };
          expect(withoutRaw(read)).toEqual(withoutRaw(whole.flatMap((one) => (one.type === "response" ? [one.response] : []))[0]));
          expect(deviations.filter((deviation) => deviation.code !== code)).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });

  test.each(["* 1 FETCH (BODY[] ~{3}\r\nabc)", "* LIST () NIL ~{3}\r\nabc", '* ID ("a" ~{3}\r\nabc)', "* 1 FETCH (BODY[] {3+}\r\nabc)"])(
    "%j has one deviation",
    (text) => {
      expect(responses([bytesOf(`${text}\r\n`)])).toMatchObject([
        { response: { type: expect.not.stringMatching("invalid") as string }, deviations: [{}] },
      ]);
    },
  );

  test.each(["* 1 FETCH (BINARY[1] ~{3}\r\na\0c)", "* METADATA x (/a ~{3}\r\na\0c)"])("%j has none", (text) => {
    expect(responses([bytesOf(`${text}\r\n`)])).toMatchObject([{ deviations: [] }]);
  });
});

/** A value without what is kept as it came. */
function withoutRaw(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, member: unknown) =>
      name === "raw" && member instanceof Uint8Array ? null : typeof member === "bigint" ? String(member) : member,
    ),
  );
}

describe("commands", () => {
  test("with ~{n} where only {n} may stand are bad, and what follows is read", () => {
    const announce = (announcement: string): string => `~${announcement}`;
    const takes = new Set(["APPEND", "REPLACE", "UID REPLACE", "SETMETADATA", "unknown"]);
    fc.assert(
      fc.property(
        command.filter(({ name }) => !takes.has(name)),
        (said) => {
          const plain = encodeCommand("a", said, { literals: "LITERAL+" });
          fc.pre(plain.length > 1);
          const bytes = announcing(plain, announce);
          fc.pre(bytes.length > written(plain).length);
          const events = commands([bytes, bytesOf("z NOOP\r\n")]);
          expect(events).toMatchObject([
            { type: "bad", tag: "a" },
            { type: "command", tag: "z" },
          ]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each(["a SETMETADATA x (/a ~{3+}\r\na\0c)", "a SETMETADATA x (/a ~{3}\r\na\0c)", "a APPEND x ~{3}\r\na\0c"])(
    "%j is good",
    (text) => {
      expect(commands([bytesOf(`${text}\r\n`)]).at(-1)).toMatchObject({ type: "command", deviations: [] });
    },
  );
});

describe("sizes", () => {
  test("of 63 bits are read; what none can count is refused", () => {
    const decoder = new ResponseDecoder({ maxLiteralBytes: Infinity });
    decoder.push(bytesOf("* 1 FETCH (BODY[] {9007199254740991}\r\n"));
    expect(decoder.next()).toMatchObject({ type: "literal-start", size: Number.MAX_SAFE_INTEGER });
    for (const size of ["9007199254740992", "9223372036854775807"]) {
      expect(responses([bytesOf(`* 1 FETCH (BODY[] {${size}}\r\nabc`)], { maxLiteralBytes: Infinity })).toEqual([
        { type: "failure", side: "remote", code: "literal-too-big" },
      ]);
    }
    for (const size of ["9007199254740992", "9223372036854775807", "18446744073709551616", "9".repeat(30)]) {
      expect(commands([bytesOf(`a APPEND x {${size}}\r\n`)], { maxAppendBytes: Infinity })).toMatchObject([{ type: "bad", tag: "a" }]);
      expect(commands([bytesOf(`a LOGIN {${size}}\r\n`)], { maxLiteralBytes: Infinity })).toMatchObject([{ type: "bad", tag: "a" }]);
    }
  });

  test.each(["18446744073709551616", "9".repeat(30)])("of %s are none: the response ends with the line", (size) => {
    expect(responses([bytesOf(`* 1 FETCH (BODY[] {${size}}\r\n* 2 EXISTS\r\n`)])).toMatchObject([
      { type: "response", response: { items: [{ type: "invalid" }] } },
      { type: "response", response: { type: "EXISTS", count: 2 } },
    ]);
  });
});
