// Prints lines to an output whose reader may be slow: what it is behind with is bounded, and lines beyond that are counted instead.

import type { Writable } from "node:stream";

/** More than any burst of sessions says at once. */
const MAX_UNREAD_BYTES = 1_048_576;

/** A log on an output. */
export class LogOutput {
  readonly #output: Writable;
  #leftOut = 0;

  constructor(output: Writable) {
    this.#output = output;
  }

  /** Prints a line, or leaves it out while too much is unread; how many were left out is told before the next line. */
  readonly print = (line: string): void => {
    if (this.#output.writableLength > MAX_UNREAD_BYTES) {
      this.#leftOut += 1;
      return;
    }
    if (this.#leftOut > 0) this.#output.write(`(${this.#leftOut} lines are left out here)\n`);
    this.#leftOut = 0;
    this.#output.write(`${line}\n`);
  };
}
