// A backend that is just enough to answer: mailboxes of one user, messages as bytes.
/* eslint-disable @typescript-eslint/require-await -- the interface waits, the memory behind it does not */

import { concat, fromLatin1 } from "@mailwire/wire";
import type { Flag } from "../src/codec/index.ts";
import { mailboxName, parseDateTime } from "../src/codec/index.ts";
import type { MailboxName } from "../src/codec/index.ts";
import { ImapRefusal } from "../src/server.ts";
import type {
  AppendedMessage,
  BodyStream,
  FetchedItem,
  FetchedMessage,
  ImapAccount,
  ImapBackend,
  ImapMailbox,
  ListedMailbox,
  MailboxAccess,
  MailboxUpdate,
  MessageAttribute,
  MessageFlags,
  MessageSearchKey,
  OpenedMailbox,
} from "../src/server.ts";

/** A message kept by the backend. */
export interface TestMessage {
  readonly uid: number;
  readonly bytes: Uint8Array;
  flags: Flag[];
}

const FLAGS = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];
/** Of which nothing is known. */
export const NO_ENVELOPE = {
  date: null,
  subject: null,
  from: null,
  sender: null,
  replyTo: null,
  to: null,
  cc: null,
  bcc: null,
  inReplyTo: null,
  messageId: null,
};
const DATE = parseDateTime("30-May-2007 16:09:03 +0400");

/** What {@link TestBackend} is made of. */
export interface TestBackendOptions {
  readonly messages?: readonly (string | Uint8Array)[];
  readonly mailboxes?: readonly string[];
  readonly delimiter?: string;
  /** Messages with \Recent: the last ones. */
  readonly recent?: number;
  /** Data of more bytes than this is given as a stream of such pieces. */
  readonly streamBytes?: number;
}

/** One account; anyone whose password is not "wrong" gets in. */
export class TestBackend implements ImapBackend, ImapAccount {
  readonly delimiter: string;
  readonly mailboxes: string[];
  readonly subscribed: string[] = ["INBOX"];
  readonly messages: TestMessage[];
  readonly options: TestBackendOptions;
  /** Updates for the next poll. */
  readonly updates: MailboxUpdate[] = [];
  /** What happened, for tests to look at. */
  readonly log: string[] = [];

  constructor(options: TestBackendOptions = {}) {
    const { messages = [], mailboxes = ["INBOX"], delimiter = "/", recent = 0 } = options;
    this.options = options;
    this.delimiter = delimiter;
    this.mailboxes = [...mailboxes];
    this.messages = messages.map((text, index) => ({
      uid: index + 1,
      bytes: typeof text === "string" ? fromLatin1(text) : text,
      flags: index >= messages.length - recent ? ["\\Recent"] : [],
    }));
  }

  readonly verifyPassword: ImapBackend["verifyPassword"] = ({ user, password }) =>
    Promise.resolve(password.reveal() === "wrong" ? undefined : user);

  async openAccount(): Promise<ImapAccount> {
    return this;
  }

  async list(): Promise<readonly ListedMailbox[]> {
    return [...this.mailboxes].sort().map((name) => ({ mailbox: mailboxName(name), attributes: [] }));
  }

  async listSubscribed(): Promise<readonly ListedMailbox[]> {
    return this.subscribed.map((name) => ({ mailbox: mailboxName(name), attributes: [] }));
  }

  async create({ name }: MailboxName): Promise<void> {
    if (this.mailboxes.includes(name)) throw new ImapRefusal({ type: "ALREADYEXISTS" }, "There is one");
    this.mailboxes.push(name);
  }

  async delete({ name }: MailboxName): Promise<void> {
    this.mailboxes.splice(this.#index(name), 1);
  }

  async rename(from: MailboxName, to: MailboxName): Promise<void> {
    this.mailboxes[this.#index(from.name)] = to.name;
  }

  async subscribe({ name }: MailboxName): Promise<void> {
    this.subscribed.push(name);
  }

  async unsubscribe({ name }: MailboxName): Promise<void> {
    this.subscribed.splice(this.subscribed.indexOf(name), 1);
  }

  async status({ name }: MailboxName): Promise<{ messages: number; uidNext: number; uidValidity: number; recent: number; unseen: number }> {
    this.#index(name);
    const { length } = this.messages;
    return { messages: length, uidNext: length + 1, uidValidity: 7, recent: this.options.recent ?? 0, unseen: length };
  }

  async append({ name }: MailboxName, { body, size, flags, date }: AppendedMessage): Promise<void> {
    this.#index(name);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const bytes = concat(chunks);
    this.messages.push({ uid: this.messages.length + 1, bytes, flags: [...flags] });
    this.log.push(`append ${name} ${size} ${bytes.length} ${flags.join(" ")} ${date?.text ?? ""}`);
  }

  async open({ name }: MailboxName, access: MailboxAccess): Promise<ImapMailbox> {
    this.#index(name);
    return new TestMailbox(this, access);
  }

  async close(): Promise<void> {
    this.log.push("account closed");
  }

  #index(name: string): number {
    const index = this.mailboxes.indexOf(name);
    if (index < 0) throw new ImapRefusal({ type: "NONEXISTENT" }, "There is none");
    return index;
  }
}

class TestMailbox implements ImapMailbox {
  readonly opened: OpenedMailbox;
  readonly uids: number[];
  readonly #backend: TestBackend;

