// How long the lines of a text are that passes by: RFC 5321 section 4.5.3.1.6 bounds them, and little else would notice.

import { indexOfByte } from "./byte-search.ts";
import { CR, LF } from "./line-scanner.ts";

/** Measures the lines of one text, given in chunks cut anywhere. LF ends a line, and so does the CRLF that it may be part of. */
export class LongestLine {
  /** Of the lines that have ended. */
  #longest = 0;
  /** Of the line that has not, as far as earlier chunks have it. */
  #openBytes = 0;
  #lastByte: number | undefined;

  /** Length of the longest line so far, without its line end. A CR that nothing follows yet counts as part of one. */
  get bytes(): number {
    return this.#longer(this.#openBytes, this.#lastByte);
  }

  /** Takes the next chunk. */
  measure(chunk: Uint8Array): void {
    const { length } = chunk;
    if (length === 0) return;
    let start = 0;
    for (let lf = indexOfByte(chunk, LF); lf !== -1; lf = indexOfByte(chunk, LF, start)) {
      this.#longest = this.#longer(this.#openBytes + lf - start, lf === 0 ? this.#lastByte : chunk[lf - 1]);
      this.#openBytes = 0;
      start = lf + 1;
    }
    this.#openBytes += length - start;
    this.#lastByte = chunk[length - 1];
  }

  #longer(lineBytes: number, lastByte: number | undefined): number {
    return Math.max(this.#longest, lastByte === CR ? lineBytes - 1 : lineBytes);
  }
}
