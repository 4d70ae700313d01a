// A mailbox of a store, selected in one IMAP session.

import type { MailboxName } from "@mailwire/imap/codec";
import type {
  FetchedMessage,
  ImapMailbox,
  MailboxAccess,
  MailboxUpdate,
  MessageAttribute,
  MessageFlags,
  MessageSearchKey,
  OpenedMailbox,
} from "@mailwire/imap/server";
import { hasFlag, SYSTEM_FLAGS, type Flag, type FlagAction } from "./flag.ts";
import { fetchItems, readAll, StructureCache } from "./imap-fetch.ts";
import { refusing } from "./imap-refusal.ts";
import { MailboxView, type ExpungePolicy } from "./mailbox-view.ts";
import { satisfiesAll } from "./search.ts";
import { SearchedText } from "./searched-text.ts";
import type { Mailbox, MailboxChange, MailboxStatus, StoredMessage } from "./store.ts";

/** Opens a mailbox for one session; only one that may write takes \Recent. */
export async function selectMailbox(mailbox: Mailbox, access: MailboxAccess): Promise<ImapMailbox> {
  const missed: MailboxChange[] = [];
  let take = (change: MailboxChange): void => void missed.push(change);
  const unwatch = mailbox.watch((change) => take(change));
  try {
    const status = await mailbox.status();
    const recent = access === "read-write" ? await mailbox.claimRecent() : status.recentUids;
    const messages = await mailbox.messages();
    const view = new MailboxView(messages, recent);
    take = (change) => view.apply(change);
    missed.forEach(take);
    return new SelectedMailbox({ mailbox, view, unwatch, opened: openedOf({ status, access, view, messages }) });
  } catch (error) {
    unwatch();
    throw error;
  }
}

interface Opening {
  readonly status: MailboxStatus;
  readonly access: MailboxAccess;
  readonly view: MailboxView;
  readonly messages: readonly StoredMessage[];
}

function openedOf({ status, access, view, messages }: Opening): OpenedMailbox {
  const firstUnseen = messages.findIndex((message) => !hasFlag(message, "\\Seen")) + 1;
  const flags = [...SYSTEM_FLAGS, ...status.keywords];
  return {
    access,
    recent: view.recentCount,
    firstUnseen: firstUnseen === 0 ? null : firstUnseen,
    uidNext: Math.max(status.uidNext, (messages.at(-1)?.uid ?? 0) + 1),
    uidValidity: status.uidValidity,
    flags,
    permanentFlags: access === "read-write" ? [...flags, "\\*"] : [],
  };
}

interface Parts {
  readonly mailbox: Mailbox;
  readonly view: MailboxView;
  readonly unwatch: () => void;
  readonly opened: OpenedMailbox;
}

class SelectedMailbox implements ImapMailbox {
  readonly opened: OpenedMailbox;
  readonly #mailbox: Mailbox;
  readonly #view: MailboxView;
  readonly #unwatch: () => void;
  readonly #structures = new StructureCache();

  constructor({ mailbox, view, unwatch, opened }: Parts) {
    this.#mailbox = mailbox;
    this.#view = view;
    this.#unwatch = unwatch;
    this.opened = opened;
  }

  get uids(): readonly number[] {
    return this.#view.uids;
  }

  async *fetch(uids: readonly number[], attributes: readonly MessageAttribute[]): AsyncGenerator<FetchedMessage, void, undefined> {
    for (const stored of await this.#mailbox.messages(uids)) {
      const flags = this.#view.flagsOf(stored);
      const items = await fetchItems({ stored, flags, structure: () => this.#structures.of(stored) }, attributes);
      yield { uid: stored.uid, items };
    }
  }

  async store(uids: readonly number[], action: FlagAction, flags: readonly Flag[]): Promise<readonly MessageFlags[]> {
    const changed = await refusing(this.#mailbox.changeFlags(uids, action, flags));
    return changed.map((message) => {
      this.#view.expect(message.uid, action, flags);
      return { uid: message.uid, flags: this.#view.flagsOf(message) };
    });
  }

  async copy(uids: readonly number[], to: MailboxName): Promise<void> {
    await refusing(this.#mailbox.copy(uids, to.name));
  }

  async search(keys: readonly MessageSearchKey[]): Promise<readonly number[]> {
    const found: number[] = [];
    for (const stored of await this.#mailbox.messages(this.#view.uids)) {
      if (await this.#satisfies(stored, keys)) found.push(stored.uid);
    }
    return found;
  }

  async expunge(): Promise<void> {
    await this.#mailbox.expunge();
  }

  async poll(allow: ExpungePolicy): Promise<readonly MailboxUpdate[]> {
    if (this.#view.hasArrivals) this.#view.claim(await this.#recentArrivals());
    return this.#view.poll(allow);
  }

  // The view was watching before: it knows of a change when this is told.
  watch(changed: () => void): () => void {
    return this.#mailbox.watch(() => changed());
  }

  async close(): Promise<void> {
    this.#unwatch();
    return Promise.resolve();
  }

  async #recentArrivals(): Promise<MailboxStatus["recentUids"]> {
    return this.opened.access === "read-write" ? this.#mailbox.claimRecent() : (await this.#mailbox.status()).recentUids;
  }

  async #satisfies(stored: StoredMessage, keys: readonly MessageSearchKey[]): Promise<boolean> {
    const message = { stored, isRecent: this.#view.isRecent(stored.uid) };
    const answer = satisfiesAll(message, keys);
    return answer ?? satisfiesAll({ ...message, text: new SearchedText(await readAll(stored.content)) }, keys) === true;
  }
}
