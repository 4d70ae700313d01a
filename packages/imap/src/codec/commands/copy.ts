// COPY, MOVE and UID EXPUNGE (RFC 3501 section 6.4.7, RFC 6851, RFC 4315).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import { formatMessageSet, readMessageSet } from "../sequence-set.ts";
import type { MessageSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";

/** Copies messages, or moves them (RFC 6851). */
export interface CopyCommand {
  readonly name: "COPY" | "UID COPY" | "MOVE" | "UID MOVE";
  /** Which messages. */
  readonly set: MessageSet;
  /** Where to. */
  readonly mailbox: MailboxName;
}

/** Removes those of the messages that are marked as deleted (RFC 4315). */
export interface UidExpungeCommand {
  readonly name: "UID EXPUNGE";
  /** Which messages, by unique identifier. */
  readonly set: MessageSet;
}

/** See {@link CopyCommand}. */
export const copy: CommandGrammar<CopyCommand> = { read: readCopy, write: writeCopy };

/** copy = "COPY" SP sequence-set SP mailbox ; move looks the same */
function readCopy(cursor: Cursor, name: CopyCommand["name"]): CopyCommand {
  cursor.space();
  const set = readMessageSet(cursor);
  cursor.space();
  return { name, set, mailbox: readMailboxName(cursor) };
}

/** See {@link UidExpungeCommand}. */
export const uidExpunge: CommandGrammar<UidExpungeCommand> = { read: readUidExpunge, write: writeUidExpunge };

/** uid-expunge = "UID" SP "EXPUNGE" SP sequence-set */
function readUidExpunge(cursor: Cursor): UidExpungeCommand {
  cursor.space();
  return { name: "UID EXPUNGE", set: readMessageSet(cursor) };
}

/** See {@link readCopy}. */
function writeCopy(writer: Writer, { name, set, mailbox }: CopyCommand): void {
  writer.raw(`${name} ${formatMessageSet(set)} `).mailbox(mailbox);
}

/** See {@link readUidExpunge}. */
function writeUidExpunge(writer: Writer, { set }: UidExpungeCommand): void {
  writer.raw(`UID EXPUNGE ${formatMessageSet(set)}`);
}
