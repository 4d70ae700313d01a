// One mailbox in memory.

import { changedFlags, hasFlag, Keywords, sameFlags, type Flag, type FlagAction } from "./flag.ts";
import { internalDate } from "./internal-date.ts";
import { StoreError } from "./store-error.ts";
import type { Mailbox, MailboxChange, MailboxStatus, MessageContent, NewMessageProperties, StoredMessage, UidInterval } from "./store.ts";

/** What a mailbox asks of the account it is in. */
export interface MailboxHome {
  /** The clock, milliseconds since 1970. */
  readonly now: () => number;
  /** Keywords a mailbox may know. */
  readonly maxKeywords: number;
  /** A mailbox of the account; throws `nonexistent`. */
  find(name: string): MemoryMailbox;
  /** Throws `too-large` or `over-quota` when a message of this size has no room. */
  expectRoom(size: number): void;
  /** Books bytes that are about to be added (negative: were removed); throws `over-quota`. */
  book(bytes: number): void;
}

/** A mailbox in memory; made by the account. */
export class MemoryMailbox implements Mailbox {
  readonly #home: MailboxHome;
  readonly #keywords: Keywords;
  /** In the order of UIDs, as they were added. */
  readonly #messages = new Map<number, StoredMessage>();
  readonly #listeners = new Set<(change: MailboxChange) => void>();
  #place: "in-account" | "deleted" = "in-account";
  #uidNext = 1;
  #recentFirst = 1;
  /** Changes when the mailbox takes another name. */
  uidValidity: number;

  constructor(home: MailboxHome, uidValidity: number) {
    this.#home = home;
    this.#keywords = new Keywords(home.maxKeywords);
    this.uidValidity = uidValidity;
  }

  async status(): Promise<MailboxStatus> {
    let unseen = 0;
    let recent = 0;
    for (const message of this.#messages.values()) {
      if (!hasFlag(message, "\\Seen")) unseen += 1;
      if (message.uid >= this.#recentFirst) recent += 1;
    }
    return {
      messages: this.#messages.size,
      unseen,
      recent,
      recentUids: { first: this.#recentFirst, end: this.#uidNext },
      uidNext: this.#uidNext,
      uidValidity: this.uidValidity,
      keywords: this.#keywords.all,
    };
  }

  async messages(uids?: readonly number[]): Promise<readonly StoredMessage[]> {
    return uids === undefined ? [...this.#messages.values()] : this.#existing(uids);
  }

  async expectRoom(size: number): Promise<void> {
    this.#expectHere();
    this.#home.expectRoom(size);
  }

  async append(content: MessageContent, properties: NewMessageProperties = {}): Promise<StoredMessage> {
    this.#expectHere();
    const flags = this.#keywords.canonical(properties.flags ?? []);
    this.#home.book(content.size);
    return this.#add(content, { flags, internalDate: properties.internalDate ?? internalDate(this.#home.now()) });
  }

  async changeFlags(uids: readonly number[], action: FlagAction, flags: readonly Flag[]): Promise<readonly StoredMessage[]> {
    const named = this.#keywords.canonical(flags);
    return this.#existing(uids).map((message) => this.#setFlags(message, changedFlags(message.flags, action, named)));
  }

  async copy(uids: readonly number[], to: string): Promise<readonly StoredMessage[]> {
    return this.copyInto(this.#home.find(to), uids);
  }

  async remove(uids: readonly number[]): Promise<void> {
    this.#expectHere();
    for (const { uid } of this.#existing(uids)) this.#remove(uid);
  }

  async expunge(): Promise<readonly number[]> {
    const uids = [...this.#messages.values()].filter((message) => hasFlag(message, "\\Deleted")).map(({ uid }) => uid);
    for (const uid of uids) this.#remove(uid);
    return uids;
  }

  async claimRecent(): Promise<UidInterval> {
    const claimed = { first: this.#recentFirst, end: this.#uidNext };
    this.#recentFirst = this.#uidNext;
    return claimed;
  }

  watch(listener: (change: MailboxChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Copies messages to another mailbox of the account. */
  copyInto(target: MemoryMailbox, uids: readonly number[]): readonly StoredMessage[] {
    const messages = this.#existing(uids);
    const flags = messages.map((message) => target.#keywords.canonical(message.flags));
    this.#home.book(messages.reduce((bytes, { content }) => bytes + content.size, 0));
    return messages.map((message, index) =>
      target.#add(message.content, { flags: flags[index] ?? [], internalDate: message.internalDate }),
    );
  }

  /** Moves all messages to another mailbox of the account (RENAME of INBOX). */
  moveInto(target: MemoryMailbox): void {
    const uids = [...this.#messages.keys()];
    for (const { content, flags, internalDate } of this.#messages.values()) {
      target.#add(content, { flags: target.#keywords.canonical(flags), internalDate });
    }
    for (const uid of uids) this.#forget(uid);
  }

  /** Empties the mailbox for good. */
  delete(): void {
    for (const uid of [...this.#messages.keys()]) this.#remove(uid);
    this.#place = "deleted";
  }

  #existing(uids: readonly number[]): readonly StoredMessage[] {
    const found = [...new Set(uids)].map((uid) => this.#messages.get(uid)).filter((message) => message !== undefined);
    return found.sort((one, other) => one.uid - other.uid);
  }

  #add(content: MessageContent, properties: Pick<StoredMessage, "flags" | "internalDate">): StoredMessage {
    const message = { uid: this.#uidNext, ...properties, content };
    this.#uidNext += 1;
    this.#messages.set(message.uid, message);
    this.#tell({ type: "appended", message });
    return message;
  }

  #setFlags(message: StoredMessage, flags: readonly Flag[]): StoredMessage {
    if (sameFlags(message.flags, flags)) return message;
    const flagged = { ...message, flags };
    this.#messages.set(message.uid, flagged);
    this.#tell({ type: "flagged", uid: message.uid, flags });
    return flagged;
  }

  #remove(uid: number): void {
    this.#home.book(-(this.#messages.get(uid)?.content.size ?? 0));
    this.#forget(uid);
  }

  #forget(uid: number): void {
    this.#messages.delete(uid);
    this.#tell({ type: "removed", uid });
  }

  #tell(change: MailboxChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #expectHere(): void {
    if (this.#place === "deleted") throw new StoreError("nonexistent", "the mailbox was deleted");
  }
}
