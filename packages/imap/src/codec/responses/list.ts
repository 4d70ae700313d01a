// LIST and LSUB (RFC 3501 sections 7.2.2 and 7.2.3).

import { ASTRING } from "../characters.ts";
import { attempt, Malformed } from "../malformed.ts";
import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { readFlagList } from "../flag.ts";
import { decodeMailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import type { MailboxAttribute } from "../flag.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { ListExtendedItem } from "./list-extended.ts";
import { readExtendedItems, writeExtendedItems } from "./list-extended.ts";

/** One mailbox. */
export interface ListResponse {
  /** `XLIST` is an older LIST with the uses of mailboxes. */
  readonly type: "LIST" | "LSUB" | "XLIST";
  /** `\Noselect`, `\HasChildren`, `\Sent` …; case as it came. */
  readonly attributes: readonly MailboxAttribute[];
  /** The character between levels of the hierarchy; null where there is none. */
  readonly delimiter: string | null;
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** What is told besides (RFC 5258); absent for nothing. */
  readonly extended?: readonly ListExtendedItem[];
}

const TAB = 9;
const SP = 32;
const QUOTE = 34;
const OPEN = 40;
const BACKSLASH = 92;

/** See {@link ListResponse}. */
export const listResponse: ResponseGrammar<ListResponse> = { read: readListResponse, write: writeListResponse };

/**
 * mailbox-list = "(" [mbx-list-flags] ")" SP (DQUOTE QUOTED-CHAR DQUOTE / nil) SP mailbox
 *                [SP mbox-list-extended] (RFC 5258)
 */
function readListResponse(cursor: Cursor, type: ListResponse["type"]): ListResponse {
  cursor.space();
  const attributes = readFlagList(cursor);
  readGap(cursor);
  const delimiter = readDelimiter(cursor);
  if (delimiter === "") cursor.deviate("empty-delimiter");
  readGap(cursor);
  const mailbox = decodeMailboxName(readMailbox(cursor), cursor.revision);
  const response = { type, attributes, delimiter: delimiter === "" ? null : delimiter, mailbox };
  if (cursor.peek() !== SP) return response;
  cursor.space();
  if (cursor.peek() !== OPEN) return response;
  return { ...response, extended: readExtendedItems(cursor) };
}

/** A space, which some servers forget. */
function readGap(cursor: Cursor): void {
  if (cursor.at >= cursor.end) throw new Malformed("no-mailbox");
  if (cursor.peek() === SP || cursor.peek() === TAB) cursor.space();
  else cursor.deviate("missing-space");
}

/** DQUOTE QUOTED-CHAR DQUOTE / nil ; a backslash may stand there as it is */
export function readDelimiter(cursor: Cursor): string | null {
  const { at, bytes, end } = cursor;
  // What stands behind the line is nothing to it.
  const isOne = bytes[at] === QUOTE && at + 2 < end && bytes[at + 2] === QUOTE && (at + 3 === end || bytes[at + 3] !== QUOTE);
  if (!isOne) return cursor.nstring();
  if (bytes[at + 1] === BACKSLASH) cursor.deviate("unescaped-backslash");
  cursor.at += 3;
  return cursor.slice(at + 1, at + 2);
}

/** mailbox = "INBOX" / astring ; without quotes, servers put anything here, up to the end of the line */
function readMailbox(cursor: Cursor): string {
  const next = cursor.peek();
  const { at, end, tolerated } = cursor;
  if (next !== QUOTE && cursor.atString()) return cursor.bytesString();
  const quoted = next === QUOTE ? readQuotedMailbox(cursor) : undefined;
  if (quoted !== undefined) return quoted;
  cursor.forget(tolerated);
  cursor.at = at;
  const plain = cursor.run(ASTRING);
  if (plain !== "" && (cursor.at === end || (cursor.peek() === SP && cursor.bytes[cursor.at + 1] === OPEN))) return plain;
  if (at === end) throw new Malformed("no-mailbox");
  cursor.deviate("unquoted-mailbox");
  cursor.at = end;
  return cursor.slice(at, end);
}

/** A name in quotes up to the end of the line or the extended data; `undefined` when that is not what it is. */
function readQuotedMailbox(cursor: Cursor): string | undefined {
  for (const backslash of ["escapes", "is-text"] as const) {
    const { at, tolerated } = cursor;
    cursor.backslash = backslash;
    const name = attempt(
      () => cursor.bytesString(),
      () => undefined,
    );
    cursor.backslash = "escapes";
    if (name !== undefined) {
      if (backslash === "is-text") cursor.deviate("unescaped-backslash");
      return name;
    }
    cursor.forget(tolerated);
    cursor.at = at;
  }
  return undefined;
}

/** See {@link readDelimiter}. */
export function writeDelimiter(writer: Writer, delimiter: string | null): void {
  if (delimiter !== null && delimiter.length !== 1) throw unsayable(`the delimiter ${delimiter}`);
  writer.nstring(delimiter);
}

/** See {@link readListResponse}. */
function writeListResponse(writer: Writer, { type, attributes, delimiter, mailbox, extended }: ListResponse): void {
  writer.raw(`* ${type} `).list(attributes, (attribute) => writer.flag(attribute));
  writeDelimiter(writer.raw(" "), delimiter);
  writer.raw(" ").mailbox(mailbox);
  if (extended !== undefined) writeExtendedItems(writer.raw(" "), extended);
}
