/**
 * Serves INBOX of a store over POP3: a `Maildrop` for `servePop3`.
 * @packageDocumentation
 */
import type { Maildrop } from "@mailwire/pop3/server";
import { concat, decodeUtf8, latin1 } from "@mailwire/wire";
import { INBOX } from "./mailbox-name.ts";
import { StoreError } from "./store-error.ts";
import type { Mailbox, MaildropLock, Store, StoredMessage } from "./store.ts";

/**
 * The `open` option of `servePop3`: opens and locks the INBOX of a user (RFC 1939 section 4). A message's unique-id is made of UIDVALIDITY
 * and UID; flags change nothing, and what IMAP sessions remove meanwhile stays readable until QUIT. A message is for UTF-8 mode only when its header
 * has characters beyond ASCII in UTF-8 (RFC 6532). Rejects with `nonexistent` for no user.
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

/** Headers of this size are in no mail that a person wrote; a cut character at the end of one makes it look like no UTF-8, which refuses nothing. */
const MAX_HEADER_BYTES = 65_536;

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

  read(index: number): AsyncIterable<Uint8Array> | undefined {
    return this.#stored[index]?.content.read();
  }

  async requiresUtf8(index: number): Promise<boolean> {
    const header = await this.#header(index);
    return /[\x80-\xff]/.test(latin1(header)) && decodeUtf8(header) !== undefined;
  }

  async commit(indexes: readonly number[]): Promise<void> {
    await this.#mailbox.remove(indexes.flatMap((index) => this.#stored[index]?.uid ?? []));
  }

  async release(): Promise<void> {
    await this.#lock.release();
  }

  /** The header of a message, or as much of it as a reader would look at. */
  async #header(index: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#stored[index]?.content.read(0, MAX_HEADER_BYTES) ?? []) chunks.push(chunk);
    const bytes = concat(chunks);
    const end = /\n\r?\n/.exec(latin1(bytes));
    return end === null ? bytes : bytes.subarray(0, end.index);
  }
}
