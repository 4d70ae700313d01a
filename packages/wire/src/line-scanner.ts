// What dot-stuffing knows about lines, shared by encoder and decoder: where in a line a byte stands, and how far bytes can
// pass as they are. RFC 5321 section 2.3.8 (CR and LF only as CRLF), section 4.5.2 (transparency); RFC 1939 section 3.

import { indexOfByte, indexOfBytes } from "./byte-search.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * What to do with a CR or LF that is not part of CRLF: refuse it with a `ProtocolError` (`bare-cr`, `bare-lf`), turn it into
 * CRLF, or pass it on as it is. Under no policy does received data end at one, or lose a dot behind one.
 */
export type LineEndPolicy = "reject" | "normalize" | "keep";

export const LF = 10;
export const CR = 13;
export const DOT = 0x2e;

/** Where in a line the next byte stands: inside it, … */
export const IN_TEXT = 0;
/** … behind a CR of which the LF may follow, … */
export const AFTER_CR = 1;
/** … behind CRLF or at the very beginning. */
export const AT_LINE_START = 2;

/** A loop over this many bytes costs as much as the two native searches that it may spare. */
const LOOP_BYTES = 16;
/** What a search for CRLF and a dot may have missed of them at the beginning. */
const EDGE_BYTES = 3;

/** Goes through a body chunk by chunk and stops at what needs thought. */
export class LineScanner {
  /** Where in a line the next byte stands: {@link IN_TEXT}, {@link AFTER_CR} or {@link AT_LINE_START}. */
  place: number = AT_LINE_START;
  readonly #strict: boolean;
  /** The first bare CR of the chunk that no scan has passed yet, its length when there is none; -1 before it was looked for. */
  #bareCr = -1;
  /** How far to loop before a search: further where the last stretch was short, as the next one may be. */
  #nearBytes = EDGE_BYTES;

  constructor(policy: LineEndPolicy) {
    this.#strict = policy !== "keep";
  }

  /** Must be called before each chunk. */
  nextChunk(): void {
    this.#bareCr = -1;
  }

  /**
   * End of the bytes of `chunk` from `start` on that need no thought: the index of a dot at a line start, of a bare LF, of the byte
   * behind a bare CR (these two unless the policy is `keep`), or the chunk's length. `place` is then that byte's.
   */
  endOfPlain(chunk: Uint8Array, start: number): number {
    const end = this.#endOfPlain(chunk, start);
    this.#nearBytes = end - start < LOOP_BYTES ? LOOP_BYTES : EDGE_BYTES;
    return end;
  }

  #endOfPlain(chunk: Uint8Array, start: number): number {
    const { length } = chunk;
    const strict = this.#strict;
    const near = length - start < 3 * LOOP_BYTES ? length : start + this.#nearBytes;
    let { place } = this;
    let at = start;
    for (; at < near; at += 1) {
      const byte = chunk[at];
      if (byte === LF) {
        if (place === AFTER_CR) place = AT_LINE_START;
        else if (strict) break;
        else place = IN_TEXT;
      } else {
        if (place === AFTER_CR && strict) break;
        if (place === AT_LINE_START && byte === DOT) break;
        place = byte === CR ? AFTER_CR : IN_TEXT;
      }
    }
    this.place = place;
    if (at < near || near === length) return at;
    return strict ? this.#hop(chunk, at) : this.#hopToDot(chunk, at);
  }

  /** From LF to LF, up to one without CR or to a bare CR. The CRs have a pass of their own: searches that take turns are slower. */
  #hop(chunk: Uint8Array, start: number): number {
    const { length } = chunk;
    let at = start;
    if (this.place === AFTER_CR) {
      if (chunk[at] !== LF) return at;
      at += 1;
      this.place = AT_LINE_START;
    }
    if (this.place === AT_LINE_START && chunk[at] === DOT) return at;
    if (this.#bareCr < at) this.#bareCr = indexOfBareCr(chunk, at);
    const bareCr = this.#bareCr;
    const first = at;
    for (let lf = indexOrEnd(chunk, LF, at); lf < bareCr; lf = indexOrEnd(chunk, LF, at)) {
      if (chunk[lf - 1] !== CR || lf === first) {
        this.place = IN_TEXT;
        return lf;
      }
      at = lf + 1;
      this.place = AT_LINE_START;
      if (chunk[at] === DOT || at === length) return at;
    }
    this.place = chunk[bareCr === length ? length - 1 : bareCr] === CR ? AFTER_CR : IN_TEXT;
    return bareCr === length ? length : bareCr + 1;
  }

  /** Only a dot behind CRLF matters. The two bytes before `start` were scanned, so that this may begin in the middle of one. */
  #hopToDot(chunk: Uint8Array, start: number): number {
    const found = indexOfBytes(chunk, LINE_WITH_DOT, start - 2);
    if (found !== -1) {
      this.place = AT_LINE_START;
      return found + 2;
    }
    const { length } = chunk;
    const [beforeLast, last] = [chunk[length - 2], chunk[length - 1]];
    this.place = last === CR ? AFTER_CR : last === LF && beforeLast === CR ? AT_LINE_START : IN_TEXT;
    return length;
  }
}

const LINE_WITH_DOT = Uint8Array.of(CR, LF, DOT);

/** Index of the first CR from `from` on that something else than LF follows, or the chunk's length. */
function indexOfBareCr(chunk: Uint8Array, from: number): number {
  const { length } = chunk;
  let cr = indexOrEnd(chunk, CR, from);
  while (cr + 1 < length && chunk[cr + 1] === LF) cr = indexOrEnd(chunk, CR, cr + 1);
  return cr + 1 < length ? cr : length;
}

function indexOrEnd(chunk: Uint8Array, byte: number, from: number): number {
  const index = indexOfByte(chunk, byte, from);
  return index === -1 ? chunk.length : index;
}

/** The error for a CR or LF that is not part of CRLF. */
export function bareLineEnd(side: "remote" | "local", code: "bare-cr" | "bare-lf", offset: number): ProtocolError {
  const name = code === "bare-cr" ? "CR without LF" : "LF without CR";
  return new ProtocolError(side, code, `${name} at byte ${offset} of the body`, { offset });
}
