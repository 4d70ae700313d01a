// A message on its way in: what has arrived and was not read yet, between the loop that receives and the caller who reads.

import { ProtocolError, concat } from "@mailwire/wire";

/**
 * A message as a stream: the answer to RETR or TOP. Iterate over it once; it receives as fast as you read. Leaving the loop early lets the
 * rest go. When the server refuses, the first step throws a `Pop3ReplyError`.
 */
export interface MessageBody extends AsyncIterable<Uint8Array> {
  /** The whole message in one array. It is as large as the server likes to make it. */
  bytes(): Promise<Uint8Array>;
}

type Outcome = { readonly type: "open" | "ended" } | { readonly type: "failed"; readonly error: unknown };

/** The queue behind a {@link MessageBody}. */
export class BodyQueue implements MessageBody {
  readonly #maxQueuedBytes: number;
  readonly #onRead: () => void;
  readonly #chunks: Uint8Array[] = [];
  #queuedBytes = 0;
  #reader: "none" | "reading" | "gone" = "none";
  #outcome: Outcome = { type: "open" };
  #wake: (() => void) | undefined;

  /** `onRead` is called whenever the reader wants a chunk or leaves. */
  constructor(maxQueuedBytes: number, onRead: () => void) {
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#onRead = onRead;
  }

  /** True when nothing waits for the reader: time to receive more. */
  get empty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Adds what arrived. More than the reader's queue may hold fails the body; what still comes is let go. */
  push(chunk: Uint8Array): void {
    if (this.#reader === "gone" || this.#outcome.type !== "open") return;
    this.#queuedBytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#queuedBytes > this.#maxQueuedBytes) {
      this.#chunks.length = 0;
      this.fail(new ProtocolError("local", "body-not-read", `more than ${this.#maxQueuedBytes} bytes of a message wait to be read`));
    }
    this.#wake?.();
  }

  /** All has arrived. */
  end(): void {
    this.#settle({ type: "ended" });
  }

  /** No more will arrive. What did is still read first. */
  fail(error: unknown): void {
    this.#settle({ type: "failed", error });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#reader !== "none") throw new ProtocolError("local", "body-used", "a message is read once");
    this.#reader = "reading";
    try {
      for (;;) {
        const chunk = await this.#take();
        if (chunk === undefined) return;
        yield chunk;
      }
    } finally {
      this.#reader = "gone";
      this.#chunks.length = 0;
      this.#onRead();
    }
  }

  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return concat(chunks);
  }

  async #take(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#queuedBytes -= chunk.length;
        this.#onRead();
        return chunk;
      }
      if (this.#outcome.type === "failed") throw this.#outcome.error;
      if (this.#outcome.type === "ended") return undefined;
      this.#onRead();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #settle(outcome: Outcome): void {
    if (this.#outcome.type === "open") this.#outcome = outcome;
    this.#wake?.();
  }
}
