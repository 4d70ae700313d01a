// Bytes received and not yet understood. It keeps views of what arrived, remembers how far it searched, and copies only
// what must be joined: a unit that lies across chunks, and crumbs that come behind an unfinished unit.

import { indexOfByte } from "./byte-search.ts";
import { ProtocolError } from "./protocol-error.ts";

const LF = 10;
const EMPTY = new Uint8Array(0);

/** A chunk up to this size that comes behind waiting bytes is copied: its view would take more memory than its bytes. */
const CRUMB_BYTES = 64;
/** Crumbs are gathered in pieces of memory of this size. */
const TRAY_BYTES = 1024;

/** Bytes that wait to be understood, as views of the chunks that arrived. Indexes count from the first waiting byte. */
export class ReceiveBuffer {
  readonly #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that were taken already. */
  #taken = 0;
  #length = 0;
  #offset = 0;
  /** No LF waits before stream offset `#searched`; it lies in chunk `#searchChunk`, which begins at `#searchChunkOffset`. */
  #searched = 0;
  #searchChunk = 0;
  #searchChunkOffset = 0;
  #tray = EMPTY;
  #trayUsed = 0;

  /** Number of bytes waiting. */
  get length(): number {
    return this.#length;
  }

  /** Offset of the first waiting byte in the stream of all bytes pushed. */
  get offset(): number {
    return this.#offset;
  }

  /** Adds bytes. A view of them is kept, so the caller must not reuse the memory. */
  push(chunk: Uint8Array): void {
    const { length } = chunk;
    if (length === 0) return;
    if (length <= CRUMB_BYTES && this.#length > 0) this.#pushCrumb(chunk);
    // A plain Uint8Array, whatever was given: the code behind then meets one kind of object only.
    else this.#chunks.push(view(chunk, 0, length));
    this.#length += length;
  }

  /** Index of the first waiting LF, or -1. Bytes once searched are not searched again. */
  indexOfLf(): number {
    for (;;) {
      const chunk = this.#chunks[this.#searchChunk];
      if (chunk === undefined) return -1;
      const found = indexOfByte(chunk, LF, this.#searched - this.#searchChunkOffset);
      if (found !== -1) {
        this.#searched = this.#searchChunkOffset + found;
        return this.#searched - this.#offset;
      }
      this.#searched = this.#searchChunkOffset + chunk.length;
      // The search stays in the last chunk, which crumbs may still lengthen.
      if (this.#searchChunk === this.#chunks.length - 1) return -1;
      this.#searchChunk += 1;
      this.#searchChunkOffset = this.#searched;
    }
  }

  /** The byte at `index`, or -1 beyond the end. */
  peek(index: number): number {
    let at = index + this.#taken;
    if (index < 0) return -1;
    for (const chunk of this.#chunks) {
      const byte = chunk[at];
      if (byte !== undefined) return byte;
      at -= chunk.length;
    }
    return -1;
  }

  /** What the first chunk holds, as a view, without taking it: for decoders that say themselves how much is theirs. Empty when nothing waits. */
  peekChunk(): Uint8Array {
    const first = this.#chunks[0];
    if (first === undefined) return EMPTY;
    return this.#taken === 0 ? first : view(first, this.#taken, first.length - this.#taken);
  }

  /**
   * Takes exactly `count` bytes: a view when they lie in one chunk, else one joined copy.
   * Throws a local {@link ProtocolError} (`bad-count`) when fewer wait: ask {@link ReceiveBuffer.length} first.
   */
  take(count: number): Uint8Array {
    if (!Number.isSafeInteger(count) || count > this.#length)
      throw new ProtocolError("local", "bad-count", `cannot take ${count} of ${this.#length} bytes`);
    const first = this.takeChunk(count);
    if (first.length === count) return first;
    const joined = new Uint8Array(count);
    joined.set(first);
    for (let at = first.length; at < count;) {
      const piece = this.takeChunk(count - at);
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }

  /** Takes up to `max` bytes, always as a view: at most what the first chunk holds. Empty when nothing waits. */
  takeChunk(max: number): Uint8Array {
    if (!(max >= 0)) throw new ProtocolError("local", "bad-count", `cannot take ${max} bytes`);
    const first = this.#chunks[0];
    if (first === undefined) return EMPTY;
    const start = this.#taken;
    const rest = first.length - start;
    if (max < rest) {
      this.#taken = start + max;
      this.#advance(max);
      return view(first, start, max);
    }
    this.#chunks.shift();
    this.#taken = 0;
    if (this.#searchChunk > 0) this.#searchChunk -= 1;
    else this.#searchChunkOffset += first.length;
    this.#advance(rest);
    return start === 0 ? first : view(first, start, rest);
  }

  /** Forgets all that waits; the stream offset moves on past it. */
  clear(): void {
    this.#chunks.length = this.#taken = this.#searchChunk = 0;
    this.#advance(this.#length);
    this.#searchChunkOffset = this.#offset;
  }

  #advance(count: number): void {
    this.#length -= count;
    this.#offset += count;
    if (this.#searched < this.#offset) this.#searched = this.#offset;
    if (this.#length === 0) this.#dropTray();
  }

  /** Whoever waits for more, perhaps for hours, holds nothing that he does not need. */
  #dropTray(): void {
    this.#tray = EMPTY;
    this.#trayUsed = 0;
  }

  #pushCrumb(crumb: Uint8Array): void {
    if (this.#trayUsed + crumb.length > this.#tray.length) {
      this.#tray = new Uint8Array(TRAY_BYTES);
      this.#trayUsed = 0;
    }
    const end = this.#trayUsed;
    this.#tray.set(crumb, end);
    this.#trayUsed = end + crumb.length;
    const last = this.#chunks.length - 1;
    const chunk = this.#chunks[last];
    // The part of the tray that is already in use is never written again: views of it may be anywhere.
    if (chunk?.buffer === this.#tray.buffer && chunk.byteOffset + chunk.length === end) {
      this.#chunks[last] = view(chunk, 0, chunk.length + crumb.length);
    } else this.#chunks.push(view(this.#tray, end, crumb.length));
  }
}

/** Half the time of `subarray`, which asks for the constructor to use. May reach behind `bytes` in its memory. */
function view(bytes: Uint8Array, start: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, length);
}
