// STATUS (RFC 3501 section 7.2.4; RFC 7162, 7889, 8438, 8474, 9208 for items of extensions).

import { ASTRING } from "../characters.ts";
import { attempt, Malformed } from "../malformed.ts";
import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { readObjectId } from "./fetch-extensions.ts";
import { decodeMailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import type { MailboxName } from "../mailbox-name.ts";

/** One figure of a mailbox. */
export type StatusItem =
  | { readonly type: "MESSAGES" | "RECENT" | "UIDNEXT" | "UIDVALIDITY" | "UNSEEN" | "DELETED"; readonly value: number }
  /** `SIZE` is in octets (RFC 8438); `DELETED-STORAGE`, what EXPUNGE would free, in units of 1024 octets (RFC 9208). */
  | { readonly type: "HIGHESTMODSEQ" | "SIZE" | "DELETED-STORAGE"; readonly value: bigint }
  /** The largest message to append, null where there is no limit (RFC 7889). */
  | { readonly type: "APPENDLIMIT"; readonly value: number | null }
  /** An identifier that the mailbox keeps when it is renamed (RFC 8474). */
  | { readonly type: "MAILBOXID"; readonly id: string }
  /** An item of an extension, its value as it came. */
  | { readonly type: "unknown"; readonly name: string; readonly raw: Uint8Array }
  /** A known item with a value that cannot be. */
  | { readonly type: "invalid"; readonly name: string; readonly raw: Uint8Array };

/** Figures of a mailbox. */
export interface StatusResponse {
  readonly type: "STATUS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** In the order in which they came. */
  readonly items: readonly StatusItem[];
}

const SP = 32;
const OPEN = 40;
const CLOSE = 41;

/** See {@link StatusResponse}. */
export const statusResponse: ResponseGrammar<StatusResponse> = { read: readStatusResponse, write: writeStatusResponse };

/** "STATUS" SP mailbox SP "(" [status-att-list] ")" */
function readStatusResponse(cursor: Cursor): StatusResponse {
  cursor.space();
  const mailbox = decodeMailboxName(readMailbox(cursor), cursor.revision);
  const items: StatusItem[] = [];
  cursor.noTrailingSpace();
  if (cursor.at >= cursor.end) {
    cursor.deviate("missing-list");
    return { type: "STATUS", mailbox, items };
  }
  cursor.space();
  if (cursor.peek() !== OPEN && cursor.nil()) return { type: "STATUS", mailbox, items };
  do {
    openItems(cursor);
    while (!cursor.closes()) {
      if (cursor.at >= cursor.end) {
        cursor.deviate("missing-parenthesis");
        break;
      }
      items.push(readItem(cursor));
    }
  } while (isMore(cursor));
  return { type: "STATUS", mailbox, items };
}

/** "(" , which some servers forget */
function openItems(cursor: Cursor): void {
  if (cursor.peek() === OPEN) cursor.openElement();
  else {
    cursor.deviate("missing-parenthesis");
    cursor.nest();
  }
}

/** True at another list behind the first. */
function isMore(cursor: Cursor): boolean {
  const spaced = cursor.peek() === SP && cursor.bytes[cursor.at + 1] === OPEN;
  if (!spaced && cursor.peek() !== OPEN) return false;
  cursor.deviate("extra-parenthesis");
  if (spaced) cursor.at += 1;
  return true;
}

/** mailbox = "INBOX" / astring ; without quotes, servers put anything here, up to the list */
function readMailbox(cursor: Cursor): string {
  if (cursor.atString()) return cursor.bytesString();
  const { at, end, bytes } = cursor;
  const plain = cursor.run(ASTRING);
  if (plain !== "" && isBeforeList(cursor)) return plain;
  const list = bytes.lastIndexOf(OPEN, end - 1);
  if (list <= at || bytes[list - 1] !== SP) throw new Malformed("no-list");
  cursor.deviate("unquoted-mailbox");
  cursor.at = list - 1;
  return cursor.slice(at, list - 1);
}

/** True when there are only spaces up to a list, or to the end. */
function isBeforeList({ bytes, at, end }: Cursor): boolean {
  let next = at;
  while (bytes[next] === SP) next += 1;
  return next >= end || bytes[next] === OPEN;
}

/** status-att SP number */
function readItem(cursor: Cursor): StatusItem {
  const name = cursor.keyword();
  if (cursor.peek() === CLOSE) {
    cursor.deviate("bad-status-item");
    return { type: "invalid", name, raw: new Uint8Array(0) };
  }
  cursor.space();
  const { at, depth } = cursor;
  return attempt(
    () => readValue(cursor, name),
    (): StatusItem => {
      cursor.deviate("bad-status-item");
      cursor.at = at;
      cursor.depth = depth;
      cursor.skipValue();
      return { type: "invalid", name, raw: cursor.view(at, cursor.at) };
    },
  );
}

function readValue(cursor: Cursor, name: string): StatusItem {
  switch (name) {
    case "MESSAGES":
    case "RECENT":
    case "UIDNEXT":
    case "UIDVALIDITY":
    case "UNSEEN":
    case "DELETED":
      return { type: name, value: cursor.looseNumber() };
    case "HIGHESTMODSEQ":
    case "SIZE":
    case "DELETED-STORAGE":
      return { type: name, value: cursor.number63() };
    case "APPENDLIMIT":
      return { type: name, value: cursor.nil() ? null : cursor.looseNumber() };
    case "MAILBOXID":
      return { type: name, id: readObjectId(cursor) };
    default: {
      const start = cursor.at;
      cursor.skipValue();
      return { type: "unknown", name, raw: cursor.view(start, cursor.at) };
    }
  }
}

/** See {@link readStatusResponse}. */
function writeStatusResponse(writer: Writer, { mailbox, items }: StatusResponse): void {
  writer.raw("* STATUS ").mailbox(mailbox).raw(" ");
  writer.list(items, (item) => {
    if (item.type === "unknown" || item.type === "invalid") writer.atom(item.name).raw(" ").verbatim(item.raw);
    else if (item.type === "MAILBOXID") writer.raw("MAILBOXID (").atom(item.id).raw(")");
    else if (item.value === null) writer.raw(`${item.type} NIL`);
    else if (typeof item.value === "bigint") writer.raw(`${item.type} `).number63(item.value);
    else writer.raw(`${item.type} `).number(item.value);
  });
}
