// Dot-stuffing, the receiving side: RFC 5321 section 4.5.2, RFC 1939 section 3. Data ends at CRLF "." CRLF and nowhere else, and
// only a dot behind a true CRLF is taken away: anything looser lets a sender smuggle messages past the next server.

import { keepOne } from "./keep-one.ts";
import { AFTER_CR, AT_LINE_START, bareLineEnd, CR, IN_TEXT, LF, type LineEndPolicy, LineScanner } from "./line-scanner.ts";
import { type Emit, RunWriter } from "./run-writer.ts";

/** Behind the dot that began a line: these two places the scanner does not know. */
const AFTER_DOT = 3;
/** Behind CRLF "." CR: the CR is held back until the next byte tells whether data ended. */
const AFTER_DOT_CR = 4;
/** Behind CRLF "." CRLF. */
const AFTER_END = 5;

/** Gives back the body that a `DotEncoder` made, from chunks cut anywhere. One decoder serves one body. */
export class DotDecoder {
  readonly #policy: LineEndPolicy;
  readonly #scanner: LineScanner;
  readonly #writer = new RunWriter();
  /** Bytes of the data in earlier chunks. */
  #offset = 0;

  constructor(policy: LineEndPolicy = "reject") {
    keepOne(DotDecoder);
    this.#policy = policy;
    this.#scanner = new LineScanner(policy);
  }

  /** True once the end of data was read. */
  get done(): boolean {
    return this.#scanner.place === AFTER_END;
  }

  /**
   * Decodes up to the end of data and returns how many bytes of `chunk` that took; what follows them is not the body's.
   * Under the policy `reject` a bare CR or LF throws a remote `ProtocolError` (`bare-cr`, `bare-lf`, with its offset in the data),
   * after which the decoder is of no use.
   */
  decode(chunk: Uint8Array, emit: Emit): number {
    const { length } = chunk;
    const scanner = this.#scanner;
    let at = 0;
    scanner.nextChunk();
    while (at < length && scanner.place !== AFTER_END) {
      if (scanner.place <= AT_LINE_START) {
        const start = at;
        at = scanner.endOfPlain(chunk, start);
        this.#writer.run(chunk, start, at, emit);
      }
      if (at < length) at = this.#unstuff(chunk, at, emit);
    }
    this.#writer.flush(emit);
    this.#offset += at;
    return at;
  }

  /** Handles what needs thought at `at` and returns where to go on. */
  #unstuff(chunk: Uint8Array, at: number, emit: Emit): number {
    const scanner = this.#scanner;
    const byte = chunk[at];
    switch (scanner.place) {
      case AFTER_DOT:
        scanner.place = byte === CR ? AFTER_DOT_CR : IN_TEXT;
        return byte === CR ? at + 1 : at;
      case AFTER_DOT_CR:
        if (byte === LF) {
          scanner.place = AFTER_END;
          return at + 1;
        }
        this.#writer.byte(CR, emit);
        scanner.place = AFTER_CR;
        return at;
      case AFTER_CR:
        if (this.#policy === "reject") throw bareLineEnd("remote", "bare-cr", this.#offset + at - 1);
        this.#writer.byte(LF, emit);
        // CRLF made of a bare CR is a line end for the reader, but not for the dot that may follow.
        scanner.place = IN_TEXT;
        return at;
      default:
        if (byte !== LF) {
          scanner.place = AFTER_DOT;
          return at + 1;
        }
        if (this.#policy === "reject") throw bareLineEnd("remote", "bare-lf", this.#offset + at);
        this.#writer.byte(CR, emit);
        this.#writer.byte(LF, emit);
        scanner.place = IN_TEXT;
        return at + 1;
    }
  }
}
