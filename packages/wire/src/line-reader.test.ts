import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Line, LineReader } from "./line-reader.ts";
import { ReceiveBuffer } from "./receive-buffer.ts";
import { fromLatin1, latin1 } from "./text.ts";

function readAll(chunks: readonly Uint8Array[], maxLineBytes: number): Line[] {
  const buffer = new ReceiveBuffer();
  const reader = new LineReader(buffer, { maxLineBytes });
  const lines: Line[] = [];
  for (const chunk of chunks) {
    buffer.push(chunk);
    for (let line = reader.read(); line !== undefined; line = reader.read()) lines.push(line);
    expect(reader.pending).toBeLessThanOrEqual(maxLineBytes);
  }
  return lines;
}

function show(line: Line): object {
  return { bytes: latin1(line.bytes), raw: latin1(line.raw), offset: line.offset, defects: line.defects };
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe("what is read", () => {
  test.each([
    ["EHLO a\r\n", { bytes: "EHLO a", defects: [] }],
    ["\r\n", { bytes: "", defects: [] }],
    ["QUIT\n", { bytes: "QUIT", defects: ["bare-lf"] }],
    ["\n", { bytes: "", defects: ["bare-lf"] }],
    ["a\rb\r\n", { bytes: "a\rb", defects: ["bare-cr"] }],
    ["a\r\r\n", { bytes: "a\r", defects: ["bare-cr"] }],
    ["a\0b\r\n", { bytes: "a\0b", defects: ["nul"] }],
    ["\0\rb\n", { bytes: "\0\rb", defects: ["bare-lf", "bare-cr", "nul"] }],
  ])("%j", (wire, expected) => {
    expect(readAll([fromLatin1(wire)], 20).map(show)).toEqual([{ ...expected, raw: wire, offset: 0 }]);
  });

  test("lines follow each other, each with its offset, as views of the chunk", () => {
    const chunk = fromLatin1("one\r\ntwo\nthr");
    const lines = readAll([chunk, fromLatin1("ee\r\n")], 20);
    expect(lines.map((line) => [latin1(line.bytes), line.offset])).toEqual([
      ["one", 0],
      ["two", 5],
      ["three", 9],
    ]);
    expect(lines.map((line) => line.raw.buffer === chunk.buffer)).toEqual([true, true, false]);
  });

  test("an unfinished line is pending, not read", () => {
    const buffer = new ReceiveBuffer();
    const reader = new LineReader(buffer, { maxLineBytes: 20 });
    buffer.push(fromLatin1("NOO"));
    expect(reader.read()).toBeUndefined();
    expect(reader.pending).toBe(3);
  });
});

describe("the limit", () => {
  test("counts the line end", () => {
    expect(readAll([fromLatin1("12345678\r\n")], 10).map(show)).toEqual([
      { bytes: "12345678", raw: "12345678\r\n", offset: 0, defects: [] },
    ]);
    expect(readAll([fromLatin1("123456789\r\n")], 10).map(show)).toEqual([
      { bytes: "123456789\r", raw: "123456789\r", offset: 0, defects: ["too-long"] },
    ]);
  });

  test.each([
    ["0123456789ab\r\n", ["too-long"]],
    ["0123456789\n", ["too-long", "bare-lf"]],
    ["0123\r56789ab\r\n", ["too-long", "bare-cr"]],
    ["01\x003456789\n", ["too-long", "bare-lf", "nul"]],
    ["012345678\rx\n", ["too-long", "bare-lf"]],
  ])("%j gives its first bytes once its end has come, and the next line is read as ever", (wire, defects) => {
    const lines = readAll([fromLatin1(`${wire}NOOP\r\n`)], 10).map(show);
    expect(lines).toEqual([
      { bytes: wire.slice(0, 10), raw: wire.slice(0, 10), offset: 0, defects },
      { bytes: "NOOP", raw: "NOOP\r\n", offset: wire.length, defects: [] },
    ]);
  });

  test("holds no more than the limit of an endless line", () => {
    const buffer = new ReceiveBuffer();
    const reader = new LineReader(buffer, { maxLineBytes: 100 });
    for (let count = 0; count < 1000; count += 1) {
      buffer.push(fromLatin1("a".repeat(99)));
      expect(reader.read()).toBeUndefined();
      expect(reader.pending).toBeLessThanOrEqual(100);
    }
    buffer.push(fromLatin1("\r\n"));
    expect(reader.read()?.defects).toEqual(["too-long"]);
    expect(reader.pending).toBe(0);
  });

  test("may change between lines", () => {
    const buffer = new ReceiveBuffer();
    const reader = new LineReader(buffer, { maxLineBytes: 4 });
    buffer.push(fromLatin1("123456\r\n123456\r\n"));
    expect(reader.read()?.defects).toEqual(["too-long"]);
    reader.maxLineBytes = 8;
    expect(reader.read()?.defects).toEqual([]);
  });

  test.each([0, -1, Number.NaN])("cannot be %d", (maxLineBytes) => {
    expect(() => new LineReader(new ReceiveBuffer(), { maxLineBytes })).toThrow(
      expect.objectContaining({ side: "local", code: "bad-limit" }),
    );
  });
});

const texts = fc
  .array(fc.constantFrom("\r", "\n", "\r\n", "\0", "a", "bcdefgh", "i".repeat(70)), { maxLength: 40 })
  .map((pieces) => pieces.join(""));

test("cutting the input anywhere never changes the lines", () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(), { maxLength: 12 }), fc.integer({ min: 1, max: 120 }), (text, cuts, max) => {
      const bytes = fromLatin1(text);
      const whole = readAll([bytes], max).map(show);
      expect(readAll(cutAt(bytes, cuts), max).map(show)).toEqual(whole);
      expect(
        readAll(
          Array.from(bytes, (byte) => Uint8Array.of(byte)),
          max,
        ).map(show),
      ).toEqual(whole);
    }),
  );
});

test("the lines that fit, joined with their ends, are the input up to its last LF", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const raw = readAll([fromLatin1(text)], text.length + 1).map((line) => latin1(line.raw));
      expect(raw.join("")).toBe(text.slice(0, text.lastIndexOf("\n") + 1));
    }),
  );
});
