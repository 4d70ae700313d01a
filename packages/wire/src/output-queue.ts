// What a session has ready for its driver: events and bytes, in order, neighbouring bytes joined into one transmission.

import type { Output } from "./session.ts";

/** Outputs of a session that wait to be polled. Bytes said one after another leave as one `transmit`. */
export class OutputQueue<Event> {
  readonly #ready: Output<Event>[] = [];
  #chunks: Uint8Array[] = [];
  #head = 0;

  /** True when nothing waits. */
  get empty(): boolean {
    return this.#head === this.#ready.length && this.#chunks.length === 0;
  }

  /** Adds something that happened. */
  event(event: Event): void {
    this.#flushChunks();
    this.#ready.push({ type: "event", event });
  }

  /** Adds bytes for the peer. */
  transmit(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** Adds any other output. */
  push(output: Output<Event>): void {
    this.#flushChunks();
    this.#ready.push(output);
  }

  /** Takes the oldest output; `undefined` when nothing waits. */
  shift(): Output<Event> | undefined {
    if (this.#head === this.#ready.length) {
      this.#ready.length = this.#head = 0;
      if (this.#chunks.length === 0) return undefined;
      const chunks = this.#chunks;
      this.#chunks = [];
      return { type: "transmit", chunks };
    }
    const output = this.#ready[this.#head];
    this.#head += 1;
    return output;
  }

  /** Forgets all that waits (a fresh start after TLS). */
  clear(): void {
    this.#ready.length = this.#head = 0;
    this.#chunks = [];
  }

  #flushChunks(): void {
    if (this.#chunks.length === 0) return;
    this.#ready.push({ type: "transmit", chunks: this.#chunks });
    this.#chunks = [];
  }
}
