import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReceiveBuffer } from "./receive-buffer.ts";
import { fromLatin1, latin1 } from "./text.ts";

const LONG = 100;

/** A chunk too long to be gathered with others. */
function chunkOf(letter: string): Uint8Array {
  return fromLatin1(letter.repeat(LONG));
}

describe("taking", () => {
  test("what lies in one chunk is a view of that chunk's memory", () => {
    const buffer = new ReceiveBuffer();
    const chunk = fromLatin1("EHLO here\r\nNOOP\r\n");
    buffer.push(chunk);
    const line = buffer.take(11);
    expect(latin1(line)).toBe("EHLO here\r\n");
    expect(line.buffer).toBe(chunk.buffer);
    const rest = buffer.take(6);
    expect(latin1(rest)).toBe("NOOP\r\n");
    expect(rest.buffer).toBe(chunk.buffer);
  });

  test("what lies across chunks is joined", () => {
    const buffer = new ReceiveBuffer();
    for (const letter of "abc") buffer.push(chunkOf(letter));
    expect(latin1(buffer.take(LONG + 1))).toBe("a".repeat(LONG) + "b");
    expect(latin1(buffer.take(2 * LONG - 1))).toBe("b".repeat(LONG - 1) + "c".repeat(LONG));
    expect(buffer.length).toBe(0);
  });

  test("chunk by chunk nothing is copied", () => {
    const buffer = new ReceiveBuffer();
    const chunks = [chunkOf("a"), chunkOf("b"), chunkOf("c")];
    for (const chunk of chunks) buffer.push(chunk);
    buffer.takeChunk(1);
    for (const chunk of chunks) expect(buffer.takeChunk(Infinity).buffer).toBe(chunk.buffer);
    expect(buffer.takeChunk(10)).toHaveLength(0);
  });

  test("a chunk without bytes changes nothing", () => {
    const buffer = new ReceiveBuffer();
    buffer.push(new Uint8Array(0));
    expect(buffer.length).toBe(0);
    expect(buffer.peekChunk()).toHaveLength(0);
  });

  test("a Buffer goes in, plain bytes come out", () => {
    const buffer = new ReceiveBuffer();
    buffer.push(Buffer.from("abc"));
    expect(buffer.take(3)).toEqual(fromLatin1("abc"));
  });

  test.each([4, -1, Number.NaN, 0.5])("taking %d of three bytes is the caller's mistake", (count) => {
    const buffer = new ReceiveBuffer();
    buffer.push(fromLatin1("abc"));
    expect(() => buffer.take(count)).toThrow(expect.objectContaining({ side: "local", code: "bad-count" }));
    expect(buffer.length).toBe(3);
  });

  test.each([-1, Number.NaN])("so is taking a chunk of at most %d bytes", (max) => {
    expect(() => new ReceiveBuffer().takeChunk(max)).toThrow(expect.objectContaining({ side: "local", code: "bad-count" }));
  });
});

describe("crumbs", () => {
  test("behind waiting bytes they are gathered, so that memory follows the bytes and not the number of chunks", () => {
    const buffer = new ReceiveBuffer();
    for (let count = 0; count < 10_000; count += 1) buffer.push(Uint8Array.of(0x61));
    let chunks = 0;
    while (buffer.takeChunk(Infinity).length > 0) chunks += 1;
    expect(chunks).toBeLessThan(20);
  });

  test("what was taken stays as it was when more crumbs come", () => {
    const buffer = new ReceiveBuffer();
    for (const letter of "abcd") buffer.push(fromLatin1(letter));
    buffer.take(1);
    const taken = buffer.take(2);
    for (const letter of "efg") buffer.push(fromLatin1(letter));
    expect(latin1(taken)).toBe("bc");
    expect(latin1(buffer.take(4))).toBe("defg");
  });

  test("a long chunk between crumbs keeps its place", () => {
    const buffer = new ReceiveBuffer();
    for (const chunk of [fromLatin1("a"), fromLatin1("b"), chunkOf("c"), fromLatin1("d"), fromLatin1("e")]) buffer.push(chunk);
    expect(latin1(buffer.take(buffer.length))).toBe(`ab${"c".repeat(LONG)}de`);
  });
});

