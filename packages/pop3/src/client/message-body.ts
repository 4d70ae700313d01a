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

const OPEN: Outcome = { type: "open" };
const ENDED: Outcome = { type: "ended" };

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
  /** What waits for the reader, where anything does. */
  #chunks: Uint8Array[] | undefined;
  #queuedBytes = 0;
  #reader: "none" | "reading" | "gone" = "none";
  #outcome: Outcome = OPEN;
  /** The step that is waited for. */
  #step: Promise<Step> | undefined;
  #waiter: Waiter | undefined;

  constructor(maxQueuedBytes: number, listener: BodyListener) {
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#listener = listener;
  }

  /** True when nothing waits for the reader: time to receive more. */
  get empty(): boolean {
    return this.#chunks === undefined || this.#chunks.length === 0;
  }

  /** Adds what arrived. More than the reader's queue may hold fails the body; what still comes is let go. */
  push(chunk: Uint8Array): void {
    if (this.#reader === "gone" || this.#outcome.type !== "open") return;
    const waiter = this.#takeWaiter();
    if (waiter !== undefined) {
      waiter.resolve({ value: chunk, done: false });
      return;
    }
    this.#queuedBytes += chunk.length;
    (this.#chunks ??= []).push(chunk);
    if (this.#queuedBytes <= this.#maxQueuedBytes) return;
    this.#chunks = undefined;
    this.fail(new ProtocolError("local", "body-not-read", `more than ${this.#maxQueuedBytes} bytes of a message wait to be read`));
  }

  /** All has arrived. */
  end(): void {
    this.#settle(ENDED);
  }

  /** No more will arrive. What did is still read first. */
  fail(error: unknown): void {
    this.#settle({ type: "failed", error });
  }

  leave(): void {
    if (this.#reader === "gone") return;
    this.#reader = "gone";
    this.#chunks = undefined;
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
    if (this.#step !== undefined) {
      const next = (): Promise<Step> => this.#next();
      return this.#step.then(next, next);
    }
    const chunk = this.#chunks?.shift();
    if (chunk !== undefined) {
      this.#queuedBytes -= chunk.length;
      this.#listener.onRead();
      return Promise.resolve({ value: chunk, done: false });
    }
    const step = new Promise<Step>((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
    this.#step = step;
    this.#tell();
    this.#listener.onRead();
    return step;
  }

  #takeWaiter(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    this.#step = undefined;
    return waiter;
  }

  #settle(outcome: Outcome): void {
    if (this.#outcome.type === "open") this.#outcome = outcome;
    this.#tell();
  }

  /** Tells whoever waits that there is nothing to wait for. */
  #tell(): void {
    const outcome = this.#outcome;
    if (outcome.type === "open" && this.#reader !== "gone") return;
    const waiter = this.#takeWaiter();
    if (outcome.type === "failed") waiter?.reject(outcome.error);
    else waiter?.resolve(OVER);
  }
}
