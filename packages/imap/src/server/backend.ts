// What an application gives an IMAP server: accounts, mailboxes, messages. The server does the protocol (sequence numbers, sets with `*`,
// name patterns, macros, \Seen, when to tell what); the backend deals in mailbox names, unique identifiers and bytes.
// Methods of one account and its mailbox are never called while another call of the same connection is under way, except `close`.

import type { VerifyPassword } from "@mailwire/sasl";
import type { FetchAttribute, PlainFetchAttribute } from "../codec/commands/fetch-attribute.ts";
import type { SearchKey } from "../codec/commands/search-key.ts";
import type { ExtensionSearchKey } from "../codec/commands/search-key-extensions.ts";
import type { StatusAttribute } from "../codec/commands/status.ts";
import type { StoreCommand } from "../codec/commands/store.ts";
import type { DateTime } from "../codec/date-time.ts";
import type { Flag, MailboxAttribute } from "../codec/flag.ts";
import type { MailboxName } from "../codec/mailbox-name.ts";
import type { FetchData, FetchDataName, FetchItem } from "../codec/responses/fetch-item.ts";
import type { CountResponse, ExpungeResponse } from "../codec/responses/mailbox-state.ts";

/** Who may come in, and what they find. Every method may reject with an `ImapRefusal` to answer NO. */
export interface ImapBackend {
  /** Checks a password (LOGIN, and SASL mechanisms built on it); resolves to the identity, `undefined` refuses. */
  readonly verifyPassword: VerifyPassword;
  /** The account of an identity that a password or a SASL mechanism has proved. */
  openAccount(identity: string): Promise<ImapAccount>;
}

/** The mailboxes of one user, for one connection. Names come as the client said them; any case of INBOX is `INBOX`. */
export interface ImapAccount {
  /** The character between levels of the hierarchy; null for flat names. */
  readonly delimiter: string | null;
  /** All mailboxes, in the order to tell them; the server picks those that match and adds missing parents as \Noselect. */
  list(): Promise<readonly ListedMailbox[]>;
  /** All names subscribed to, whether or not such mailboxes exist. */
  listSubscribed(): Promise<readonly ListedMailbox[]>;
  /** Makes a mailbox. A delimiter at the name's end (the client means to create names under it) has been taken off. */
  create(mailbox: MailboxName): Promise<void>;
  /** Removes a mailbox with its messages. INBOX has been refused. */
  delete(mailbox: MailboxName): Promise<void>;
  /** Renames a mailbox and those under it; renaming INBOX moves its messages and leaves it empty (RFC 3501 section 6.3.5). */
  rename(from: MailboxName, to: MailboxName): Promise<void>;
  /** Adds a name to the subscriptions. */
  subscribe(mailbox: MailboxName): Promise<void>;
  /** Removes a name from the subscriptions. */
  unsubscribe(mailbox: MailboxName): Promise<void>;
  /** Figures of a mailbox, at least those asked for, without selecting it. */
  status(mailbox: MailboxName, items: readonly MailboxFigure[]): Promise<MailboxFigures>;
  /** Adds a message. Check first what can be refused: the client is told to go ahead when `message.body` is first read. */
  append(mailbox: MailboxName, message: AppendedMessage): Promise<void>;
  /** Opens a mailbox for this connection; `read-only` (EXAMINE) must change nothing, not even \Recent. */
  open(mailbox: MailboxName, access: MailboxAccess): Promise<ImapMailbox>;
  /** Called once when the connection is over, after the mailbox's `close`. */
  close?(): Promise<void>;
}

/** Whether an opened mailbox may be changed. */
export type MailboxAccess = "read-write" | "read-only";

/** A mailbox or a subscription. */
export interface ListedMailbox {
  /** Its name. */
  readonly mailbox: MailboxName;
  /** `\Noselect`, `\Noinferiors`, `\Sent` …; `\HasChildren` and `\HasNoChildren` are added by the server in LIST. */
  readonly attributes: readonly MailboxAttribute[];
}

/** A figure of a mailbox that the server may ask for; one that there is not is left out. */
export type MailboxFigure = Extract<StatusAttribute, "MESSAGES" | "RECENT" | "UIDNEXT" | "UIDVALIDITY" | "UNSEEN" | "HIGHESTMODSEQ">;

/** Figures of a mailbox (STATUS). */
export interface MailboxFigures {
  /** Messages in it. */
  readonly messages?: number;
  /** Messages with \Recent. */
  readonly recent?: number;
  /** The UID that the next message will get, at least. */
  readonly uidNext?: number;
  /** The validity of its UIDs. */
  readonly uidValidity?: number;
  /** Messages without \Seen. */
  readonly unseen?: number;
}

