// What is answered to a command.

import type { Listing } from "../codec/listing.ts";
import type { Reply } from "../codec/reply.ts";

/** A value now or later. */
export type Awaitable<T> = T | Promise<T>;

/** A message as it is read. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A reply in words, and the lines or the message that follow. */
export interface WordedAnswer {
  /** The first line; what follows needs `+OK`. */
  readonly reply: Reply;
  /** Makes it a multi-line reply. */
  readonly lines?: Iterable<Listing>;
  /** A message; dots are stuffed. */
  readonly body?: Chunks;
}

/** An answer: in words, which may be translated, or `+OK` with data. */
export type ServerAnswer = WordedAnswer | { readonly listing: Listing };
