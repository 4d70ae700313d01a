// Hands on what a codec makes: long runs of unchanged bytes as views, short ones and what is put in copied together, because
// whoever writes many tiny views to a socket pays more for each than its bytes cost to copy.

/** Takes bytes as a codec makes them: mostly views of what the codec was given, never to be written to. */
export type Emit = (view: Uint8Array) => void;

/** A run from this length on leaves as a view. */
const VIEW_BYTES = 512;
const BLOCK_BYTES = 4096;

/** Emits runs and single bytes in order. What it copies goes into blocks of which no part is written twice. */
export class RunWriter {
  #block: Uint8Array = new Uint8Array(0);
  /** The copied bytes that were not emitted yet. */
  #start = 0;
  #end = 0;

  /** Hands on bytes `start` to `end` of `chunk`; the last run of a chunk, with nothing in front of it, is never copied. */
  run(chunk: Uint8Array, start: number, end: number, emit: Emit): void {
    const length = end - start;
    if (length === 0) return;
    if (length >= VIEW_BYTES || (this.#start === this.#end && end === chunk.length)) {
      this.flush(emit);
      emit(length === chunk.length ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset + start, length));
      return;
    }
    this.#reserve(length, emit);
    if (length > 32) this.#block.set(new Uint8Array(chunk.buffer, chunk.byteOffset + start, length), this.#end);
    else for (let at = 0; at < length; at += 1) this.#block[this.#end + at] = chunk[start + at] ?? 0;
    this.#end += length;
  }

  /** Puts in one byte. */
  byte(byte: number, emit: Emit): void {
    this.#reserve(1, emit);
    this.#block[this.#end] = byte;
    this.#end += 1;
  }

  /** Emits what was copied. */
  flush(emit: Emit): void {
    if (this.#start === this.#end) return;
    emit(this.#block.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  #reserve(length: number, emit: Emit): void {
    if (this.#end + length <= this.#block.length) return;
    this.flush(emit);
    this.#block = new Uint8Array(BLOCK_BYTES);
    this.#start = this.#end = 0;
  }
}
