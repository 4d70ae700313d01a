// What a server needs of a maildrop, and the marks that a session puts on it (RFC 1939 sections 5 and 6).

import { err } from "../codec/reply.ts";
import type { Reply } from "../codec/reply.ts";
import { encodeListing } from "../codec/listing.ts";
import type { ScanListing, UniqueIdListing } from "../codec/listing.ts";
import type { Awaitable, Chunks } from "./answer.ts";

/** A message in a {@link Maildrop}. */
export interface MaildropMessage {
  /** Octets of the message as it is sent, line ends as CRLF. */
  readonly size: number;
  /** Its unique-id: 1 to 70 characters from `!` to `~`, the same in every session and never given to another message. */
  readonly uid: string;
}

/**
 * A user's messages, opened for one session and locked for others. It does not change while it is open: what is delivered meanwhile is for the
 * next session.
 */
export interface Maildrop {
  /** The messages; message number n is the one at index n - 1. */
  readonly messages: readonly MaildropMessage[];
  /**
   * The content of the message at `index`, in chunks of any size; `undefined` when it vanished from behind the maildrop, which is told as an
   * error. It is read as fast as the client takes it. What it throws after its first chunk drops the connection, so that no half looks whole.
   */
  read(index: number): Awaitable<Chunks | undefined>;
  /**
   * True when the message at `index` has characters beyond ASCII where RFC 5322 has none, in its header: it is refused then with `[UTF8]` until the
   * client says UTF8 (RFC 6856 section 4). Asked before such a message is read, where the server offers UTF8. Without it all are given as they are.
   */
  requiresUtf8?(index: number): Awaitable<boolean>;
  /** Removes the messages at these indexes, all or none. Called at QUIT only, and only when there are any. */
  commit(indexes: readonly number[]): Promise<void>;
  /** Gives the lock back. Called once, whatever happened. */
  release(): Promise<void>;
}

/** A maildrop with the marks of a session: messages marked as deleted are not there any more, but keep their numbers. */
export class MarkedMaildrop {
  readonly #maildrop: Maildrop;
  readonly #deleted = new Set<number>();

  /** Throws a local `ProtocolError` (`bad-listing`) for sizes and unique-ids that cannot be told. */
  constructor(maildrop: Maildrop) {
    this.#maildrop = maildrop;
    for (const listing of this.scan()) encodeListing(listing);
    for (const listing of this.uniqueIds()) encodeListing(listing);
  }

  /** Indexes of the messages marked as deleted. */
  get deleted(): readonly number[] {
    return [...this.#deleted].sort((a, b) => a - b);
  }

  /** Messages that are not marked, and their size together. */
  get drop(): { readonly messages: number; readonly octets: number } {
    const scans = [...this.scan()];
    return { messages: scans.length, octets: scans.reduce((sum, { octets }) => sum + octets, 0) };
  }

  /** The message with this number; a negative reply when there is none, or none any more. */
  find(message: number): MaildropMessage | Reply {
    const found = this.#maildrop.messages[message - 1];
    if (found === undefined) return err("no such message");
    return this.#deleted.has(message - 1) ? err(`message ${message} is deleted`) : found;
  }

  /** The content of a message that {@link MarkedMaildrop.find} found. */
  read(message: number): Awaitable<Chunks | undefined> {
    return this.#maildrop.read(message - 1);
  }

  /** Whether that message is for UTF-8 mode only. */
  requiresUtf8(message: number): Awaitable<boolean> {
    return this.#maildrop.requiresUtf8?.(message - 1) ?? false;
  }

  /** Marks a message that {@link MarkedMaildrop.find} found. */
  mark(message: number): void {
    this.#deleted.add(message - 1);
  }

  /** Takes all marks away. */
  reset(): void {
    this.#deleted.clear();
  }

  /** What LIST lists. */
  *scan(): Generator<ScanListing> {
    for (const [index, { size }] of this.#maildrop.messages.entries()) {
      if (!this.#deleted.has(index)) yield { type: "scan", message: index + 1, octets: size };
    }
  }

  /** What UIDL lists. */
  *uniqueIds(): Generator<UniqueIdListing> {
    for (const [index, { uid }] of this.#maildrop.messages.entries()) {
      if (!this.#deleted.has(index)) yield { type: "unique-id", message: index + 1, uid };
    }
  }

  /** The UPDATE state: removes what is marked, and lets go of the maildrop in any case. */
  async update(): Promise<void> {
    try {
      if (this.#deleted.size > 0) await this.#maildrop.commit(this.deleted);
    } finally {
      await this.release();
    }
  }

  /** Lets go of the maildrop; nothing is removed. */
  async release(): Promise<void> {
    await this.#maildrop.release();
  }
}
