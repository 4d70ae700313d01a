import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Command,
  decodeCommand,
  decodeMailParameters,
  encodeCommand,
  encodeMailParameters,
  type MailParameters,
  parameter,
  reversePath,
} from "./index.ts";

/** What one parameter says. */
const meaning = (keyword: string, value?: string): unknown => decodeMailParameters([{ keyword, value }]).known;

describe("MAIL parameters", () => {
  test("are sorted into known, unknown and invalid; the last of a kind wins", () => {
    const given = [parameter("SIZE", "1"), parameter("X-FOO", "1"), parameter("AUTH", "a+40b@c"), parameter("SIZE", "2")];
    expect(decodeMailParameters(given)).toEqual({
      known: { sizeBytes: 2 },
      unknown: [parameter("X-FOO", "1")],
      invalid: [parameter("AUTH", "a+40b@c")],
    });
  });

  test.each<[string, string | undefined, MailParameters]>([
    ["SIZE", "10", { sizeBytes: 10 }],
    ["SIZE", "99999999999999999999", { sizeBytes: 1e20 }],
    ["BODY", "7bit", { body: "7BIT" }],
    ["BODY", "8bitmime", { body: "8BITMIME" }],
    ["BODY", "BinaryMIME", { body: "BINARYMIME" }],
    ["SMTPUTF8", undefined, { smtputf8: true }],
    ["AUTH", "<>", { auth: reversePath("") }],
    ["AUTH", "a+2Bb@c", { auth: reversePath("a+b@c") }],
    ["AUTH", "<a+2Bb@c>", { auth: reversePath("a+b@c") }],
    ["RET", "full", { ret: "FULL" }],
    ["RET", "HDRS", { ret: "HDRS" }],
    ["ENVID", "QQ+2B314159", { envid: "QQ+314159" }],
    ["ENVID", "x".repeat(100), { envid: "x".repeat(100) }],
    ["REQUIRETLS", undefined, { requiretls: true }],
    ["BY", "120;R", { by: { seconds: 120, mode: "R" } }],
    ["BY", "+120;rt", { by: { seconds: 120, mode: "R", trace: true } }],
    ["BY", "-5;N", { by: { seconds: -5, mode: "N" } }],
    ["BY", "0;nT", { by: { seconds: 0, mode: "N", trace: true } }],
    ["MT-PRIORITY", "-9", { mtPriority: -9 }],
    ["MT-PRIORITY", "0", { mtPriority: 0 }],
    ["HOLDFOR", "999999999", { holdForSeconds: 999_999_999 }],
    ["HOLDUNTIL", "2026-02-28T23:59:60Z", { holdUntil: "2026-02-28T23:59:60Z" }],
    ["HOLDUNTIL", "2026-12-31T00:00:00.5+05:30", { holdUntil: "2026-12-31T00:00:00.5+05:30" }],
    ["SOLICIT", "net.example:ADV,org.example:ADV:ADLT", { solicit: ["net.example:ADV", "org.example:ADV:ADLT"] }],
  ])("%s=%s is read", (keyword, value, known) => {
    expect(meaning(keyword, value)).toEqual(known);
  });

  test.each([
    parameter("SIZE"),
    parameter("SIZE", "-1"),
    parameter("SIZE", "123456789012345678901"),
    parameter("BODY", "BINARY"),
    parameter("BODY"),
    parameter("SMTPUTF8", "yes"),
    parameter("AUTH"),
    parameter("AUTH", "+ZZ"),
    parameter("AUTH", "nobody"),
    parameter("RET"),
    parameter("RET", "BODY"),
    parameter("ENVID"),
    parameter("ENVID", "x".repeat(101)),
    parameter("ENVID", "+0A"),
    parameter("ENVID", "+C3+BC"),
    parameter("ENVID", "+"),
    parameter("REQUIRETLS", "1"),
    parameter("BY"),
    parameter("BY", "1"),
    parameter("BY", "1;X"),
    parameter("BY", "1;RTT"),
    parameter("BY", "0;R"),
    parameter("BY", "-1;r"),
    parameter("BY", "1234567890;N"),
    parameter("MT-PRIORITY"),
    parameter("MT-PRIORITY", "10"),
    parameter("MT-PRIORITY", "-0"),
    parameter("MT-PRIORITY", "+1"),
    parameter("HOLDFOR"),
    parameter("HOLDFOR", "0"),
    parameter("HOLDFOR", "1234567890"),
    parameter("HOLDUNTIL"),
    parameter("HOLDUNTIL", "tomorrow"),
    parameter("HOLDUNTIL", "2026-13-01T00:00:00Z"),
    parameter("HOLDUNTIL", "2026-01-32T00:00:00Z"),
    parameter("HOLDUNTIL", "2026-00-10T00:00:00Z"),
    parameter("HOLDUNTIL", "2026-01-00T00:00:00Z"),
    parameter("HOLDUNTIL", "2026-01-01T24:00:00Z"),
    parameter("HOLDUNTIL", "2026-01-01T00:00:00"),
    parameter("SOLICIT"),
    parameter("SOLICIT", "1x"),
    parameter("SOLICIT", "a,,b"),
    parameter("SOLICIT", `a${"b".repeat(1000)}`),
  ])("%j means nothing", (given) => {
    expect(decodeMailParameters([given])).toEqual({ known: {}, unknown: [], invalid: [given] });
  });

  test("are read anew each time, also from a list that has grown", () => {
    const given = [parameter("SIZE", "10")];
    const first = decodeMailParameters(given).known;
    given.push(parameter("RET", "HDRS"));
    expect(decodeMailParameters(given).known).toEqual({ sizeBytes: 10, ret: "HDRS" });
    expect(first).toEqual({ sizeBytes: 10 });
  });

  test("names of Object.prototype are not known", () => {
    expect(decodeMailParameters([{ keyword: "constructor", value: undefined }]).unknown).toHaveLength(1);
  });

  const seconds = fc.integer({ min: -999_999_999, max: 999_999_999 });
  const trace = fc.constantFrom({}, { trace: true as const });
  const known: fc.Arbitrary<MailParameters> = fc.record(
    {
      sizeBytes: fc.maxSafeNat(),
      body: fc.constantFrom("7BIT" as const, "8BITMIME" as const, "BINARYMIME" as const),
      smtputf8: fc.constant(true as const),
      auth: fc.constantFrom("", "a+b=c@d.example", "gr\u00fcn@x.example").map(reversePath),
      ret: fc.constantFrom("FULL" as const, "HDRS" as const),
      envid: fc.stringMatching(/^[ -~]{1,33}$/),
      requiretls: fc.constant(true as const),
      by: fc.oneof(
        fc.tuple(seconds, trace).map(([time, more]) => ({ seconds: time, mode: "N" as const, ...more })),
        fc.tuple(seconds, trace).map(([time, more]) => ({ seconds: Math.max(Math.abs(time), 1), mode: "R" as const, ...more })),
      ),
      mtPriority: fc.integer({ min: -9, max: 9 }),
      holdForSeconds: fc.integer({ min: 1, max: 999_999_999 }),
      holdUntil: fc
        .date({ min: new Date("0000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
        .map((date) => date.toISOString()),
      solicit: fc.array(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.:-]{0,9}$/), { minLength: 1, maxLength: 5 }),
    },
    { requiredKeys: [] },
  );

  test("are read as they were written, from the bytes of a command too", () => {
    fc.assert(
      fc.property(known, (value) => {
        const parameters = encodeMailParameters(value);
        expect(decodeMailParameters(parameters)).toEqual({ known: value, unknown: [], invalid: [] });
        const command: Command = { verb: "MAIL", path: reversePath("a@b"), parameters };
        expect(decodeCommand(encodeCommand(command))).toMatchObject({ command, deviations: [] });
      }),
    );
  });

  test.each<MailParameters>([
    { sizeBytes: -1 },
    { sizeBytes: 1.5 },
    { sizeBytes: Number.NaN },
    { sizeBytes: 2 ** 60 },
    { envid: "" },
    { envid: "a\nb" },
    { envid: "\u00fc" },
    { envid: "=".repeat(34) },
    { by: { seconds: 0, mode: "R" } },
    { by: { seconds: 1e9, mode: "N" } },
    { by: { seconds: 0.5, mode: "N" } },
    { mtPriority: 10 },
    { mtPriority: 0.5 },
    { holdForSeconds: 0 },
    { holdForSeconds: 1e9 },
    { holdUntil: "" },
    { holdUntil: "2026-01-01" },
    { holdUntil: "2026-01-01T00:00:00Z\r\nQUIT" },
    { solicit: [] },
    { solicit: ["a,b", "c d"] },
  ])("%j cannot be said", (value) => {
    expect(() => encodeMailParameters(value)).toThrow(expect.objectContaining({ side: "local", code: "bad-parameter" }));
  });
});
