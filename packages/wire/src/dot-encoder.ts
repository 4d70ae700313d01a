// Dot-stuffing, the sending side: RFC 5321 section 4.5.2, RFC 1939 section 3. Bytes that need no change leave as the views they came in.
//
//   mail-data = *(line CRLF) "." CRLF      a line that begins with "." gets one more "." in front

import {
  AFTER_CR,
  AT_LINE_START,
  bareLineEnd,
  CR,
  DOT,
  type Emit,
  endOfPlain,
  IN_TEXT,
  LF,
  type LineEndPolicy,
  nextStretch,
  placeAt,
} from "./line-ends.ts";

const END_OF_DATA = Uint8Array.of(DOT, CR, LF);
const LF_END_OF_DATA = Uint8Array.of(LF, DOT, CR, LF);
const CRLF_END_OF_DATA = Uint8Array.of(CR, LF, DOT, CR, LF);

/**
 * Makes a message body, cut anywhere, into what SMTP's DATA or a POP3 multi-line response carries: dots stuffed, CRLF at the end,
 * then the line with the single dot. One encoder serves one body.
 */
export class DotEncoder {
  readonly #policy: LineEndPolicy;
  #place: number = AT_LINE_START;
  /** Bytes of the body in earlier chunks. */
  #offset = 0;

  constructor(policy: LineEndPolicy = "reject") {
    this.#policy = policy;
  }

  /**
   * Encodes the next piece of the body. Under the policy `reject` a bare CR or LF throws a local `ProtocolError` (`bare-cr`,
   * `bare-lf`, with its offset in the body): the body cannot be completed then, so the connection must go.
   */
  encode(chunk: Uint8Array, emit: Emit): void {
    const { length } = chunk;
    let stretch = 16;
    for (let at = 0; at < length;) {
      const plain = endOfPlain(chunk, at, this.#place, this.#policy);
      if (plain > at) {
        this.#place = placeAt(chunk, at, plain, this.#place);
        emit(plain - at === length ? chunk : chunk.subarray(at, plain));
      }
      if (plain === length) break;
      const end = Math.min(plain + stretch, length);
      emit(this.#stuff(chunk, plain, end));
      stretch = nextStretch(stretch, plain - at);
      at = end;
    }
    this.#offset += length;
  }

  /** Ends the body: CRLF unless it just came, then the line with the dot. Under `reject` a CR as the last byte throws as above. */
  finish(emit: Emit): void {
    if (this.#place === AT_LINE_START) emit(END_OF_DATA);
    else if (this.#place === IN_TEXT || this.#policy === "keep") emit(CRLF_END_OF_DATA);
    else if (this.#policy === "normalize") emit(LF_END_OF_DATA);
    else throw bareLineEnd("local", "bare-cr", this.#offset - 1);
  }

  /** A copy of bytes `start` to `end` with all that has to be put in. */
  #stuff(chunk: Uint8Array, start: number, end: number): Uint8Array {
    const policy = this.#policy;
    let place = this.#place;
    // At most one byte is put in before each: LF and dot go before a dot only when a bare CR gave up its place.
    const out = new Uint8Array(2 * (end - start) + 1);
    let size = 0;
    for (let at = start; at < end; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === LF) {
        if (place === AFTER_CR) place = AT_LINE_START;
        else if (policy === "reject") throw bareLineEnd("local", "bare-lf", this.#offset + at);
        else if (policy === "normalize") {
          out[size++] = CR;
          place = AT_LINE_START;
        } else place = IN_TEXT;
      } else {
        if (place === AFTER_CR) {
          if (policy === "reject") throw bareLineEnd("local", "bare-cr", this.#offset + at - 1);
          if (policy === "normalize") {
            out[size++] = LF;
            place = AT_LINE_START;
          }
        }
        if (byte === DOT && place === AT_LINE_START) out[size++] = DOT;
        place = byte === CR ? AFTER_CR : IN_TEXT;
      }
      out[size++] = byte;
    }
    this.#place = place;
    return out.subarray(0, size);
  }
}
