// LIST (RFC 3501 section 6.3.8, RFC 5258), and those that look like it: LSUB, XLIST, RLIST and RLSUB (RFC 2193).

import { LIST } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { decodeMailboxName, readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import type { ListReturnOption, ListSelectionOption } from "./list-options.ts";
import { readReturnOptions, readSelectionOptions, writeReturnOptions, writeSelectionOptions } from "./list-options.ts";

/** Lists mailboxes (LIST, XLIST) or subscriptions (LSUB), with RLIST and RLSUB also those of other servers. */
export interface ListCommand {
  /** `LSUB` lists subscriptions; `RLIST` and `RLSUB` those of other servers, too (RFC 2193); `XLIST` is an older SPECIAL-USE. */
  readonly name: "LIST" | "LSUB" | "XLIST" | "RLIST" | "RLSUB";
  /** Where the pattern starts; an empty name for the top. */
  readonly reference: MailboxName;
  /** Names to list, with the wildcards `*` and `%`. */
  readonly pattern: MailboxName;
}

/** A LIST with more than a pattern (RFC 5258). */
export interface ExtendedListCommand {
  readonly name: "LIST";
  /** Which mailboxes are listed. */
  readonly selectionOptions: readonly ListSelectionOption[];
  /** Where the patterns start; an empty name for the top. */
  readonly reference: MailboxName;
  /** Names to list, with the wildcards `*` and `%`. */
  readonly patterns: readonly MailboxName[];
  /** What is told of each. */
  readonly returnOptions: readonly ListReturnOption[];
}

const SP = 32;
const QUOTE = 34;
const OPEN = 40;
const OPEN_BRACE = 123;

/** See {@link ListCommand}; those that have no options. */
export const basicList: CommandGrammar<ListCommand> = { read: readBasicList, write: writeBasicList };

/** lsub = "LSUB" SP mailbox SP list-mailbox ; xlist, rlist and rlsub look the same */
function readBasicList(cursor: Cursor, name: ListCommand["name"]): ListCommand {
  cursor.space();
  const reference = readMailboxName(cursor);
  cursor.space();
  return { name, reference, pattern: readPattern(cursor) };
}

/** See {@link ListCommand}, {@link ExtendedListCommand}. */
export const list: CommandGrammar<ListCommand | ExtendedListCommand> = { read: readList, write: writeList };

/** list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts] ; mbox-or-pat = list-mailbox / patterns */
function readList(cursor: Cursor): ListCommand | ExtendedListCommand {
  cursor.space();
  const selectionOptions = cursor.peek() === OPEN ? readSelectionOptions(cursor) : undefined;
  if (selectionOptions !== undefined) cursor.space();
  const reference = readMailboxName(cursor);
  cursor.space();
  const pattern = cursor.peek() === OPEN ? undefined : readPattern(cursor);
  const patterns = pattern === undefined ? readPatterns(cursor) : [pattern];
  const returnOptions = hasReturn(cursor) ? readReturnOptions(cursor) : undefined;
  if (pattern !== undefined && selectionOptions === undefined && returnOptions === undefined) return { name: "LIST", reference, pattern };
  return { name: "LIST", selectionOptions: selectionOptions ?? [], reference, patterns, returnOptions: returnOptions ?? [] };
}

function hasReturn(cursor: Cursor): boolean {
  return cursor.peek() === SP && cursor.at + 1 < cursor.end && cursor.bytes[cursor.at + 1] !== SP;
}

/** patterns = "(" list-mailbox *(SP list-mailbox) ")" */
function readPatterns(cursor: Cursor): readonly MailboxName[] {
  const patterns: MailboxName[] = [];
  cursor.open();
  do patterns.push(readPattern(cursor));
  while (!cursor.closes());
  return patterns;
}

/** list-mailbox = 1*list-char / string */
function readPattern(cursor: Cursor): MailboxName {
  const next = cursor.peek();
  const raw = next === QUOTE || next === OPEN_BRACE ? cursor.bytesString() : cursor.run(LIST);
  if (raw === "" && next !== QUOTE && next !== OPEN_BRACE) throw new Malformed("no-pattern");
  return decodeMailboxName(raw, cursor.revision);
}

/** See {@link readBasicList}. */
function writeBasicList(writer: Writer, { name, reference, pattern }: ListCommand): void {
  writer.raw(`${name} `).mailbox(reference).raw(" ").mailbox(pattern);
}

/** See {@link readList}. */
function writeList(writer: Writer, command: ListCommand | ExtendedListCommand): void {
  if ("pattern" in command) writeBasicList(writer, command);
  else writeExtendedList(writer, command);
}

function writeExtendedList(writer: Writer, { selectionOptions, reference, patterns, returnOptions }: ExtendedListCommand): void {
  const [only] = patterns;
  if (only === undefined) throw unsayable("LIST of nothing");
  writer.raw("LIST ");
  if (selectionOptions.length > 0) writeSelectionOptions(writer, selectionOptions);
  writer.mailbox(reference).raw(" ");
  // What else is said tells that this is an extended LIST, to which an empty pattern is an ordinary one.
  const isBare = patterns.length === 1 && selectionOptions.length + returnOptions.length > 0;
  if (isBare) writer.mailbox(only);
  else writer.list(patterns, (mailbox) => writer.mailbox(mailbox));
  if (returnOptions.length > 0) writeReturnOptions(writer, returnOptions);
}
