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
      start = this.#skipShorter(chunk, lf + 1);
    }
    this.#openBytes += length - start;
    this.#lastByte = chunk[length - 1];
  }

  /**
   * Goes on from `start`, where a line begins, to the beginning of one that may be longer than the longest. Where a line end lies no further away than
   * the longest line is long, all lines up to it are no longer, so that most are never looked at.
   */
  #skipShorter(chunk: Uint8Array, start: number): number {
    const { length } = chunk;
    const longest = this.#longest;
    for (let at = start; ;) {
      const reach = at + longest + 1;
      // Prose and base64 are broken at a column: most often a line is as long as the longest.
      if (reach < length && chunk[reach] === LF && chunk[reach - 1] === CR) at = reach + 1;
      else {
        let lf = Math.min(reach, length) - 1;
        while (lf >= at && chunk[lf] !== LF) lf -= 1;
        if (lf < at) return at;
        at = lf + 1;
      }
    }
  }

  #longer(lineBytes: number, lastByte: number | undefined): number {
    return Math.max(this.#longest, lastByte === CR ? lineBytes - 1 : lineBytes);
  }
}
