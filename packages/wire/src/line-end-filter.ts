// Line ends of a body that is counted, not dot-stuffed (SMTP's BDAT, RFC 3030 section 2; IMAP's APPEND): CR and LF only as CRLF.

import { AFTER_CR, AT_LINE_START, bareLineEnd, CR, DOT, IN_TEXT, LF, type LineEndPolicy, LineScanner } from "./line-scanner.ts";
import { type Emit, RunWriter } from "./run-writer.ts";

/** Holds a body, cut anywhere, to a {@link LineEndPolicy}. One filter serves one body. */
export class LineEndFilter {
  readonly #policy: LineEndPolicy;
  readonly #side: "remote" | "local";
  readonly #scanner: LineScanner;
  readonly #writer = new RunWriter();
  /** Bytes of the body in earlier chunks. */
  #offset = 0;

  /** `side` is whose body it is, for the errors. */
  constructor(policy: LineEndPolicy, side: "remote" | "local") {
    this.#policy = policy;
    this.#side = side;
    this.#scanner = new LineScanner(policy);
  }

  /**
   * Passes on the next piece, as views of it where nothing changes. Under the policy `reject` a bare CR or LF throws a `ProtocolError`
   * (`bare-cr`, `bare-lf`, with its offset in the body), after which the filter is of no use.
   */
  filter(chunk: Uint8Array, emit: Emit): void {
    const { length } = chunk;
    this.#scanner.nextChunk();
    for (let at = 0; at < length;) {
      const start = at;
      at = this.#scanner.endOfPlain(chunk, start);
      this.#writer.run(chunk, start, at, emit);
      if (at < length) at = this.#mend(chunk, at, emit);
    }
    this.#writer.flush(emit);
    this.#offset += length;
  }

  /** Ends the body: a CR as its last byte is a bare one. */
  finish(emit: Emit): void {
    if (this.#scanner.place !== AFTER_CR || this.#policy === "keep") return;
    if (this.#policy === "reject") throw bareLineEnd(this.#side, "bare-cr", this.#offset - 1);
    this.#writer.byte(LF, emit);
    this.#writer.flush(emit);
  }

  /** Handles the byte at `at`, at which the scanner stopped, and returns where to go on. */
  #mend(chunk: Uint8Array, at: number, emit: Emit): number {
    const scanner = this.#scanner;
    if (scanner.place === AFTER_CR) {
      if (this.#policy === "reject") throw bareLineEnd(this.#side, "bare-cr", this.#offset + at - 1);
      this.#writer.byte(LF, emit);
      scanner.place = AT_LINE_START;
      return at;
    }
    if (chunk[at] === DOT) {
      this.#writer.byte(DOT, emit);
      scanner.place = IN_TEXT;
      return at + 1;
    }
    if (this.#policy === "reject") throw bareLineEnd(this.#side, "bare-lf", this.#offset + at);
    this.#writer.byte(CR, emit);
    this.#writer.byte(LF, emit);
    scanner.place = AT_LINE_START;
    return at + 1;
  }
}
