// TOP (RFC 1939 section 7), cut out of a message on its way: the header, the empty line, and a number of lines of the body.

import { indexOfByte } from "@mailwire/wire";

const LF = 10;
const CR = 13;

/** The beginning of `message` that TOP sends, as views; the rest is not read. */
export async function* topLines(
  message: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  lines: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const cutter = new TopCutter(lines);
  for await (const chunk of message) {
    const end = cutter.take(chunk);
    yield chunk.subarray(0, end);
    if (cutter.done) return;
  }
}

/** Counts lines through chunks cut anywhere. */
class TopCutter {
  /** Lines of the body still to come; of the header nobody knows. */
  #left: number;
  #part: "header" | "body" = "header";
  /** Bytes of the unfinished line, and the last of them. */
  #lineBytes = 0;
  #lastByte = LF;

  constructor(lines: number) {
    this.#left = lines;
  }

  get done(): boolean {
    return this.#part === "body" && this.#left === 0;
  }

  /** How many bytes of `chunk` belong to the answer. */
  take(chunk: Uint8Array): number {
    let at = 0;
    while (!this.done) {
      const lf = indexOfByte(chunk, LF, at);
      if (lf === -1) {
        this.#lineBytes += chunk.length - at;
        this.#lastByte = chunk[chunk.length - 1] ?? this.#lastByte;
        return chunk.length;
      }
      const lineBytes = this.#lineBytes + lf - at;
      const lastByte = lf > at ? chunk[lf - 1] : this.#lastByte;
      this.#lineBytes = 0;
      at = lf + 1;
      if (this.#part === "body") this.#left -= 1;
      else if (lineBytes === 0 || (lineBytes === 1 && lastByte === CR)) this.#part = "body";
    }
    return at;
  }
}
