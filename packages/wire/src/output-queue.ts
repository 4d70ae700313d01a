// What a session has ready for its driver: events and bytes, in order, neighbouring bytes joined into one transmission.

import type { Output } from "./session.ts";

/** Outputs of a session that wait to be polled. Bytes said one after another leave as one `transmit`. */
export class OutputQueue<Event> {
  readonly #ready: Output<Event>[] = [];
  #chunks: Uint8Array[] = [];
  /** Where the oldest of several outputs is. */
  #head = 0;

  /** True when nothing waits. */
  get empty(): boolean {
    return this.#ready.length === 0 && this.#chunks.length === 0;
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
    const output = this.#ready[this.#head];
    if (output === undefined) return this.#takeChunks();
    // Mostly there is just one, and to set a length takes far longer than pop().
    if (this.#ready.length === 1) this.#ready.pop();
    else this.#head += 1;
    if (this.#head === this.#ready.length && this.#head > 0) this.#ready.length = this.#head = 0;
    return output;
  }

  /** Forgets all that waits (a fresh start after TLS). */
  clear(): void {
    this.#ready.length = this.#head = 0;
    this.#chunks = [];
  }

  #flushChunks(): void {
    const transmission = this.#takeChunks();
    if (transmission !== undefined) this.#ready.push(transmission);
  }

  #takeChunks(): Output<Event> | undefined {
    if (this.#chunks.length === 0) return undefined;
    const chunks = this.#chunks;
    this.#chunks = [];
    return { type: "transmit", chunks };
  }
}
