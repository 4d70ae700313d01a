// Commands about mailboxes: SELECT, EXAMINE, CREATE, DELETE, SUBSCRIBE, UNSUBSCRIBE, RENAME, LIST, LSUB, STATUS (RFC 3501 section 6.3).

import { LIST } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import { decodeMailboxName, readMailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import type { MailboxName } from "../mailbox-name.ts";

/** A command about one mailbox. */
export interface MailboxCommand {
  readonly name: "SELECT" | "EXAMINE" | "CREATE" | "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE" | "GETQUOTAROOT" | "GETACL" | "MYRIGHTS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
}

/** Renames a mailbox. */
export interface RenameCommand {
  readonly name: "RENAME";
  /** Its name until now. */
  readonly from: MailboxName;
  /** Its new name. */
  readonly to: MailboxName;
}

/** Lists mailboxes (LIST) or subscriptions (LSUB). */
export interface ListCommand {
  readonly name: "LIST" | "LSUB";
  /** Where the pattern starts; an empty name for the top. */
  readonly reference: MailboxName;
  /** Names to list, with the wildcards `*` and `%`. */
  readonly pattern: MailboxName;
}

/** A figure to ask for. */
export type StatusAttribute = (typeof STATUS_ATTRIBUTES)[number];

/** What STATUS can ask for. */
export const STATUS_ATTRIBUTES = ["MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "HIGHESTMODSEQ"] as const;

/** Asks for figures of a mailbox. */
export interface StatusCommand {
  readonly name: "STATUS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** What to tell. */
  readonly items: readonly StatusAttribute[];
}

const QUOTE = 34;
const OPEN_BRACE = 123;

/** See {@link MailboxCommand}. */
export const mailboxCommand: CommandGrammar<MailboxCommand> = { read: readMailboxCommand, write: writeMailboxCommand };

/** select = "SELECT" SP mailbox ; examine, create, delete, subscribe and unsubscribe look the same */
function readMailboxCommand(cursor: Cursor, name: MailboxCommand["name"]): MailboxCommand {
  cursor.space();
  return { name, mailbox: readMailboxName(cursor) };
}

/** See {@link RenameCommand}. */
export const rename: CommandGrammar<RenameCommand> = { read: readRename, write: writeRename };

/** rename = "RENAME" SP mailbox SP mailbox */
function readRename(cursor: Cursor): RenameCommand {
  cursor.space();
  const from = readMailboxName(cursor);
  cursor.space();
  return { name: "RENAME", from, to: readMailboxName(cursor) };
}

/** See {@link ListCommand}. */
export const list: CommandGrammar<ListCommand> = { read: readList, write: writeList };

/** list = "LIST" SP mailbox SP list-mailbox ; lsub looks the same */
function readList(cursor: Cursor, name: ListCommand["name"]): ListCommand {
  cursor.space();
  const reference = readMailboxName(cursor);
  cursor.space();
  return { name, reference, pattern: readPattern(cursor) };
}

/** list-mailbox = 1*list-char / string */
function readPattern(cursor: Cursor): MailboxName {
  const next = cursor.peek();
  const raw = next === QUOTE || next === OPEN_BRACE ? cursor.bytesString() : cursor.run(LIST);
  if (raw === "" && next !== QUOTE && next !== OPEN_BRACE) throw new Malformed("no-pattern");
  return decodeMailboxName(raw);
}

/** See {@link StatusCommand}. */
export const status: CommandGrammar<StatusCommand> = { read: readStatus, write: writeStatus };

/** status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")" */
function readStatus(cursor: Cursor): StatusCommand {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  cursor.space();
  const items: StatusAttribute[] = [];
  cursor.open();
  do items.push(readAttribute(cursor));
  while (!cursor.closes());
  return { name: "STATUS", mailbox, items };
}

function readAttribute(cursor: Cursor): StatusAttribute {
  const word = cursor.keyword();
  const attribute = STATUS_ATTRIBUTES.find((known) => known === word);
  if (attribute === undefined) throw new Malformed("bad-status-item");
  return attribute;
}

/** See {@link readMailboxCommand}. */
function writeMailboxCommand(writer: Writer, { name, mailbox }: MailboxCommand): void {
  writer.raw(`${name} `).bytesString(mailbox.raw);
}

/** See {@link readRename}. */
function writeRename(writer: Writer, { from, to }: RenameCommand): void {
  writer.raw("RENAME ").bytesString(from.raw).raw(" ").bytesString(to.raw);
}

/** See {@link readList}. */
function writeList(writer: Writer, { name, reference, pattern }: ListCommand): void {
  writer.raw(`${name} `).bytesString(reference.raw).raw(" ").bytesString(pattern.raw);
}

/** See {@link readStatus}. */
function writeStatus(writer: Writer, { mailbox, items }: StatusCommand): void {
  if (items.length === 0) throw unsayable("STATUS of nothing");
  writer.raw("STATUS ").bytesString(mailbox.raw).raw(" ");
  writer.list(items, (item) => writer.raw(item));
}
