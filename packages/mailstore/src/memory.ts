/**
 * A store in memory: for tests, demonstrations and mail that need not outlive its process.
 * @packageDocumentation
 */

import { concat, withLimits, type Secret } from "@mailwire/wire";
import { MemoryAccount, type AccountHome, type MemoryStoreLimits } from "./memory-account.ts";
import { StoreError } from "./store-error.ts";
import type { Account, MessageContent, SpecialUse, Store } from "./store.ts";

export type { MemoryStoreLimits } from "./memory-account.ts";

/** The limits unless told otherwise. */
export const DEFAULT_LIMITS: MemoryStoreLimits = {
  // What large providers accept in one message.
  maxMessageBytes: 50 * 1024 * 1024,
  // Twenty messages of that size; a crowd that sends without end is told to come back.
  maxIncomingBytes: 1024 * 1024 * 1024,
  // Memory, not disk: one account must not take it all.
  maxAccountBytes: 1024 * 1024 * 1024,
  // Far more than people keep; a client that creates without end is stopped.
  maxMailboxes: 10_000,
  // Each is told to every client that selects the mailbox.
  maxKeywords: 500,
};

/** The usual mailboxes beside INBOX and what they are for (RFC 6154). */
export const USUAL_MAILBOXES: Readonly<Record<string, SpecialUse>> = {
  Drafts: "\\Drafts",
  Junk: "\\Junk",
  Sent: "\\Sent",
  Trash: "\\Trash",
};

/** How a {@link MemoryStore} is set up. */
export interface MemoryStoreOptions {
  /** Mailboxes that every account has from the start, beside INBOX, by name; {@link USUAL_MAILBOXES}, say. None unless given. */
  readonly mailboxes?: Readonly<Record<string, SpecialUse>>;
  /** The clock for internal dates and UIDVALIDITY, milliseconds since 1970; `Date.now` unless given. */
  readonly now?: () => number;
  /** Changes to {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<MemoryStoreLimits>;
}

/** What a client proves itself with; the shape that SASL mechanisms ask to be verified. */
export interface PasswordCredentials {
  /** Who is logging in. */
  readonly user: string;
  /** The password. */
  readonly password: Secret<string>;
  /** Whom to act as; refused here unless it is the user. */
  readonly authorizationIdentity?: string;
}

interface User {
  readonly account: MemoryAccount;
  readonly password: Secret<string> | undefined;
}

/** A store in memory, with its users. Names of users match in any case. */
export class MemoryStore implements Store {
  readonly #users = new Map<string, User>();
  readonly #home: AccountHome;
  readonly #limits: MemoryStoreLimits;
  readonly #mailboxes: Readonly<Record<string, SpecialUse>>;
  /** Of messages that have not come to their end. */
  #incomingBytes = 0;

  /** An empty store; throws a local `ProtocolError` (`bad-limit`) for limits that cannot be. */
  constructor(options: MemoryStoreOptions = {}) {
    const now = options.now ?? Date.now;
    // Seconds since 1970 go up from one process to the next, as UIDVALIDITY must; they fit its 32 bits until 2106.
    let uidValidity = Math.floor(now() / 1000);
    this.#limits = withLimits(DEFAULT_LIMITS, options.limits);
    this.#home = { now, limits: this.#limits, nextUidValidity: () => (uidValidity += 1) };
    this.#mailboxes = options.mailboxes ?? {};
  }

  /**
   * Adds a user with an empty account; of a user that is there already only the password is changed. Without a password
   * {@link MemoryStore.verifyPassword} lets nobody in: for applications that check who comes in by what they keep themselves.
   */
  addUser(user: string, password?: Secret<string>): void {
    const account = this.#users.get(user.toLowerCase())?.account ?? new MemoryAccount(user, this.#home, this.#mailboxes);
    this.#users.set(user.toLowerCase(), { account, password });
  }

  /** The password of a user, for mechanisms that need it in clear (APOP, CRAM-MD5); `undefined` when there is no such user, or no password. */
  passwordOf(user: string): Secret<string> | undefined {
    return this.#users.get(user.toLowerCase())?.password;
  }

  /** Checks a password; resolves to the name of the user as it was added, or to `undefined`. Bound: pass it on as it is. */
  readonly verifyPassword = async ({ user, password, authorizationIdentity }: PasswordCredentials): Promise<string | undefined> => {
    const known = this.#users.get(user.toLowerCase());
    if (known?.password === undefined || !sameText(known.password.reveal(), password.reveal())) return undefined;
    if (authorizationIdentity !== undefined && authorizationIdentity.toLowerCase() !== user.toLowerCase()) return undefined;
    return known.account.user;
  };

  async account(user: string): Promise<Account | undefined> {
    return this.#users.get(user.toLowerCase())?.account;
  }

  async receive(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<MessageContent> {
    const { maxMessageBytes, maxIncomingBytes } = this.#limits;
    const kept: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of chunks) {
        size += chunk.length;
        this.#incomingBytes += chunk.length;
        if (size > maxMessageBytes) throw new StoreError("too-large", `a message may have ${maxMessageBytes} bytes`);
        if (this.#incomingBytes > maxIncomingBytes) throw new StoreError("busy", "too many messages come in at once");
        kept.push(chunk.slice());
      }
    } finally {
      this.#incomingBytes -= size;
    }
    return new MemoryContent(concat(kept));
  }
}

/** A reader that is slow holds no more than this beside the message; inside TLS what is written is a copy. */
const MAX_PIECE_BYTES = 65_536;

class MemoryContent implements MessageContent {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  async *read(start = 0, end = this.size): AsyncGenerator<Uint8Array, void, undefined> {
    for (let from = start; from < end; from += MAX_PIECE_BYTES) yield this.#bytes.subarray(from, Math.min(from + MAX_PIECE_BYTES, end));
  }
}

/** Compares in a time that does not tell where the texts differ. */
function sameText(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < other.length; at += 1) difference |= (one.charCodeAt(at) || 0) ^ other.charCodeAt(at);
  return difference === 0;
}
