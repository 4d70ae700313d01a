// A message on its way in: what has arrived and was not read yet, between the loop that receives and the caller who reads.

import { ProtocolError, concat } from "@mailwire/wire";

/**
 * A message as a stream: the answer to RETR or TOP. Iterate over it once; it receives as fast as you read. When the server refuses, the first
 * step throws a `Pop3ReplyError`. Leaving the loop early lets the rest go, or closes the connection: see {@link Leaving}.
 */
export interface MessageBody extends AsyncIterable<Uint8Array> {
  /** The whole message in one array. It is as large as the server likes to make it. */
  bytes(): Promise<Uint8Array>;
  /** Does without the message, or the rest of it. Once it is complete this does nothing. */
  leave(): void;
}

/**
 * What becomes of the rest of a message that is left early: `drain` receives it and throws it away, so that the session can go on; `close` drops
 * the connection, which deletes nothing.
 */
export type Leaving = "drain" | "close";

type Step = IteratorResult<Uint8Array, undefined>;

const OVER: Step = { value: undefined, done: true };

/** Somebody who waits for a step. */
interface Waiter {
  readonly resolve: (step: Step) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly type: "open" | "ended" } | { readonly type: "failed"; readonly error: unknown };

/** What a {@link BodyQueue} tells the loop that receives. */
export interface BodyListener {
  /** The reader wants a chunk, or is gone. */
  onRead(): void;
  /** The reader is gone, and there is more to come. */
  onLeave(): void;
}

/** The queue behind a {@link MessageBody}. */
export class BodyQueue implements MessageBody {
  readonly #maxQueuedBytes: number;
  readonly #listener: BodyListener;
  #chunks: Uint8Array[] = [];
  #queuedBytes = 0;
  #reader: "none" | "reading" | "gone" = "none";
  #outcome: Outcome = { type: "open" };
  readonly #waiters: Waiter[] = [];

  constructor(maxQueuedBytes: number, listener: BodyListener) {
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#listener = listener;
  }

  /** True when nothing waits for the reader: time to receive more. */
  get empty(): boolean {
    return this.#chunks.length === 0;
  }

  /** Adds what arrived. More than the reader's queue may hold fails the body; what still comes is let go. */
  push(chunk: Uint8Array): void {
    if (this.#reader === "gone" || this.#outcome.type !== "open") return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ value: chunk, done: false });
      return;
    }
    this.#queuedBytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#queuedBytes <= this.#maxQueuedBytes) return;
    this.#chunks = [];
    this.fail(new ProtocolError("local", "body-not-read", `more than ${this.#maxQueuedBytes} bytes of a message wait to be read`));
  }

  /** All has arrived. */
  end(): void {
    this.#settle({ type: "ended" });
  }

  /** No more will arrive. What did is still read first. */
  fail(error: unknown): void {
    this.#settle({ type: "failed", error });
  }

  leave(): void {
    if (this.#reader === "gone") return;
    this.#reader = "gone";
    this.#chunks = [];
    this.#tell();
    this.#listener.onRead();
    if (this.#outcome.type === "open") this.#listener.onLeave();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    const isFirst = this.#reader === "none";
    if (isFirst) this.#reader = "reading";
    return {
      next: () => (isFirst ? this.#next() : Promise.reject(new ProtocolError("local", "body-used", "a message is read once"))),
      return: () => {
        if (isFirst) this.leave();
        return Promise.resolve(OVER);
      },
    };
  }

  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return concat(chunks);
  }

  #next(): Promise<Step> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#queuedBytes -= chunk.length;
      this.#listener.onRead();
      return Promise.resolve({ value: chunk, done: false });
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#tell();
      this.#listener.onRead();
    });
  }

  #settle(outcome: Outcome): void {
    if (this.#outcome.type === "open") this.#outcome = outcome;
    this.#tell();
  }

  /** Tells those who wait that there is nothing to wait for. */
  #tell(): void {
    const outcome = this.#outcome;
    if (outcome.type === "open" && this.#reader !== "gone") return;
    for (const { resolve, reject } of this.#waiters.splice(0)) {
      if (outcome.type === "failed") reject(outcome.error);
      else resolve(OVER);
    }
  }
}
