// How long the lines of a message are in which it is sent, bare line ends made CRLF where that is asked for. RFC 5321 section 4.5.3.1.6.

import { LineEndFilter, type LineEndPolicy, LongestLine } from "@mailwire/wire";

/** Measures one message on its way. */
export class SentLines {
  readonly #lines = new LongestLine();
  /** Only `normalize` sends other lines than it is given. */
  readonly #filter: LineEndFilter | undefined;

  constructor(policy: LineEndPolicy) {
    this.#filter = policy === "normalize" ? new LineEndFilter(policy, "local") : undefined;
  }

  /** Length of the longest so far, without its line end. */
  get longestBytes(): number {
    return this.#lines.bytes;
  }

  /** Takes the next piece of the message as its source gave it. */
  measure(piece: Uint8Array): void {
    if (this.#filter === undefined) this.#lines.measure(piece);
    else this.#filter.filter(piece, (view) => this.#lines.measure(view));
  }
}