describe("searching", () => {
  test("bytes once searched are not searched again", () => {
    const buffer = new ReceiveBuffer();
    const chunk = chunkOf("a");
    buffer.push(chunk);
    expect(buffer.indexOfLf()).toBe(-1);
    chunk[5] = 10;
    expect(buffer.indexOfLf()).toBe(-1);
    buffer.push(fromLatin1("b\n"));
    expect(buffer.indexOfLf()).toBe(LONG + 1);
  });

  test("the answer counts from the first waiting byte", () => {
    const buffer = new ReceiveBuffer();
    buffer.push(fromLatin1("a\nbc\n"));
    expect(buffer.indexOfLf()).toBe(1);
    buffer.take(2);
    expect(buffer.indexOfLf()).toBe(2);
    expect(buffer.offset).toBe(2);
  });

  test("after clear nothing waits, and the offset has moved on", () => {
    const buffer = new ReceiveBuffer();
    buffer.push(chunkOf("a"));
    buffer.push(chunkOf("b"));
    buffer.indexOfLf();
    buffer.take(3);
    buffer.clear();
    expect([buffer.length, buffer.offset, buffer.indexOfLf(), buffer.peek(0)]).toEqual([0, 2 * LONG, -1, -1]);
    buffer.push(fromLatin1("c\n"));
    expect(buffer.indexOfLf()).toBe(1);
  });
});

/** What the buffer answered, and what the plain array beside it says. */
type Answers = readonly [actual: unknown, expected: unknown];

/** The buffer and a plain array that it must agree with. */
class Twin {
  readonly #buffer = new ReceiveBuffer();
  #model = new Uint8Array(0);
  #offset = 0;

  push(bytes: Uint8Array): Answers {
    this.#buffer.push(bytes);
    this.#model = Uint8Array.from([...this.#model, ...bytes]);
    return [this.#buffer.length, this.#model.length];
  }

  take(count: number): Answers {
    const possible = Math.min(count, this.#model.length);
    return [this.#buffer.take(possible), this.#drop(possible)];
  }

  takeChunk(max: number): Answers {
    const isSomething = max > 0 && this.#model.length > 0;
    const chunk = this.#buffer.takeChunk(max);
    return [
      [chunk, chunk.length > 0, chunk.length <= max],
      [this.#drop(chunk.length), isSomething, true],
    ];
  }

  clear(): Answers {
    this.#buffer.clear();
    this.#drop(this.#model.length);
    return [this.#buffer.length, 0];
  }

  search(): Answers {
    return [this.#buffer.indexOfLf(), this.#model.indexOf(10)];
  }

  look(index: number): Answers {
    const first = this.#buffer.peekChunk();
    return [
      [this.#buffer.length, this.#buffer.offset, this.#buffer.peek(index), this.#buffer.peek(-1), first],
      [this.#model.length, this.#offset, this.#model[index] ?? -1, -1, this.#model.slice(0, first.length)],
    ];
  }

  #drop(count: number): Uint8Array {
    const dropped = this.#model.slice(0, count);
    this.#model = this.#model.slice(count);
    this.#offset += count;
    return dropped;
  }
}

test("any sequence of calls answers as one array of bytes would", () => {
  const bytes = fc.oneof(fc.uint8Array({ max: 14, maxLength: 150 }), fc.uint8Array({ max: 14, maxLength: 3 }));
  const step = fc.oneof(
    bytes.map((chunk) => (twin: Twin) => twin.push(chunk)),
    fc.nat(120).map((count) => (twin: Twin) => twin.take(count)),
    fc.nat(120).map((max) => (twin: Twin) => twin.takeChunk(max)),
    fc.nat(120).map((index) => (twin: Twin) => twin.look(index)),
    fc.constant((twin: Twin) => twin.search()),
    fc.constant((twin: Twin) => twin.clear()),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const twin = new Twin();
      for (const run of steps) {
        for (const [actual, expected] of [run(twin), twin.look(0)]) expect(actual).toEqual(expected);
      }
    }),
    { numRuns: 500 },
  );
});
