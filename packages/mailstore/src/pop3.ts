/**
 * Serves INBOX of a store over POP3: a `Maildrop` for `servePop3`.
 * @packageDocumentation
 */
import type { Maildrop } from "@mailwire/pop3/server";
import { INBOX } from "./mailbox-name.ts";
import { StoreError } from "./store-error.ts";
import type { Mailbox, MaildropLock, Store, StoredMessage } from "./store.ts";

/**
 * The `open` option of `servePop3`: opens and locks the INBOX of a user (RFC 1939 section 4). A message's unique-id is made of UIDVALIDITY
 * and UID; flags change nothing, and what IMAP sessions remove meanwhile stays readable until QUIT. Rejects with `nonexistent` for no user.
 */
export function maildropOpener(store: Store): (identity: string) => Promise<Maildrop | "in-use"> {
  return async (identity) => {
    const account = await store.account(identity);
    if (account === undefined) throw new StoreError("nonexistent", "there is no such user");
    const lock = await account.lockMaildrop();
    if (lock === undefined) return "in-use";
    try {
      const inbox = await account.mailbox(INBOX);
      const { uidValidity } = await inbox.status();
      return new StoreMaildrop(inbox, lock, uidValidity, await inbox.messages());
    } catch (error) {
      await lock.release();
      throw error;
    }
  };
}

class StoreMaildrop implements Maildrop {
  readonly messages: Maildrop["messages"];
  readonly #mailbox: Mailbox;
  readonly #lock: MaildropLock;
  readonly #stored: readonly StoredMessage[];

  constructor(mailbox: Mailbox, lock: MaildropLock, uidValidity: number, stored: readonly StoredMessage[]) {
    this.#mailbox = mailbox;
    this.#lock = lock;
    this.#stored = stored;
    this.messages = stored.map(({ uid, content }) => ({ size: content.size, uid: `${uidValidity}.${uid}` }));
  }

  read(index: number): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
    return this.#stored[index]?.content.read() ?? [];
  }

  async commit(indexes: readonly number[]): Promise<void> {
    await this.#mailbox.remove(indexes.flatMap((index) => this.#stored[index]?.uid ?? []));
  }

  async release(): Promise<void> {
    await this.#lock.release();
  }
}
