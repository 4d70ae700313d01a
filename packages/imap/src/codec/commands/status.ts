// STATUS (RFC 3501 section 6.3.10).

import { KEYWORD } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** A figure to ask for. */
export type StatusAttribute = (typeof STATUS_ATTRIBUTES)[number];

/**
 * What STATUS can ask for: RFC 3501; `HIGHESTMODSEQ` (RFC 7162), `APPENDLIMIT` (RFC 7889), `SIZE` (RFC 8438), `MAILBOXID` (RFC 8474),
 * `DELETED` (RFC 9051), `DELETED-STORAGE` (RFC 9208).
 */
export const STATUS_ATTRIBUTES = [
  "MESSAGES",
  "RECENT",
  "UIDNEXT",
  "UIDVALIDITY",
  "UNSEEN",
  "HIGHESTMODSEQ",
  "APPENDLIMIT",
  "SIZE",
  "MAILBOXID",
  "DELETED",
  "DELETED-STORAGE",
] as const;

/** Asks for figures of a mailbox. */
export interface StatusCommand {
  readonly name: "STATUS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** What to tell: some of {@link STATUS_ATTRIBUTES}, or names of extensions, in upper case. */
  readonly items: readonly string[];
}

/** See {@link StatusCommand}. */
export const status: CommandGrammar<StatusCommand> = { read: readStatus, write: writeStatus };

/** status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")" */
function readStatus(cursor: Cursor): StatusCommand {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  cursor.space();
  return { name: "STATUS", mailbox, items: readStatusAttributes(cursor) };
}

/** "(" status-att *(SP status-att) ")" ; status-att = "MESSAGES" / "RECENT" / "UIDNEXT" / "UIDVALIDITY" / "UNSEEN" / atom */
export function readStatusAttributes(cursor: Cursor): readonly string[] {
  const items: string[] = [];
  cursor.open();
  do items.push(cursor.keyword());
  while (!cursor.closes());
  return items;
}

/** See {@link readStatus}. */
function writeStatus(writer: Writer, { mailbox, items }: StatusCommand): void {
  writeStatusAttributes(writer.raw("STATUS ").mailbox(mailbox).raw(" "), items);
}

/** See {@link readStatusAttributes}. */
export function writeStatusAttributes(writer: Writer, items: readonly string[]): void {
  if (items.length === 0) throw unsayable("STATUS of nothing");
  writer.list(items, (item) => writer.word(item, KEYWORD, "a name"));
}
