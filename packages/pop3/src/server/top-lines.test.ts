import fc from "fast-check";
import { expect, test } from "vitest";
import { latin1, utf8 } from "@mailwire/wire";
import { topLines } from "./top-lines.ts";

/** The beginning of a message given in pieces. */
async function top(pieces: readonly string[], lines: number): Promise<string> {
  let all = "";
  for await (const chunk of topLines(pieces.map(utf8), lines)) all += latin1(chunk);
  return all;
}

test.each([
  [0, "A: b\r\n\r\n"],
  [1, "A: b\r\n\r\none\r\n"],
  [2, "A: b\r\n\r\none\r\n\r\n"],
  [3, "A: b\r\n\r\none\r\n\r\nthree"],
  [9, "A: b\r\n\r\none\r\n\r\nthree"],
])("%d lines", async (lines, expected) => {
  expect(await top(["A: b\r\n\r\none\r\n\r\nthree"], lines)).toBe(expected);
});

test.each([
  ["no header", "\r\nbody\r\n", "\r\n"],
  ["no body", "A: b\r\n", "A: b\r\n"],
  ["bare LF", "A: b\n\nbody\n", "A: b\n\n"],
  ["a blank in the empty line is none", "A: b\r\n \r\nC: d\r\n\r\nbody", "A: b\r\n \r\nC: d\r\n\r\n"],
  ["bare CR is no line", "A: b\r\r\nC: d\r\n\r\nbody", "A: b\r\r\nC: d\r\n\r\n"],
  ["nothing", "", ""],
])("%s", async (_, message, expected) => {
  expect(await top([message], 0)).toBe(expected);
});

test("wherever it is cut, it gives the same", async () => {
  const message = fc.string({ unit: fc.constantFrom("a", "\r", "\n", "\r\n", "\r\n\r\n"), maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(message, fc.nat({ max: 4 }), async (text, lines) => {
      const whole = await top([text], lines);
      for (let at = 0; at <= text.length; at += 1) expect(await top([text.slice(0, at), text.slice(at)], lines)).toBe(whole);
      expect(await top(Array.from(text), lines)).toBe(whole);
      expect(text.startsWith(whole)).toBe(true);
    }),
  );
});

test("what is not sent is not read", async () => {
  let read = 0;
  function* endless(): Generator<Uint8Array> {
    for (;;) {
      read += 1;
      yield utf8("\r\n");
    }
  }
  let chunks = 0;
  for await (const chunk of topLines(endless(), 5)) chunks += chunk.length / 2;
  expect([chunks, read]).toEqual([6, 6]);
});
