// STORE, COPY and their UID forms (RFC 3501 sections 6.4.6 to 6.4.8).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readFlag, readFlagList } from "../flag.ts";
import { readMailboxName } from "../mailbox-name.ts";
import { Malformed } from "../malformed.ts";
import { formatMessageSet, readMessageSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import type { Flag } from "../flag.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { MessageSet } from "../sequence-set.ts";

/** Changes flags. */
export interface StoreCommand {
  readonly name: "STORE" | "UID STORE";
  /** Which messages. */
  readonly set: MessageSet;
  /** What to do with the flags. */
  readonly action: "replace" | "add" | "remove";
  /** `FLAGS.SILENT` asks the server not to tell the new flags. */
  readonly silent: boolean;
  /** The flags. */
  readonly flags: readonly Flag[];
}

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

const SP = 32;
const OPEN = 40;

/** See {@link StoreCommand}. */
export const store: CommandGrammar<StoreCommand> = { read: readStore, write: writeStore };

/** store = "STORE" SP sequence-set SP store-att-flags */
function readStore(cursor: Cursor, name: StoreCommand["name"]): StoreCommand {
  cursor.space();
  const set = readMessageSet(cursor);
  cursor.space();
  const [, sign, silent] = /^([+-]?)FLAGS(\.SILENT)?$/.exec(cursor.keyword()) ?? [];
  if (sign === undefined) throw new Malformed("bad-store-item");
  cursor.space();
  const action = sign === "+" ? "add" : sign === "-" ? "remove" : "replace";
  return { name, set, action, silent: silent !== undefined, flags: readFlags(cursor) };
}

/** store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag))) */
function readFlags(cursor: Cursor): readonly Flag[] {
  if (cursor.peek() === OPEN) return readFlagList(cursor);
  const flags = [readFlag(cursor)];
  while (cursor.peek() === SP) {
    cursor.space();
    if (cursor.at === cursor.end) break;
    flags.push(readFlag(cursor));
  }
  return flags;
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

/** See {@link readStore}. */
function writeStore(writer: Writer, { name, set, action, silent, flags }: StoreCommand): void {
  const sign = action === "add" ? "+" : action === "remove" ? "-" : "";
  writer.raw(`${name} ${formatMessageSet(set)} ${sign}FLAGS${silent ? ".SILENT" : ""} `);
  writer.list(flags, (flag) => writer.commandFlag(flag));
}

/** See {@link readCopy}. */
function writeCopy(writer: Writer, { name, set, mailbox }: CopyCommand): void {
  writer.raw(`${name} ${formatMessageSet(set)} `).bytesString(mailbox.raw);
}

/** See {@link readUidExpunge}. */
function writeUidExpunge(writer: Writer, { set }: UidExpungeCommand): void {
  writer.raw(`UID EXPUNGE ${formatMessageSet(set)}`);
}
