// Dot-stuffing, the receiving side: RFC 5321 section 4.5.2, RFC 1939 section 3. Data ends at CRLF "." CRLF and nowhere else, and
// only a dot behind a true CRLF is taken away: anything looser lets a sender smuggle messages past the next server.

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

/** Behind the dot that began a line. */
const AFTER_DOT = 3;
/** Behind CRLF "." CR: the CR is held back until the next byte tells whether data ended. */
const AFTER_DOT_CR = 4;

/** Gives back the body that a `DotEncoder` made, from chunks cut anywhere. One decoder serves one body. */
export class DotDecoder {
  readonly #policy: LineEndPolicy;
  #place: number = AT_LINE_START;
  /** Bytes of the data in earlier chunks. */
  #offset = 0;
  #done = false;

  constructor(policy: LineEndPolicy = "reject") {
    this.#policy = policy;
  }

  /** True once the end of data was read. */
  get done(): boolean {
    return this.#done;
  }

  /**
   * Decodes up to the end of data and returns how many bytes of `chunk` that took; what follows them is not the body's.
   * Under the policy `reject` a bare CR or LF throws a remote `ProtocolError` (`bare-cr`, `bare-lf`, with its offset in the data),
   * after which the decoder is of no use.
   */
  decode(chunk: Uint8Array, emit: Emit): number {
    const { length } = chunk;
    let stretch = 16;
    let at = 0;
    while (at < length && !this.#done) {
      const plain = this.#place > AT_LINE_START ? at : endOfPlain(chunk, at, this.#place, this.#policy);
      if (plain > at) {
        this.#place = placeAt(chunk, at, plain, this.#place);
        emit(plain - at === length ? chunk : chunk.subarray(at, plain));
      }
      if (plain === length) {
        at = length;
        break;
      }
      const end = this.#unstuff(chunk, plain, Math.min(plain + stretch, length), emit);
      stretch = nextStretch(stretch, plain - at);
      at = end;
    }
    this.#offset += at;
    return at;
  }

  /** Emits a copy of bytes `start` to `end` without stuffed dots; returns where it stopped, which is before `end` when data ended. */
  #unstuff(chunk: Uint8Array, start: number, end: number, emit: Emit): number {
    const policy = this.#policy;
    let place = this.#place;
    // At most one byte is put in before each, and one held back earlier.
    const out = new Uint8Array(2 * (end - start) + 1);
    let size = 0;
    let at = start;
    while (at < end) {
      const byte = chunk[at] ?? 0;
      at += 1;
      if (byte === DOT && place === AT_LINE_START) {
        place = AFTER_DOT;
        continue;
      }
      if (byte === CR && place === AFTER_DOT) {
        place = AFTER_DOT_CR;
        continue;
      }
      if (place === AFTER_DOT_CR) {
        if (byte === LF) {
          this.#done = true;
          break;
        }
        out[size++] = CR;
        place = AFTER_CR;
      }
      if (byte === LF) {
        if (place === AFTER_CR) place = AT_LINE_START;
        else {
          if (policy === "reject") throw bareLineEnd("remote", "bare-lf", this.#offset + at - 1);
          if (policy === "normalize") out[size++] = CR;
          place = IN_TEXT;
        }
      } else {
        if (place === AFTER_CR) {
          if (policy === "reject") throw bareLineEnd("remote", "bare-cr", this.#offset + at - 2);
          if (policy === "normalize") out[size++] = LF;
        }
        place = byte === CR ? AFTER_CR : IN_TEXT;
      }
      out[size++] = byte;
    }
    this.#place = place;
    if (size > 0) emit(out.subarray(0, size));
    return at;
  }
}
