// Bytes received and not yet understood, in one piece: readers index and slice them without caring about chunks.

import { indexOfByte } from "@mailwire/wire";

const LF = 10;

const EMPTY = new Uint8Array(0);

/**
 * Bytes `start` to `end` of `bytes` wait. A chunk that comes when nothing waits is taken as it is; one that comes behind waiting bytes is
 * appended to memory that grows by doubling. Bytes once given out are never overwritten, so views of them stay good.
 */
export class WaitingBytes {
  /** Where the waiting bytes are. */
  bytes: Uint8Array = EMPTY;
  /** Index of the first waiting byte; {@link WaitingBytes.take} moves it on. */
  start = 0;
  /** Index behind the last waiting byte. */
  end = 0;
  /** Offset of `bytes[0]` in the stream of all bytes pushed. */
  offset = 0;
  #appendable = false;

  /** Number of bytes waiting. */
  get length(): number {
    return this.end - this.start;
  }

  /** Adds bytes; a view of them may be kept. */
  push(chunk: Uint8Array): void {
    const { length } = this;
    if (length > 0) this.#append(chunk, length);
    else this.#adopt(chunk);
  }

  /** Index of the first LF at or after index `from`, or -1. */
  indexOfLf(from: number): number {
    if (from >= this.end) return -1;
    const found = indexOfByte(this.bytes, LF, from);
    return found < this.end ? found : -1;
  }

  /** Takes `count` waiting bytes as a view. */
  take(count: number): Uint8Array {
    const { start } = this;
    this.start += count;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, count);
  }

  /** Lets go of the memory of what was taken, where nothing else waits in it: a connection may be idle for hours. */
  release(): void {
    if (this.length > 0) return;
    this.offset += this.start;
    this.bytes = EMPTY;
    this.start = this.end = 0;
  }

  #adopt(chunk: Uint8Array): void {
    this.offset += this.start;
    // A plain Uint8Array, whatever was given: the code behind then meets one kind of object only.
    this.bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    this.start = 0;
    this.end = chunk.length;
    this.#appendable = false;
  }

  #append(chunk: Uint8Array, waiting: number): void {
    if (!this.#appendable || this.bytes.length - this.end < chunk.length) this.#move(chunk.length, waiting);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
    // Stops searches: they must not go through memory that is still free each time.
    if (this.end < this.bytes.length) this.bytes[this.end] = LF;
  }

  #move(more: number, waiting: number): void {
    const room = new Uint8Array(waiting > more ? 2 * (waiting + more) : waiting + more);
    room.set(this.bytes.subarray(this.start, this.end));
    this.offset += this.start;
    this.bytes = room;
    this.start = 0;
    this.end = waiting;
    this.#appendable = true;
  }
}
