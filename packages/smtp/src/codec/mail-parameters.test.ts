import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeMailParameters,
  decodeXtext,
  encodeMailParameters,
  encodeXtext,
  type MailParameters,
  parameter,
  reversePath,
} from "./index.ts";

describe("MAIL parameters", () => {
  test("say what they say", () => {
    const given = [
      parameter("SIZE", "10"),
      parameter("BODY", "8bitmime"),
      parameter("SMTPUTF8"),
      parameter("AUTH", "a+40b@c"),
      parameter("RET", "HDRS"),
    ];
    expect(decodeMailParameters(given)).toEqual({
      known: { sizeBytes: 10, body: "8BITMIME", smtputf8: true },
      unknown: [parameter("RET", "HDRS")],
      invalid: [parameter("AUTH", "a+40b@c")],
    });
    expect(decodeMailParameters([parameter("AUTH", "a+2Bb@c"), parameter("SIZE", "1"), parameter("SIZE", "2")]).known).toEqual({
      auth: "a+b@c",
      sizeBytes: 2,
    });
    expect(decodeMailParameters([parameter("AUTH", "<>")]).known).toEqual({ auth: "" });
  });

  test.each([
    parameter("SIZE"),
    parameter("SIZE", "-1"),
    parameter("SIZE", "123456789012345678901"),
    parameter("BODY", "BINARYMIME"),
    parameter("BODY"),
    parameter("SMTPUTF8", "yes"),
    parameter("AUTH"),
    parameter("AUTH", "+ZZ"),
  ])("%j means nothing", (given) => {
    expect(decodeMailParameters([given])).toEqual({ known: {}, unknown: [], invalid: [given] });
  });

  test("names of Object.prototype are not known", () => {
    expect(decodeMailParameters([{ keyword: "constructor", value: undefined }]).unknown).toHaveLength(1);
  });

  test("are read as they were written", () => {
    const known: fc.Arbitrary<MailParameters> = fc.record(
      {
        sizeBytes: fc.nat(),
        body: fc.constantFrom("7BIT" as const, "8BITMIME" as const),
        smtputf8: fc.constant(true as const),
        auth: fc.constantFrom("", "a+b=c@d.example", "grün@x.example").map(reversePath),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(known, (value) => {
        expect(decodeMailParameters(encodeMailParameters(value))).toEqual({ known: value, unknown: [], invalid: [] });
      }),
    );
  });

  test.each([-1, 1.5, Number.NaN, 2 ** 60])("a size of %d cannot be said", (sizeBytes) => {
    expect(() => encodeMailParameters({ sizeBytes })).toThrow(expect.objectContaining({ side: "local", code: "bad-parameter" }));
  });
});

describe("xtext", () => {
  test("carries any text", () => {
    expect(encodeXtext("a+b=c d")).toBe("a+2Bb+3Dc+20d");
    expect(decodeXtext("a+2bb")).toBe("a+b");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(decodeXtext(encodeXtext(text))).toBe(text);
      }),
    );
  });

  test.each(["a=b", "a+", "a+2", "a+2G", "a b"])("%j is none", (text) => {
    expect(decodeXtext(text)).toBeUndefined();
  });
});

describe("parameter", () => {
  test.each([
    ["", "x"],
    ["-A", "x"],
    ["A", ""],
    ["A", "b=c"],
    ["A", "b c"],
    ["A\r\n", "x"],
  ])("refuses %j=%j", (keyword, value) => {
    expect(() => parameter(keyword, value)).toThrow(expect.objectContaining({ side: "local", code: "bad-parameter" }));
  });
});
