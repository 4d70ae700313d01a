// A loop over what the server tells by itself: it idles while the loop waits, and not while something else is said (RFC 2177).

import { ProtocolError } from "@mailwire/wire";
import type { UntaggedData } from "../session/untagged-data.ts";
import type { Conversation, Listener } from "./conversation.ts";
import { NOBODY } from "./nobody.ts";
import type { MessageSink, Operation } from "./operation.ts";
import { Signal } from "./signal.ts";

/** RFC 2177 section 3: anew at least every 29 minutes, as servers may take who idles for 30 for gone. One is for the way. */
const MAX_RENEW_MS = 28 * 60_000;
/** Below this, more is read ahead of the loop. */
const LOW_WATER_BYTES = 65_536;
/** What a response is reckoned to hold beside its bytes. */
const RESPONSE_BYTES = 64;

/** How a client idles. */
export interface IdleOptions {
  /** Ends the loop when aborted, without an error, as leaving it does. */
  readonly signal?: AbortSignal;
  /** Milliseconds until IDLE is said anew: 28 minutes, or less where something on the way forgets quiet connections sooner. */
  readonly renewMs?: number;
}

/** What came and was not read yet. */
interface Waiting {
  readonly response: UntaggedData;
  readonly bytes: number;
}

/** One loop. */
export class IdleLoop implements Listener {
  readonly #conversation: Conversation;
  readonly #options: IdleOptions;
  readonly #maxBytes: number;
  readonly #waiting: Waiting[] = [];
  readonly #news = new Signal();
  /** True from IDLE to its answer. */
  #isAsking = false;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #waitingBytes = 0;
  #failure: { readonly reason: unknown } | undefined;

  /** Holds `maxBytes` at most of what is not read. */
  constructor(conversation: Conversation, options: IdleOptions, maxBytes: number) {
    this.#conversation = conversation;
    this.#options = options;
    this.#maxBytes = maxBytes;
  }

  /** What is told from here on, once, in order. Leaving says DONE. */
  async *read(): AsyncGenerator<UntaggedData, void, undefined> {
    const { signal } = this.#options;
    this.#conversation.listen(this);
    signal?.addEventListener("abort", this.#wake);
    try {
      while (signal?.aborted !== true) {
        const next = this.#waiting.shift();
        if (next !== undefined) {
          this.#waitingBytes -= next.bytes;
          yield next.response;
        } else if (this.#failure !== undefined) throw this.#failure.reason;
        else if (!this.#isAsking && this.#conversation.isLeaving) return;
        else {
          this.#ask();
          await this.#news.wait();
        }
      }
    } finally {
      signal?.removeEventListener("abort", this.#wake);
      clearTimeout(this.#renewal);
      this.#conversation.forget(this);
    }
  }

  hear(response: UntaggedData, raw: readonly Uint8Array[]): void {
    if (this.#failure !== undefined) return;
    const bytes = raw.reduce((sum, { length }) => sum + length, RESPONSE_BYTES);
    this.#waitingBytes += bytes;
    if (this.#waitingBytes <= this.#maxBytes) this.#waiting.push({ response, bytes });
    else this.#failure = { reason: new ProtocolError("local", "queue-full", "the server tells more than the loop over idle() takes") };
    this.#wake();
  }

  idling(): boolean {
    const { renewMs = MAX_RENEW_MS } = this.#options;
    if (this.#isAsking) this.#renewal = setTimeout(() => this.#conversation.endIdle(), Math.min(renewMs, MAX_RENEW_MS));
    return this.#isAsking;
  }

  /** Idles, unless it does. */
  #ask(): void {
    this.#conversation.moved();
    if (this.#isAsking) return;
    this.#isAsking = true;
    const answered = this.#conversation.run(this.#operation());
    void answered
      .catch((reason: unknown) => (this.#failure ??= { reason }))
      .finally(() => {
        clearTimeout(this.#renewal);
        this.#isAsking = false;
        this.#wake();
      });
  }

  #operation(): Operation<void> {
    return { command: { name: "IDLE" }, messages: this.#brake(), result: () => undefined };
  }

  /** Takes no messages: it tells whether the loop wants more. Once DONE is to be said, everything up to its answer is read. */
  #brake(): MessageSink {
    const isHungry = (): boolean => this.#waitingBytes < LOW_WATER_BYTES || !this.#conversation.isIdling;
    return {
      ...NOBODY,
      get hungry() {
        return isHungry();
      },
    };
  }

  readonly #wake = (): void => this.#news.give();
}
