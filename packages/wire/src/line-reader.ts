// Lines out of a receive buffer, bounded in length and with all that is odd about their ends (RFC 5321 2.3.8, RFC 3501 2.2).

import { indexOfByte } from "./byte-search.ts";
import type { ReceiveBuffer } from "./receive-buffer.ts";
import { withLimits } from "./limits.ts";

const LF = 10;
const CR = 13;

/**
 * What is odd about a line: longer than the limit, ended by LF alone, a CR inside that does not belong to its end, a NUL inside.
 */
export type LineDefect = "too-long" | "bare-lf" | "bare-cr" | "nul";

/** A line as it came. */
export interface Line {
  /** The bytes without the line end; of a line that is too long its first `maxLineBytes` bytes. */
  readonly bytes: Uint8Array;
  /** The bytes with the line end, for passing on. The same as `bytes` for a line that is too long. */
  readonly raw: Uint8Array;
  /** Offset of its first byte in the stream. */
  readonly offset: number;
  /** What is odd about it; empty for a good line. */
  readonly defects: readonly LineDefect[];
}

/** How a {@link LineReader} reads. */
export interface LineReaderOptions {
  /** Longest line, in bytes, its line end included. */
  readonly maxLineBytes: number;
}

const NO_DEFECTS: readonly LineDefect[] = [];
const NUL = 0;

/** A line that was too long, while its rest is thrown away. */
interface Overlong {
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** The last byte thrown away, which tells CRLF from LF. */
  last: number;
}

const DEFAULT_LIMITS = { maxLineBytes: 1000 };

/** Reads lines from a {@link ReceiveBuffer}. It never throws on what it reads: what is wrong with a line is said in the line. */
export class LineReader {
  /** Longest line, in bytes, its line end included; may be changed between lines. */
  maxLineBytes: number;
  readonly #buffer: ReceiveBuffer;
  #overlong: Overlong | undefined;

  constructor(buffer: ReceiveBuffer, options: LineReaderOptions) {
    this.#buffer = buffer;
    this.maxLineBytes = withLimits(DEFAULT_LIMITS, options).maxLineBytes;
  }

  /** Bytes of the unfinished line that are held; 0 when the last line read was the last that came. */
  get pending(): number {
    return this.#buffer.length + (this.#overlong?.bytes.length ?? 0);
  }

  /**
   * The next line, or `undefined` until more comes. LF ends a line. What goes beyond the limit is dropped as it comes, so that
   * no more than `maxLineBytes` are ever held; once its end is there the line is given with the defect `too-long`.
   */
  read(): Line | undefined {
    if (this.#overlong !== undefined) return this.#drain(this.#overlong);
    const buffer = this.#buffer;
    const end = buffer.indexOfLf();
    if ((end === -1 ? buffer.length : end) >= this.maxLineBytes) {
      const { offset } = buffer;
      const bytes = buffer.take(this.maxLineBytes);
      this.#overlong = { bytes, offset, last: bytes[bytes.length - 1] ?? LF };
      return this.#drain(this.#overlong);
    }
    if (end === -1) return undefined;
    const { offset } = buffer;
    const raw = buffer.take(end + 1);
    const crlf = raw[end - 1] === CR;
    const bytes = raw.subarray(0, crlf ? end - 1 : end);
    const inside = defectsInside(bytes);
    return { bytes, raw, offset, defects: crlf ? inside : ["bare-lf", ...inside] };
  }

  #drain(line: Overlong): Line | undefined {
    const buffer = this.#buffer;
    const end = buffer.indexOfLf();
    for (let rest = end === -1 ? buffer.length : end; rest > 0;) {
      const dropped = buffer.takeChunk(rest);
      rest -= dropped.length;
      line.last = dropped[dropped.length - 1] ?? line.last;
    }
    if (end === -1) return undefined;
    buffer.takeChunk(1);
    this.#overlong = undefined;
    const { bytes, offset } = line;
    const defects: LineDefect[] = ["too-long"];
    if (line.last !== CR) defects.push("bare-lf");
    // A CR in the last byte kept may have been the beginning of CRLF.
    return { bytes, raw: bytes, offset, defects: [...defects, ...defectsInside(withoutLastCr(bytes))] };
  }
}

function withoutLastCr(bytes: Uint8Array): Uint8Array {
  return bytes[bytes.length - 1] === CR ? bytes.subarray(0, -1) : bytes;
}

function defectsInside(bytes: Uint8Array): readonly LineDefect[] {
  const cr = contains(bytes, CR);
  const nul = contains(bytes, NUL);
  if (cr) return nul ? ["bare-cr", "nul"] : ["bare-cr"];
  return nul ? ["nul"] : NO_DEFECTS;
}

/** Two native searches beat one loop from about 20 bytes on. */
function contains(bytes: Uint8Array, byte: number): boolean {
  return indexOfByte(bytes, byte) !== -1;
}
