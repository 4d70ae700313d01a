// Dot-stuffing, the sending side: RFC 5321 section 4.5.2, RFC 1939 section 3. Long runs of bytes leave as the views they came in.
//
//   mail-data = *(line CRLF) "." CRLF      a line that begins with "." gets one more "." in front

import { keepOne } from "./keep-one.ts";
import { AFTER_CR, AT_LINE_START, bareLineEnd, CR, DOT, IN_TEXT, LF, type LineEndPolicy, LineScanner } from "./line-scanner.ts";
import { type Emit, RunWriter } from "./run-writer.ts";

const END_OF_DATA = Uint8Array.of(DOT, CR, LF);
const LF_END_OF_DATA = Uint8Array.of(LF, DOT, CR, LF);
const CRLF_END_OF_DATA = Uint8Array.of(CR, LF, DOT, CR, LF);

/**
 * Makes a message body, cut anywhere, into what SMTP's DATA or a POP3 multi-line response carries: dots stuffed, CRLF at the end,
 * then the line with the single dot. One encoder serves one body.
 */
export class DotEncoder {
  readonly #policy: LineEndPolicy;
  readonly #scanner: LineScanner;
  readonly #writer = new RunWriter();
  /** Bytes of the body in earlier chunks. */
  #offset = 0;

  constructor(policy: LineEndPolicy = "reject") {
    keepOne(DotEncoder);
    this.#policy = policy;
    this.#scanner = new LineScanner(policy);
  }

  /**
   * Encodes the next piece of the body. Under the policy `reject` a bare CR or LF throws a local `ProtocolError` (`bare-cr`,
   * `bare-lf`, with its offset in the body): the body cannot be completed then, so the connection must go.
   */
  encode(chunk: Uint8Array, emit: Emit): void {
    const { length } = chunk;
    this.#scanner.nextChunk();
    let at = this.#scanner.endOfPlain(chunk, 0);
    if (at < length) {
      this.#writer.run(chunk, 0, at, emit);
      while (at < length) {
        const start = this.#stuff(chunk, at, emit);
        at = this.#scanner.endOfPlain(chunk, start);
        this.#writer.run(chunk, start, at, emit);
      }
      this.#writer.flush(emit);
    } else if (length > 0) emit(chunk);
    this.#offset += length;
  }

  /** Ends the body: CRLF unless it just came, then the line with the dot. Under `reject` a CR as the last byte throws as above. */
  finish(emit: Emit): void {
    const { place } = this.#scanner;
    if (place === AT_LINE_START) emit(END_OF_DATA);
    else if (place === IN_TEXT || this.#policy === "keep") emit(CRLF_END_OF_DATA);
    else if (this.#policy === "normalize") emit(LF_END_OF_DATA);
    else throw bareLineEnd("local", "bare-cr", this.#offset - 1);
  }

  /** Puts in what is needed at `at` and returns where to go on. */
  #stuff(chunk: Uint8Array, at: number, emit: Emit): number {
    const scanner = this.#scanner;
    const writer = this.#writer;
    if (scanner.place === AFTER_CR) {
      if (this.#policy === "reject") throw bareLineEnd("local", "bare-cr", this.#offset + at - 1);
      writer.byte(LF, emit);
      scanner.place = AT_LINE_START;
      return at;
    }
    if (chunk[at] === LF) {
      if (this.#policy === "reject") throw bareLineEnd("local", "bare-lf", this.#offset + at);
      writer.byte(CR, emit);
      writer.byte(LF, emit);
      scanner.place = AT_LINE_START;
      return at + 1;
    }
    writer.byte(DOT, emit);
    writer.byte(DOT, emit);
    scanner.place = IN_TEXT;
    return at + 1;
  }
}
