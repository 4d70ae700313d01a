// What a store of mail is: accounts, mailboxes, messages. POP3 and IMAP servers show it, SMTP and LMTP servers deliver into it.

import type { Flag, FlagAction } from "./flag.ts";
import type { InternalDate } from "./internal-date.ts";

/** The mail of many users. Methods reject with a `StoreError` for what cannot be; any other error is a failure of the store itself. */
export interface Store {
  /** The mail of a user; `undefined` when there is no such user. */
  account(user: string): Promise<Account | undefined>;
  /**
   * Takes in the bytes of a message, as large as they are, for any number of mailboxes; next: {@link Mailbox.append}.
   * Rejects with `too-large` or `busy`, or with what `chunks` throws; then nothing is kept. Copies what it keeps of the chunks.
   */
  receive(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<MessageContent>;
}

/**
 * The mail of one user. Mailbox names are Unicode, with `/` between the levels of the hierarchy; `INBOX` in any case always exists.
 */
export interface Account {
  /** Whose mail it is. */
  readonly user: string;
  /** All mailboxes, INBOX first, then by name. */
  list(): Promise<readonly ListedMailbox[]>;
  /** All names subscribed to, whether or not such mailboxes exist. */
  subscriptions(): Promise<readonly string[]>;
  /** Adds a name to the subscriptions. */
  subscribe(name: string): Promise<void>;
  /** Removes a name from the subscriptions; rejects with `nonexistent` when it is not there. */
  unsubscribe(name: string): Promise<void>;
  /** Makes an empty mailbox. Rejects with `already-exists`, `cannot` (such a name is not possible) or `over-quota`. */
  create(name: string): Promise<void>;
  /** Removes a mailbox with its messages, not those under it. Rejects with `nonexistent`, or `cannot` for INBOX. */
  delete(name: string): Promise<void>;
  /**
   * Renames a mailbox and those under it. INBOX only moves its messages and stays, empty (RFC 3501 section 6.3.5).
   * Rejects with `nonexistent`, `already-exists` or `cannot`; then nothing is renamed.
   */
  rename(from: string, to: string): Promise<void>;
  /** A mailbox by its name. Rejects with `nonexistent`. */
  mailbox(name: string): Promise<Mailbox>;
  /** Takes the account's maildrop for one POP3 session (RFC 1939 section 4); `undefined` while another one has it. */
  lockMaildrop(): Promise<MaildropLock | undefined>;
}

/** A mailbox in a list. */
export interface ListedMailbox {
  /** Its name. */
  readonly name: string;
  /** What it is for (`\Sent`, RFC 6154); null for nothing special. */
  readonly specialUse: SpecialUse | null;
}

/** What a mailbox is for (RFC 6154 section 2). */
export type SpecialUse = "\\Archive" | "\\Drafts" | "\\Flagged" | "\\Junk" | "\\Sent" | "\\Trash";

/** Holds a maildrop until it is released. */
export interface MaildropLock {
  /** Gives the maildrop back; more than once does nothing. */
  release(): Promise<void>;
}

/**
 * One mailbox. UIDs ascend and are never used again while `uidValidity` is the same. It stays the same mailbox when it is renamed; once it
 * is deleted it is empty, and what would change it rejects with `nonexistent`.
 */
export interface Mailbox {
  /** Its figures now. */
  status(): Promise<MailboxStatus>;
  /** Its messages now, ascending by UID: all, or those of `uids` that exist. */
  messages(uids?: readonly number[]): Promise<readonly StoredMessage[]>;
  /** Rejects with `too-large`, `over-quota` or `nonexistent` when a message of this size would not be taken now. */
  expectRoom(size: number): Promise<void>;
  /** Adds a message; `content` comes from the same store. Rejects with `nonexistent`, `over-quota`, or `cannot` for impossible flags. */
  append(content: MessageContent, properties?: NewMessageProperties): Promise<StoredMessage>;
  /** Changes flags of those messages that exist, and resolves to them as they are now. Rejects with `cannot` for impossible flags. */
  changeFlags(uids: readonly number[], action: FlagAction, flags: readonly Flag[]): Promise<readonly StoredMessage[]>;
  /** Copies those messages that exist, with flags and internal date, to another mailbox of the account: all of them or none. */
  copy(uids: readonly number[], to: string): Promise<readonly StoredMessage[]>;
  /** Removes those messages that exist, all of them or none. */
  remove(uids: readonly number[]): Promise<void>;
  /** Removes the messages that have \Deleted, and resolves to their UIDs. */
  expunge(): Promise<readonly number[]>;
  /** The UIDs that were not yet claimed: they are \Recent to whoever claims them, and to nobody after (RFC 3501 section 2.3.2). */
  claimRecent(): Promise<UidInterval>;
  /** Calls `listener` after each change, until the function it returns is called. `listener` must not throw. */
  watch(listener: (change: MailboxChange) => void): () => void;
}

/** Figures of a mailbox. */
export interface MailboxStatus {
  /** Messages in it. */
  readonly messages: number;
  /** Messages without \Seen. */
  readonly unseen: number;
  /** Messages that nobody has claimed by {@link Mailbox.claimRecent}. */
  readonly recent: number;
  /** The UIDs that claiming would give now. */
  readonly recentUids: UidInterval;
  /** The UID that the next message gets. */
  readonly uidNext: number;
  /** Differs whenever UIDs of a mailbox of this name do not mean what they meant (RFC 3501 section 2.3.1.1). */
  readonly uidValidity: number;
  /** Keywords in use or used before, case as it was first said. */
  readonly keywords: readonly Flag[];
}

/** UIDs from `first` up to but not including `end`. */
export interface UidInterval {
  /** The first UID. */
  readonly first: number;
  /** The UID after the last one. */
  readonly end: number;
}

/** A message in a mailbox as it was at one moment; a change of its flags makes a new value. */
export interface StoredMessage {
  /** Its unique identifier in the mailbox. */
  readonly uid: number;
  /** System flags and keywords, never \Recent. */
  readonly flags: readonly Flag[];
  /** When it came. */
  readonly internalDate: InternalDate;
  /** Its bytes; they can be read even after the message was removed. */
  readonly content: MessageContent;
}

/** The bytes of a message. */
export interface MessageContent {
  /** How many. */
  readonly size: number;
  /** The bytes from `start` (0 unless given) up to but not including `end` (all unless given), in chunks that must not be changed. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** What a message is given when it is added. */
export interface NewMessageProperties {
  /** Its flags; none unless given. */
  readonly flags?: readonly Flag[];
  /** When it came; now unless given. */
  readonly internalDate?: InternalDate;
}

/** A change in a mailbox. */
export type MailboxChange =
  /** A message was added. */
  | { readonly type: "appended"; readonly message: StoredMessage }
  /** The flags of a message changed. */
  | { readonly type: "flagged"; readonly uid: number; readonly flags: readonly Flag[] }
  /** A message was removed. */
  | { readonly type: "removed"; readonly uid: number };