  constructor(backend: TestBackend, access: MailboxAccess) {
    this.#backend = backend;
    this.uids = backend.messages.map(({ uid }) => uid);
    this.opened = {
      access,
      recent: backend.options.recent ?? 0,
      firstUnseen: this.uids.length === 0 ? null : 1,
      uidNext: this.uids.length + 1,
      uidValidity: 7,
      flags: FLAGS,
      permanentFlags: FLAGS,
    };
  }

  async *fetch(uids: readonly number[], attributes: readonly MessageAttribute[]): AsyncGenerator<FetchedMessage> {
    for (const message of this.#backend.messages.filter(({ uid }) => uids.includes(uid))) {
      yield { uid: message.uid, items: attributes.map((attribute) => this.#item(message, attribute)) };
    }
  }

  async store(uids: readonly number[], action: "replace" | "add" | "remove", flags: readonly Flag[]): Promise<readonly MessageFlags[]> {
    return this.#backend.messages
      .filter(({ uid }) => uids.includes(uid))
      .map((message) => {
        const rest = action === "replace" ? [] : message.flags.filter((flag) => !flags.includes(flag));
        message.flags = action === "remove" ? rest : [...rest, ...flags];
        return { uid: message.uid, flags: message.flags };
      });
  }

  async copy(uids: readonly number[], to: MailboxName): Promise<void> {
    if (!this.#backend.mailboxes.includes(to.name)) throw new ImapRefusal({ type: "NONEXISTENT" }, "There is none");
    this.#backend.log.push(`copy ${uids.join()} ${to.name}`);
  }

  async search(keys: readonly MessageSearchKey[]): Promise<readonly number[]> {
    return this.uids.filter((uid) => keys.every((key) => key.type !== "UID" || key.uids.includes(uid)));
  }

  async expunge(): Promise<void> {
    for (const { uid, flags } of [...this.#backend.messages]) {
      if (!flags.includes("\\Deleted")) continue;
      const index = this.uids.indexOf(uid);
      this.uids.splice(index, 1);
      this.#backend.messages.splice(
        this.#backend.messages.findIndex((message) => message.uid === uid),
        1,
      );
      this.#backend.updates.push({ type: "EXPUNGE", sequenceNumber: index + 1 });
    }
  }

  async poll(allow: "with-expunges" | "without-expunges"): Promise<readonly MailboxUpdate[]> {
    const { updates } = this.#backend;
    const told = updates.filter(({ type }) => allow === "with-expunges" || type !== "EXPUNGE");
    for (const update of told) updates.splice(updates.indexOf(update), 1);
    return told;
  }

  async close(): Promise<void> {
    this.#backend.log.push("mailbox closed");
  }

  #item({ uid, bytes, flags }: TestMessage, attribute: MessageAttribute): FetchedItem {
    switch (attribute.type) {
      case "UID":
        return { type: "UID", uid };
      case "FLAGS":
        return { type: "FLAGS", flags };
      case "INTERNALDATE":
        if (DATE === undefined) throw new Error("no date");
        return { type: "INTERNALDATE", date: DATE };
      case "RFC822.SIZE":
        return { type: "RFC822.SIZE", octets: bytes.length };
      case "ENVELOPE":
        return { type: "ENVELOPE", envelope: NO_ENVELOPE };
      case "MODSEQ":
        return { type: "MODSEQ", modSeq: 1n };
      case "BODY":
      case "BODYSTRUCTURE":
        return {
          type: attribute.type,
          structure: {
            kind: "text",
            type: "TEXT",
            subtype: "PLAIN",
            parameters: null,
            id: null,
            description: null,
            encoding: "7BIT",
            octets: bytes.length,
            lines: 0,
          },
        };
      case "RFC822":
      case "RFC822.HEADER":
      case "RFC822.TEXT":
        return { type: attribute.type, data: this.#data(bytes) };
      case "BODY[]":
      case "BODY.PEEK[]": {
        const { section, partial } = attribute;
        const part = partial === null ? bytes : bytes.subarray(partial.offset, partial.offset + partial.length);
        return { type: "BODY[]", section, origin: partial?.offset ?? null, data: this.#data(part) };
      }
    }
  }

  #data(bytes: Uint8Array): Uint8Array | BodyStream {
    const { streamBytes = Infinity } = this.#backend.options;
    return bytes.length <= streamBytes ? bytes : { size: bytes.length, chunks: pieces(bytes, streamBytes) };
  }
}

/** `bytes` in pieces. */
export async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
