import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "@mailwire/wire";
import { equalBytes } from "./equal-bytes.ts";

test.each([
  ["", "", true],
  ["secret", "secret", true],
  ["secret", "secreT", false],
  ["secret", "secre", false],
  ["secre", "secret", false],
  ["", "s", false],
  ["secret\0", "secret", false],
  ["secret", "secret\0", false],
])("%j and %j: %s", (expected, actual, equal) => {
  expect(equalBytes(utf8(expected), utf8(actual))).toBe(equal);
});

test("agrees with comparison byte by byte", () => {
  const short = fc.uint8Array({ maxLength: 3, max: 2 });
  fc.assert(fc.property(short, short, (a, b) => equalBytes(a, b) === (a.join() === b.join())));
});