/** A message that a client appends. */
export interface AppendedMessage {
  /** Size of the body in bytes, as announced; the body has exactly this many or ends with an error. */
  readonly size: number;
  /** Flags to set, without \Recent. */
  readonly flags: readonly Flag[];
  /** INTERNALDATE to set; null means now. */
  readonly date: DateTime | null;
  /** The bytes as they come; copy what is kept. Read once. What is left unread is drained. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * A selected mailbox as one connection sees it. The set of messages, `uids`, changes only inside {@link ImapMailbox.poll}: messages that
 * others have expunged stay in it until a poll may tell so.
 */
export interface ImapMailbox {
  /** What is true at the moment of opening. */
  readonly opened: OpenedMailbox;
  /** UIDs in view, ascending: message sequence number n is `uids[n - 1]`. */
  readonly uids: readonly number[];
  /**
   * Data of messages, in the order of `uids`, one yield per message; a message that is gone is left out. Macros are expanded. \Seen is
   * the server's business: the backend never sets it here. Leaving early calls the iterator's `return`.
   */
  fetch(uids: readonly number[], attributes: readonly MessageAttribute[]): AsyncIterable<FetchedMessage>;
  /** Changes flags (\Recent never among them) and resolves to the flags that each message now has; {@link ImapMailbox.poll} does not tell these changes again. */
  store(uids: readonly number[], action: StoreCommand["action"], flags: readonly Flag[]): Promise<readonly MessageFlags[]>;
  /** Copies messages with flags and INTERNALDATE: all of them or none. */
  copy(uids: readonly number[], to: MailboxName): Promise<void>;
  /** UIDs of the messages in view that satisfy all keys, ascending. */
  search(keys: readonly MessageSearchKey[]): Promise<readonly number[]>;
  /** Removes all messages with \Deleted; the next poll with expunges tells which. Never called when read-only. */
  expunge(): Promise<void>;
  /**
   * What changed since the last poll, in the order to tell; from then on `uids` is what the client has been told. `without-expunges`
   * (during FETCH, STORE, SEARCH) keeps expunges back, and EXISTS counts those messages still (RFC 3501 section 7.4.1).
   */
  poll(allow: "with-expunges" | "without-expunges"): Promise<readonly MailboxUpdate[]>;
  /**
   * Calls `changed` whenever the next poll may have something to tell, until the function it returns is called. It is asked while the client idles
   * (RFC 2177); without it, the mailbox is polled twice a minute then.
   */
  watch?(changed: () => void): () => void;
  /** Called once when it is deselected or the connection is over; expunges nothing by itself. */
  close(): Promise<void>;
}

/** What SELECT and EXAMINE tell (RFC 3501 section 6.3.1). The number of messages is that of `uids`. */
export interface OpenedMailbox {
  /** What was granted, which may be less than was asked for. */
  readonly access: MailboxAccess;
  /** Messages with \Recent. */
  readonly recent: number;
  /** Sequence number of the first message without \Seen; null without one. */
  readonly firstUnseen: number | null;
  /** The UID that the next message will get, at least. */
  readonly uidNext: number;
  /** The validity of the UIDs. */
  readonly uidValidity: number;
  /** Flags in use. */
  readonly flags: readonly Flag[];
  /** Flags that stay when changed, `\*` when new ones may be made; told as none when read-only. */
  readonly permanentFlags: readonly Flag[];
}

/** A change to tell the client: a count, an expunge, or flags that another session changed. */
export type MailboxUpdate = CountResponse | ExpungeResponse | FlagsUpdate;

/** Flags that another session changed. */
export interface FlagsUpdate extends MessageFlags {
  readonly type: "flags";
}

/** The flags of a message. */
export interface MessageFlags {
  /** The message. */
  readonly uid: number;
  /** All its flags now, \Recent included. */
  readonly flags: readonly Flag[];
}

/** What the server may ask for of a message: the attributes of RFC 3501, and MODSEQ. */
export type MessageAttribute =
  | { readonly type: Exclude<PlainFetchAttribute, "EMAILID" | "THREADID" | "SAVEDATE" | "X-GM-MSGID" | "X-GM-THRID" | "X-GM-LABELS"> }
  | Extract<FetchAttribute, { readonly type: "BODY[]" | "BODY.PEEK[]" }>;

/** Data of one message: an item for each attribute that was asked for. */
export interface FetchedMessage {
  /** The message. */
  readonly uid: number;
  /** In the order to tell. */
  readonly items: readonly FetchedItem[];
}

/** One item: as the codec has it, except that large data need not be in memory. */
export type FetchedItem = Exclude<FetchItem, FetchData> | (FetchDataName & { readonly data: Uint8Array | BodyStream | null });

/** Bytes of a section that are read as they are sent. */
export interface BodyStream {
  /** How many bytes (of the partial, when it is one). */
  readonly size: number;
  /** Exactly `size` bytes; read at most once, in order with the other items. Fewer or more end the connection. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** What a message must be to be found: {@link SearchKey} of RFC 3501 with its sets resolved. Text is Unicode and matches as a case-insensitive substring. */
export type MessageSearchKey =
  | Exclude<SearchKey, { readonly type: "NOT" | "OR" | "AND" | "SEQUENCE" | "UID" | "FUZZY" } | ExtensionSearchKey>
  | { readonly type: "NOT"; readonly key: MessageSearchKey }
  | { readonly type: "OR"; readonly left: MessageSearchKey; readonly right: MessageSearchKey }
  | { readonly type: "AND"; readonly keys: readonly MessageSearchKey[] }
  /** UIDs from the view, ascending (of a sequence set or a UID set). */
  | { readonly type: "UID"; readonly uids: readonly number[] };
