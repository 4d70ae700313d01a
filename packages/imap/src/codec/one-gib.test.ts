import { describe, expect, test } from "vitest";
import { bytesOf } from "../../test/codec-driving.ts";
import { CommandDecoder, ResponseDecoder } from "./index.ts";

const CHUNK = new Uint8Array(64 * 1024).fill(65);
const SIZE = 1024 ** 3;
const MIB = 1024 ** 2;

interface Decoder {
  push(chunk: Uint8Array): void;
  next(): { readonly type: string } | undefined;
  readonly pending: number;
}

/** Pushes a literal of a GiB behind `head`; what came of it, and the most that was held beside the chunk. */
function pass(
  decoder: Decoder,
  head: string,
  end: string,
  take: (type: string) => void,
): { bytes: number; pending: number; memory: number; last: unknown } {
  const found = { bytes: 0, pending: 0, memory: 0, last: undefined as unknown };
  const push = (chunk: Uint8Array): void => {
    decoder.push(chunk);
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
      take(event.type);
      if ("bytes" in event && event.bytes instanceof Uint8Array) {
        found.bytes += event.bytes.length;
        // A view of what was pushed: nothing was copied.
        if (event.bytes.buffer !== chunk.buffer) throw new Error("copied");
      }
      found.last = event;
    }
    found.pending = Math.max(found.pending, decoder.pending);
  };
  push(bytesOf(head));
  const before = process.memoryUsage().arrayBuffers;
  for (let left = SIZE; left > 0; left -= CHUNK.length) {
    push(CHUNK);
    if (left % (64 * MIB) === 0) found.memory = Math.max(found.memory, process.memoryUsage().arrayBuffers - before);
  }
  push(bytesOf(end));
  return found;
}

describe("a literal of a GiB passes, and less than a MiB is held", () => {
  test("in FETCH", () => {
    const decoder = new ResponseDecoder();
    const { bytes, pending, memory, last } = pass(decoder, `* 1 FETCH (UID 7 BODY[] {${SIZE}}\r\n`, ")\r\n", () => undefined);
    expect(last).toMatchObject({ response: { type: "FETCH", items: [{ uid: 7 }, { data: { size: SIZE } }] } });
    expect(bytes).toBe(SIZE);
    expect(pending).toBeLessThan(100);
    expect(memory).toBeLessThan(MIB);
  });

  test.each(["APPEND x", "APPEND x CATENATE (URL u TEXT"])("in %s", (verb) => {
    const decoder = new CommandDecoder({ maxAppendBytes: SIZE });
    const end = verb.includes("(") ? ")\r\n" : "\r\n";
    const { bytes, pending, memory, last } = pass(decoder, `a ${verb} {${SIZE}+}\r\n`, end, (type) => {
      if (type === "append") decoder.accept();
    });
    expect(last).toMatchObject({ type: "command", command: { name: "APPEND" } });
    expect(bytes).toBe(SIZE);
    expect(pending).toBeLessThan(100);
    expect(memory).toBeLessThan(MIB);
  });
});
