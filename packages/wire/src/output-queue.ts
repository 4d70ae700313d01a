// What a session has ready for its driver: events and bytes, in order, neighbouring bytes joined into one transmission.

import type { Output } from "./session.ts";
import { utf8ToSend } from "./text.ts";

/** Outputs of a session that wait to be polled. Text and bytes said one after another leave as one `transmit`. */
export class OutputQueue<Event> {
  /** The oldest. Mostly there is no other, and what waits for its next one for hours should hold no more than it must. */
  #first: Output<Event> | undefined;
  #more: Output<Event>[] | undefined;
  /** Where in `#more` the oldest of them is. */
  #head = 0;
  #chunks: Uint8Array[] | undefined;
  /** What was said behind the chunks. */
  #text = "";

  /** True when nothing waits. */
  get empty(): boolean {
    return this.#first === undefined && this.#chunks === undefined && this.#text === "";
  }

  /** Adds something that happened. */
  event(event: Event): void {
    this.push({ type: "event", event });
  }

  /** Adds text for the peer, as UTF-8. However much is said one after another, it is one piece of memory. */
  say(text: string): void {
    this.#text += text;
  }

  /** Adds bytes for the peer. */
  transmit(chunk: Uint8Array): void {
    this.#transmitText();
    this.#addChunk(chunk);
  }

  /** Adds any other output. */
  push(output: Output<Event>): void {
    const transmission = this.#takeChunks();
    if (transmission !== undefined) this.#add(transmission);
    this.#add(output);
  }

  /** Takes the oldest output; `undefined` when nothing waits. */
  shift(): Output<Event> | undefined {
    const output = this.#first;
    if (output === undefined) return this.#takeChunks();
    this.#first = this.#more === undefined ? undefined : this.#next(this.#more);
    return output;
  }

  /** Forgets all that waits (a fresh start after TLS). */
  clear(): void {
    this.#first = this.#more = this.#chunks = undefined;
    this.#head = 0;
    this.#text = "";
  }

  #transmitText(): void {
    if (this.#text === "") return;
    this.#addChunk(utf8ToSend(this.#text));
    this.#text = "";
  }

  #addChunk(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#chunks === undefined) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
  }

  #add(output: Output<Event>): void {
    if (this.#first === undefined) this.#first = output;
    else if (this.#more === undefined) this.#more = [output];
    else this.#more.push(output);
  }

  #next(more: readonly Output<Event>[]): Output<Event> | undefined {
    const next = more[this.#head];
    this.#head += 1;
    if (this.#head === more.length) {
      this.#more = undefined;
      this.#head = 0;
    }
    return next;
  }

  #takeChunks(): Output<Event> | undefined {
    this.#transmitText();
    const chunks = this.#chunks;
    if (chunks === undefined) return undefined;
    this.#chunks = undefined;
    return { type: "transmit", chunks };
  }
}
