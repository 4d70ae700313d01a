/**
 * Serves a store over IMAP: an `ImapBackend` for `serveImap`.
 * @packageDocumentation
 */
import { mailboxName, type MailboxName } from "@mailwire/imap/codec";
import {
  ImapRefusal,
  type AppendedMessage,
  type ImapAccount,
  type ImapBackend,
  type ImapMailbox,
  type ListedMailbox,
  type MailboxAccess,
  type MailboxFigures,
} from "@mailwire/imap/server";
import { readInternalDate } from "./imap-fetch.ts";
import { selectMailbox } from "./imap-mailbox.ts";
import { refusing } from "./imap-refusal.ts";
import { DELIMITER } from "./mailbox-name.ts";
import type { Account, Store } from "./store.ts";

/** How a store is served over IMAP. */
export interface ImapBackendOptions {
  /** Checks a password; resolves to the user whose account is opened then. `MemoryStore.verifyPassword` does. */
  readonly verifyPassword: ImapBackend["verifyPassword"];
}

/** A store as the backend of an IMAP server. Sessions on one mailbox see each other's changes as RFC 3501 section 5.5 allows. */
export function imapBackend(store: Store, options: ImapBackendOptions): ImapBackend {
  return {
    verifyPassword: options.verifyPassword,
    openAccount: async (identity) => {
      const account = await store.account(identity);
      if (account === undefined) throw new ImapRefusal({ type: "AUTHORIZATIONFAILED" }, "there is no such account");
      return new StoreAccount(store, account);
    },
  };
}

class StoreAccount implements ImapAccount {
  readonly delimiter = DELIMITER;
  readonly #store: Store;
  readonly #account: Account;

  constructor(store: Store, account: Account) {
    this.#store = store;
    this.#account = account;
  }

  async list(): Promise<readonly ListedMailbox[]> {
    const mailboxes = await refusing(this.#account.list());
    return mailboxes.map(({ name, specialUse }) => ({ mailbox: mailboxName(name), attributes: specialUse === null ? [] : [specialUse] }));
  }

  async listSubscribed(): Promise<readonly ListedMailbox[]> {
    const names = await refusing(this.#account.subscriptions());
    return names.map((name) => ({ mailbox: mailboxName(name), attributes: [] }));
  }

  async create({ name }: MailboxName): Promise<void> {
    await refusing(this.#account.create(name));
  }

  async delete({ name }: MailboxName): Promise<void> {
    await refusing(this.#account.delete(name));
  }

  async rename(from: MailboxName, to: MailboxName): Promise<void> {
    await refusing(this.#account.rename(from.name, to.name));
  }

  async subscribe({ name }: MailboxName): Promise<void> {
    await refusing(this.#account.subscribe(name));
  }

  async unsubscribe({ name }: MailboxName): Promise<void> {
    await refusing(this.#account.unsubscribe(name));
  }

  // All figures cost the same here.
  async status({ name }: MailboxName): Promise<MailboxFigures> {
    const mailbox = await refusing(this.#account.mailbox(name));
    return refusing(mailbox.status());
  }

  async append({ name }: MailboxName, { size, flags, date, body }: AppendedMessage): Promise<void> {
    const mailbox = await refusing(this.#account.mailbox(name));
    await refusing(mailbox.expectRoom(size));
    const content = await refusing(this.#store.receive(body));
    await refusing(mailbox.append(content, { flags, ...(date !== null && { internalDate: readInternalDate(date) }) }));
  }

  async open({ name }: MailboxName, access: MailboxAccess): Promise<ImapMailbox> {
    return refusing(selectMailbox(await refusing(this.#account.mailbox(name)), access));
  }
}
