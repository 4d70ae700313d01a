import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeXtext, encodeXtext, parameter } from "./index.ts";

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
