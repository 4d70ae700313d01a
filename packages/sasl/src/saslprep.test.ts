import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { saslprep } from "./saslprep.ts";

test.each([
  ["SOFT HYPHEN mapped to nothing", "I\u00adX", "IX"],
  ["no transformation", "user", "user"],
  ["case preserved", "USER", "USER"],
  ["output is NFKC", "\u00aa", "a"],
  ["output is NFKC", "\u2168", "IX"],
  ["prohibited character", "\u0007", undefined],
  ["bidirectional check", "\u0627\u0031", undefined],
])("RFC 4013 section 3: %s: %j becomes %j", (_, text, prepared) => {
  expect(saslprep(text, "stored")).toBe(prepared);
  expect(saslprep(text, "query")).toBe(prepared);
});

test.each([
  ["nothing", "", ""],
  ["only what is mapped to nothing", "\u00ad\u200d", ""],
  ["spaces, which stay", "a  b", "a  b"],
  ["a space that is not ASCII", "a\u00a0b\u3000c", "a b c"],
  ["ZERO WIDTH SPACE, which RFC 3454 lists as a space and as nothing", "a\u200bb", "a b"],
  ["a letter and its accent", "e\u0301", "\u00e9"],
  ["a letter beyond U+FFFF", "\u{10400}", "\u{10400}"],
  ["an ideograph whose decomposition Unicode 4.0 corrected", "\u{2f868}", "\u36fc"],
  ["DELETE", "\u007f", undefined],
  ["private use", "\ue000", undefined],
  ["a lone surrogate", "a\ud800", undefined],
  ["a lone low surrogate", "\udc00a", undefined],
  ["right-to-left letters around digits", "\u06271\u0628", "\u06271\u0628"],
  ["right-to-left letters around a left-to-right one", "\u0627a\u0628", undefined],
  ["a right-to-left letter last only", "1\u0628", undefined],
  ["the last character of all", "\u{10ffff}", undefined],
])("%s", (_, text, prepared) => {
  expect(saslprep(text, "stored")).toBe(prepared);
});

describe("characters that Unicode 3.2 does not know", () => {
  test.each([
    ["an emoji of Unicode 6", "\u{1f600}"],
    ["SQUARE ERA NAME REIWA, which Unicode 12.1 decomposes into two ideographs", "\u32ff"],
    ["a right-to-left letter of Unicode 9 beside a left-to-right one", "a\u{1e900}"],
    ["BALINESE VOWEL SIGN TEDUNG, which Unicode 5 composes with the letter before it", "\u1b05\u1b35"],
    ["a combining mark of Unicode 4.1, which now sorts behind the cedilla", "a\u0358\u0327"],
  ])("%s: refused when stored, untouched in a query", (_, text) => {
    expect(saslprep(text, "stored")).toBeUndefined();
    expect(saslprep(text, "query")).toBe(text);
  });

  test("what stands on both sides of one is still prepared", () => {
    expect(saslprep("\u2168\u{1f600}e\u0301", "query")).toBe("IX\u{1f600}\u00e9");
  });
});

/** Made by scripts/saslprep-table.py: what Python's `stringprep` (Unicode 3.2) says of each code point, one digest for each block of them. */
const oracle = JSON.parse(readFileSync(new URL("./saslprep-oracle.json", import.meta.url), "utf8")) as {
  blockSize: number;
  digests: string[];
};

test("agrees with Python's stringprep on all code points", async () => {
  const differing: string[] = [];
  for (const [block, digest] of oracle.digests.entries()) {
    const start = block * oracle.blockSize;
    if ((await blockDigest(start)) !== digest) differing.push(start.toString(16));
  }
  expect(oracle.digests.length * oracle.blockSize).toBe(0x110000);
  expect(differing).toEqual([]);
});

/** Each code point as a stored string; then, where it is refused, as a query, else between right-to-left letters and after another. */
async function blockDigest(start: number): Promise<string> {
  const lines: string[] = [];
  for (let codePoint = start; codePoint < start + oracle.blockSize; codePoint += 1) {
    const character = String.fromCodePoint(codePoint);
    const stored = saslprep(character, "stored");
    const results =
      stored === undefined
        ? [stored, saslprep(character, "query")]
        : [stored, saslprep(`\u0627${character}\u0627`, "stored"), saslprep(`a${character}`, "stored")];
    for (const result of results) lines.push(result === undefined ? "-" : `+${result}`);
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines.join("\n"))));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

test("what is prepared stays as it is when prepared again, and a query allows all that a stored string does", () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom("\u0627", "\u00ad", "\u00a0", "\u0301", "\u2168"), fc.string({ unit: "binary", minLength: 1 })),
  });
  fc.assert(
    fc.property(text, (original) => {
      const query = saslprep(original, "query");
      return query === undefined || saslprep(query, "query") === query;
    }),
  );
  fc.assert(
    fc.property(text, (original) => {
      const stored = saslprep(original, "stored");
      return stored === undefined || saslprep(original, "query") === stored;
    }),
  );
});
