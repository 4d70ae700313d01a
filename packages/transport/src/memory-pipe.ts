// One direction of a connection in memory: a bounded queue of chunks with one reader.

import { ConnectionError } from "@mailwire/wire";
import { concurrentRead } from "./loss.ts";

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** Bytes on their way from one end of a memory pair to the other. */
export class MemoryPipe {
  readonly #highWaterMarkBytes: number;
  readonly #nextChunkSize: (() => number) | undefined;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #ended = false;
  /** Set once the reading end is lost; what was queued is gone. */
  #readFailure: Error | undefined;
  /** Set once the writing end is lost or ended. */
  #writeFailure: Error | undefined;
  #reader: Waiter<Uint8Array | null> | undefined;
  #writers: Waiter<void>[] = [];

  /** `nextChunkSize` cuts what waits without regard to how it was written; without it each read gives one chunk as written. */
  constructor(highWaterMarkBytes: number, nextChunkSize: (() => number) | undefined) {
    this.#highWaterMarkBytes = highWaterMarkBytes;
    this.#nextChunkSize = nextChunkSize;
  }

  /** Bytes written and not yet read. */
  get length(): number {
    return this.#length;
  }

  /** True while a read waits. */
  get isReading(): boolean {
    return this.#reader !== undefined;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#reader !== undefined) throw concurrentRead();
    if (this.#length > 0) return this.#take();
    if (this.#readFailure !== undefined) throw this.#readFailure;
    if (this.#ended) return null;
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    if (this.#writeFailure !== undefined) throw this.#writeFailure;
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#chunks.push(chunk);
      this.#length += chunk.length;
    }
    this.#feedReader();
    if (this.#length < this.#highWaterMarkBytes) return;
    await new Promise<void>((resolve, reject) => this.#writers.push({ resolve, reject }));
  }

  end(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    if (this.#writeFailure !== undefined) return Promise.reject(this.#writeFailure);
    this.#ended = true;
    this.#writeFailure = new ConnectionError("closed", "this end has already been ended");
    this.#feedReader();
    return Promise.resolve();
  }

  /** The reading end is lost: `own` is what it sees, `theirs` what the writing end sees. */
  loseReader(own: Error, theirs: Error): void {
    const isAtEnd = this.#ended && this.#length === 0;
    if (!isAtEnd) this.#readFailure ??= own;
    this.#drop();
    this.#writeFailure ??= theirs;
    this.#settle(own, theirs);
  }

  /** The writing end is lost. What was written before a good end still arrives. */
  loseWriter(own: Error, theirs: Error): void {
    this.#writeFailure ??= own;
    if (!this.#ended) {
      this.#readFailure ??= theirs;
      this.#drop();
    }
    this.#settle(theirs, own);
  }

  #drop(): void {
    this.#chunks.length = this.#length = 0;
  }

  #settle(readFailure: Error, writeFailure: Error): void {
    this.#reader?.reject(readFailure);
    this.#reader = undefined;
    for (const writer of this.#writers.splice(0)) writer.reject(writeFailure);
  }

  #feedReader(): void {
    const reader = this.#reader;
    if (reader === undefined || (this.#length === 0 && !this.#ended)) return;
    this.#reader = undefined;
    reader.resolve(this.#length > 0 ? this.#take() : null);
  }

  #take(): Uint8Array {
    const chunk = this.#nextChunkSize === undefined ? this.#takeView(Infinity) : this.#cut(this.#nextChunkSize());
    if (this.#length < this.#highWaterMarkBytes) for (const writer of this.#writers.splice(0)) writer.resolve();
    return chunk;
  }

  /** Up to `size` bytes (at least one), joined where they were written in pieces. */
  #cut(size: number): Uint8Array {
    const count = Math.min(size >= 1 ? Math.floor(size) : 1, this.#length);
    const first = this.#takeView(count);
    if (first.length === count) return first;
    const joined = new Uint8Array(count);
    joined.set(first);
    for (let filled = first.length; filled < count;) {
      const part = this.#takeView(count - filled);
      joined.set(part, filled);
      filled += part.length;
    }
    return joined;
  }

  /** Up to `max` bytes of the first chunk. */
  #takeView(max: number): Uint8Array {
    const first = this.#chunks.shift() ?? new Uint8Array();
    const view = first.subarray(0, max);
    if (view.length < first.length) this.#chunks.unshift(first.subarray(max));
    this.#length -= view.length;
    return view;
  }
}
