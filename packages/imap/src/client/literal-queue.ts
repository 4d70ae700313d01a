// Large data of a message on its way from the wire to whoever reads it.

import { ProtocolError, concat } from "@mailwire/wire";
import { Signal } from "./signal.ts";

/**
 * Large data of a message, read as it comes and read once. Leaving the loop early, or going on to the next message, drops the rest: reading
 * it then rejects with a local `ProtocolError` (`literal-gone`).
 */
export interface LiteralStream extends AsyncIterable<Uint8Array> {
  /** How many bytes there are in all. */
  readonly size: number;
  /** All of it in one array. */
  bytes(): Promise<Uint8Array>;
}

/** The queue behind a {@link LiteralStream}. */
export class LiteralQueue implements LiteralStream {
  readonly size: number;
  readonly #taken: (bytes: number) => void;
  readonly #chunks: Uint8Array[] = [];
  readonly #news = new Signal();
  #state: "open" | "ended" | "dropped" = "open";
  #failure: Error | undefined;

  /** `taken` is told how many bytes have left the queue. */
  constructor(size: number, taken: (bytes: number) => void) {
    this.size = size;
    this.#taken = taken;
  }

  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return concat(chunks);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          this.#taken(chunk.length);
          yield chunk;
        } else if (this.#failure !== undefined) throw this.#failure;
        else if (this.#state === "open") await this.#news.wait();
        else if (this.#state === "ended") return;
        else
          throw new ProtocolError("local", "literal-gone", "data of a message is read once, before the loop goes on to the next message");
      }
    } finally {
      this.drop();
    }
  }

  /** Adds bytes; gives how many of them wait now. */
  push(chunk: Uint8Array): number {
    if (this.#state !== "open") return 0;
    this.#chunks.push(chunk);
    this.#news.give();
    return chunk.length;
  }

  /** All of it has come. */
  end(): void {
    if (this.#state === "open") this.#state = "ended";
    this.#news.give();
  }

  /** No more of it will come, and why. */
  fail(reason: Error): void {
    if (this.#state !== "open") return;
    this.#failure = reason;
    this.end();
  }

  /** Nobody reads the rest. */
  drop(): void {
    for (const chunk of this.#chunks.splice(0)) this.#taken(chunk.length);
    this.#state = "dropped";
    this.#news.give();
  }
}
