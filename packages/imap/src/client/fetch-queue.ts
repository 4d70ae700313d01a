// Messages on their way from the wire to whoever loops over a FETCH.

import { ProtocolError } from "@mailwire/wire";
import type { FetchItem } from "../codec/responses/fetch-item.ts";
import type { FetchResponse } from "../codec/responses/fetch.ts";
import type { FetchLiteralStart } from "../codec/response-event.ts";
import { LiteralQueue } from "./literal-queue.ts";
import { ImapMessage } from "./message.ts";
import type { MessageItem } from "./message.ts";
import type { MessageSink } from "./operation.ts";
import { Signal } from "./signal.ts";

/** Below this, more is read ahead of the reader: enough to keep both busy, and nothing to hold. */
const LOW_WATER_BYTES = 65_536;
/** What an item is reckoned to hold beside its bytes. */
const ITEM_BYTES = 64;

/** A message under way: its items as known, and the streams of its large literals in order. */
class Assembly {
  readonly message: ImapMessage;
  readonly streams: LiteralQueue[] = [];
  items: readonly MessageItem[] = [];
  /** What it is reckoned to hold beside its streams, while it waits. */
  bytes = 0;

  constructor(sequenceNumber: number) {
    this.message = new ImapMessage(sequenceNumber, this);
  }

  /** Takes the items as the decoder knows them: each literal that streamed is the next of the streams. */
  adopt(items: readonly FetchItem[]): void {
    let streamed = 0;
    this.items = items.map((item) => {
      if (!("data" in item)) return item;
      const { data } = item;
      if (data === null || data instanceof Uint8Array) return { ...item, data };
      return { ...item, data: this.streams[streamed++] ?? null };
    });
  }
}

function weigh(items: readonly FetchItem[]): number {
  let bytes = 0;
  for (const item of items) bytes += ITEM_BYTES + ("data" in item && item.data instanceof Uint8Array ? item.data.length : 0);
  return bytes;
}

/** The queue of one FETCH. */
export class FetchQueue implements MessageSink {
  readonly wants: (response: FetchResponse) => boolean;
  readonly #maxBytes: number;
  readonly #moved: () => void;
  readonly #messages: Assembly[] = [];
  readonly #news = new Signal();
  #current: Assembly | undefined;
  #queuedBytes = 0;
  #state: "open" | "ended" | "dropped" = "open";
  #failure: Error | undefined;

  /** Holds `maxBytes` at most; `wants` tells which responses are its own; `moved` is called when it may have become hungry. */
  constructor(maxBytes: number, wants: (response: FetchResponse) => boolean, moved: () => void) {
    this.#maxBytes = maxBytes;
    this.wants = wants;
    this.#moved = moved;
  }

  get hungry(): boolean {
    return this.#state !== "open" || this.#queuedBytes < LOW_WATER_BYTES;
  }

  /** The messages, once, in order. Going on to the next drops what is unread of the last; leaving early drops all. */
  async *read(): AsyncGenerator<ImapMessage, void, undefined> {
    try {
      for (;;) {
        const assembly = this.#messages.shift();
        if (assembly !== undefined) {
          this.#count(-assembly.bytes);
          try {
            yield assembly.message;
          } finally {
            for (const stream of assembly.streams) stream.drop();
          }
        } else if (this.#failure !== undefined) throw this.#failure;
        else if (this.#state === "open") await this.#news.wait();
        else return;
      }
    } finally {
      this.drop();
    }
  }

  begin(event: FetchLiteralStart): void {
    const stream = new LiteralQueue(event.size, (bytes) => this.#count(-bytes));
    if (this.#state !== "open") stream.drop();
    const assembly = (this.#current ??= new Assembly(event.sequenceNumber));
    assembly.streams.push(stream);
    const items = [...event.items, { ...event.item, data: { size: event.size } }];
    if (assembly.streams.length === 1) this.#add(assembly, items);
    else this.#grow(assembly, items);
  }

  chunk(bytes: Uint8Array): void {
    this.#count(this.#current?.streams.at(-1)?.push(bytes) ?? 0);
  }

  endChunk(): void {
    this.#current?.streams.at(-1)?.end();
  }

  message(response: FetchResponse): void {
    if (this.#current === undefined) this.#add(new Assembly(response.sequenceNumber), response.items);
    else this.#grow(this.#current, response.items);
    this.#current = undefined;
  }

  /** All have come. */
  end(): void {
    if (this.#state === "open") this.#state = "ended";
    this.#news.give();
  }

  /** No more will come, and why: told after what is queued. */
  fail(reason: Error): void {
    if (this.#state !== "open") return;
    this.#failure = reason;
    for (const stream of [...this.#messages, this.#current].flatMap((assembly) => assembly?.streams ?? [])) stream.fail(reason);
    this.end();
    this.#moved();
  }

  /** Nobody reads any more. */
  drop(): void {
    for (const assembly of [...this.#messages.splice(0), this.#current]) {
      for (const stream of assembly?.streams ?? []) stream.drop();
    }
    if (this.#state === "open") this.#state = "dropped";
    this.#moved();
  }

  #add(assembly: Assembly, items: readonly FetchItem[]): void {
    if (this.#state === "open") this.#messages.push(assembly);
    this.#grow(assembly, items);
    this.#news.give();
  }

  /** More of a message is known. */
  #grow(assembly: Assembly, items: readonly FetchItem[]): void {
    assembly.adopt(items);
    // What the reader has holds no place here.
    if (!this.#messages.includes(assembly)) return;
    const grown = weigh(items) - assembly.bytes;
    assembly.bytes += grown;
    this.#count(grown);
  }

  #count(bytes: number): void {
    this.#queuedBytes += bytes;
    if (bytes < 0) this.#moved();
    else if (this.#queuedBytes > this.#maxBytes) {
      this.fail(
        new ProtocolError(
          "local",
          "queue-full",
          "another command was said, and the messages that came before its answer are too many to hold",
        ),
      );
    }
  }
}
