import fc from "fast-check";
import { expect, test } from "vitest";
import { LongestLine } from "./longest-line.ts";
import { fromLatin1 } from "./text.ts";

/** Longest of all lines of `text`, by taking it apart. */
function longestOf(text: string): number {
  return Math.max(...text.split(/\r?\n|\r$/).map(({ length }) => length));
}

function measured(...chunks: readonly string[]): number {
  const lines = new LongestLine();
  for (const chunk of chunks) lines.measure(fromLatin1(chunk));
  return lines.bytes;
}

test.each([
  ["nothing", [], 0],
  ["an empty chunk", [""], 0],
  ["empty lines", ["\r\n", "\n\r\n"], 0],
  ["a line that has not ended", ["ab\r\nabc"], 3],
  ["the last line, when it is the longest", ["ab\r\nabc\r\n"], 3],
  ["the first line, when it is the longest", ["abc\r\nab\r\n"], 3],
  ["a line over many chunks", ["x\r\na", "b", "", "c", "d\r\nx"], 4],
  ["a line end over two chunks", ["abc\r", "\n", "ab\r\n"], 3],
  ["many lines of one length, and one that is longer by one", ["abcd\r\nabcd\r\na\r\nbc\r\nabcde\r\nabcd\r\n"], 5],
  ["bare line ends: LF ends a line, CR does not", ["ab\nabc\rd"], 5],
] as const)("%s", (_, chunks, bytes) => {
  expect(measured(...chunks)).toBe(bytes);
});

test("what it says is the longest line of all that came, however that is cut", () => {
  const text = fc
    .array(fc.constantFrom("\r\n", "\r", "\n", "a", "bcd", "a line\r\n", "another\r\n", "longest\n"), { maxLength: 60 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), (chunks) => {
      const lines = new LongestLine();
      let before = 0;
      for (const [at, chunk] of chunks.entries()) {
        lines.measure(fromLatin1(chunk));
        expect(lines.bytes).toBe(longestOf(chunks.slice(0, at + 1).join("")));
        expect(lines.bytes).toBeGreaterThanOrEqual(before);
        before = lines.bytes;
      }
    }),
  );
});
