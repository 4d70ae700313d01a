// One user's mail in memory.

import { canonicalName, INBOX, isUnder, newName } from "./mailbox-name.ts";
import { MemoryMailbox, type MailboxHome } from "./memory-mailbox.ts";
import { StoreError } from "./store-error.ts";
import type { Account, ListedMailbox, Mailbox, MaildropLock, SpecialUse } from "./store.ts";

/** Limits of a `MemoryStore`. */
export interface MemoryStoreLimits {
  /** Bytes of one message. */
  readonly maxMessageBytes: number;
  /** Bytes of all messages that have not come to their end, of all users. */
  readonly maxIncomingBytes: number;
  /** Bytes of all messages, copies counted as well. */
  readonly maxAccountBytes: number;
  /** Mailboxes, INBOX included; as many subscriptions. */
  readonly maxMailboxes: number;
  /** Keywords that one mailbox may know. */
  readonly maxKeywords: number;
}

/** What an account asks of its store. */
export interface AccountHome {
  readonly limits: MemoryStoreLimits;
  /** The clock, milliseconds since 1970. */
  readonly now: () => number;
  /** A number that no mailbox had before, greater than all. */
  readonly nextUidValidity: () => number;
}

/** An account in memory; made by the store. */
export class MemoryAccount implements Account {
  readonly user: string;
  readonly #home: AccountHome;
  readonly #mailboxHome: MailboxHome;
  readonly #mailboxes = new Map<string, MemoryMailbox>();
  readonly #specialUses = new Map<string, SpecialUse>();
  readonly #subscriptions = new Set<string>();
  #maildrop: "free" | "taken" = "free";
  #bytes = 0;

  constructor(user: string, home: AccountHome, specialUses: Readonly<Record<string, SpecialUse>>) {
    this.user = user;
    this.#home = home;
    this.#mailboxHome = {
      now: home.now,
      maxKeywords: home.limits.maxKeywords,
      find: (name) => this.#find(name),
      expectRoom: (size) => this.#expectRoom(size),
      book: (bytes) => this.#book(bytes),
    };
    this.#add(INBOX);
    for (const [name, use] of Object.entries(specialUses)) {
      this.#add(name);
      this.#specialUses.set(name, use);
    }
  }

  async list(): Promise<readonly ListedMailbox[]> {
    const names = [...this.#mailboxes.keys()].filter((name) => name !== INBOX).sort();
    return [INBOX, ...names].map((name) => ({ name, specialUse: this.#specialUses.get(name) ?? null }));
  }

  async subscriptions(): Promise<readonly string[]> {
    return [...this.#subscriptions].sort();
  }

  async subscribe(name: string): Promise<void> {
    if (this.#subscriptions.size >= this.#home.limits.maxMailboxes) throw new StoreError("over-quota", "too many subscriptions");
    this.#subscriptions.add(newName(name));
  }

  async unsubscribe(name: string): Promise<void> {
    if (!this.#subscriptions.delete(canonicalName(name))) throw new StoreError("nonexistent", "not subscribed to this mailbox");
  }

  async create(name: string): Promise<void> {
    this.#add(newName(name));
  }

  async delete(name: string): Promise<void> {
    const mailbox = this.#find(name);
    if (canonicalName(name) === INBOX) throw new StoreError("cannot", "INBOX cannot be deleted");
    this.#mailboxes.delete(name);
    this.#specialUses.delete(name);
    mailbox.delete();
  }

  async rename(from: string, to: string): Promise<void> {
    const target = newName(to);
    if (canonicalName(from) === INBOX) {
      this.#find(INBOX).moveInto(this.#add(target));
      return;
    }
    const moved = [...this.#mailboxes].filter(([name]) => name === from || isUnder(name, from));
    if (moved.length === 0) throw new StoreError("nonexistent", "there is no such mailbox");
    const renamed = moved.map(([name, mailbox]) => ({ name, mailbox, to: newName(target + name.slice(from.length)) }));
    if (renamed.some((each) => this.#mailboxes.has(each.to))) throw new StoreError("already-exists", "there is such a mailbox already");
    for (const each of renamed) this.#move(each.name, each.to, each.mailbox);
  }

  async mailbox(name: string): Promise<Mailbox> {
    return this.#find(name);
  }

  async lockMaildrop(): Promise<MaildropLock | undefined> {
    if (this.#maildrop === "taken") return undefined;
    this.#maildrop = "taken";
    let held = true;
    return {
      release: async () => {
        if (held) this.#maildrop = "free";
        held = false;
      },
    };
  }

  #find(name: string): MemoryMailbox {
    const mailbox = this.#mailboxes.get(canonicalName(name));
    if (mailbox === undefined) throw new StoreError("nonexistent", "there is no such mailbox");
    return mailbox;
  }

  #add(name: string): MemoryMailbox {
    if (this.#mailboxes.has(name)) throw new StoreError("already-exists", "there is such a mailbox already");
    if (this.#mailboxes.size >= this.#home.limits.maxMailboxes) throw new StoreError("over-quota", "there are too many mailboxes");
    const mailbox = new MemoryMailbox(this.#mailboxHome, this.#home.nextUidValidity());
    this.#mailboxes.set(name, mailbox);
    return mailbox;
  }

  // A mailbox of the new name may have been deleted before: its UIDs must not seem to go on.
  #move(from: string, to: string, mailbox: MemoryMailbox): void {
    this.#mailboxes.delete(from);
    this.#mailboxes.set(to, mailbox);
    mailbox.uidValidity = this.#home.nextUidValidity();
    const use = this.#specialUses.get(from);
    this.#specialUses.delete(from);
    if (use !== undefined) this.#specialUses.set(to, use);
  }

  #expectRoom(size: number): void {
    const { maxMessageBytes } = this.#home.limits;
    if (size > maxMessageBytes) throw new StoreError("too-large", `a message may have ${maxMessageBytes} bytes`);
    if (this.#bytes + size > this.#home.limits.maxAccountBytes) throw new StoreError("over-quota", "the account is full");
  }

  #book(bytes: number): void {
    if (bytes > 0 && this.#bytes + bytes > this.#home.limits.maxAccountBytes) throw new StoreError("over-quota", "the account is full");
    this.#bytes += bytes;
  }
}
