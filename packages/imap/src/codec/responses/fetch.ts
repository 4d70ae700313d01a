// FETCH: data of one message (RFC 3501 section 7.4.2).

import { isIn, KEYWORD } from "../characters.ts";
import { attempt, Malformed } from "../malformed.ts";
import type { Cursor } from "../cursor.ts";
import type { NumberedResponseGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import type { FetchItem } from "./fetch-item.ts";
import { readFetchItem } from "./fetch-item-reader.ts";
import { isAtItem } from "./fetch-item-values.ts";
import { writeFetchItem } from "./fetch-item-writer.ts";

/** Data of one message. */
export interface FetchResponse {
  readonly type: "FETCH";
  /** The message. */
  readonly sequenceNumber: number;
  /** In the order in which they came. */
  readonly items: readonly FetchItem[];
}

const LF = 10;
const CR = 13;
const OPEN = 40;
const COMMA = 44;

/** See {@link FetchResponse}. */
export const fetchResponse: NumberedResponseGrammar<FetchResponse> = { read: readFetchResponse, write: writeFetchResponse };

/** message-data = nz-number SP "FETCH" SP msg-att */
export function readFetchResponse(cursor: Cursor, sequenceNumber: number): FetchResponse {
  if (sequenceNumber === 0) throw new Malformed("zero");
  return { type: "FETCH", sequenceNumber, items: readFetchItems(cursor) };
}

/** SP msg-att ; msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")" */
export function readFetchItems(cursor: Cursor): readonly FetchItem[] {
  cursor.space();
  const { depth } = cursor;
  const items: FetchItem[] = [];
  openItems(cursor);
  for (;;) {
    if (cursor.closes()) {
      if (cursor.depth <= depth && !reopensItems(cursor)) break;
    } else if (cursor.at >= cursor.end) {
      // What cannot be skipped takes all that follows with it.
      cursor.deviate("missing-parenthesis");
      break;
    } else if (isIn(cursor.peek(), KEYWORD) && cursor.peek() !== COMMA) items.push(readFetchItem(cursor, items.length));
    else skipJunk(cursor);
  }
  return items;
}

/** "(" , which some servers forget */
function openItems(cursor: Cursor): void {
  if (cursor.peek() === OPEN) cursor.open();
  else {
    if (!isIn(cursor.peek(), KEYWORD)) throw new Malformed("no-list");
    cursor.deviate("missing-parenthesis");
  }
}

/** Goes on with the list when more items stand behind its end; tells whether they do. */
function reopensItems(cursor: Cursor): boolean {
  if (cursor.at >= cursor.end || !isAtItem(cursor)) return false;
  cursor.deviate("extra-parenthesis");
  cursor.nest();
  return true;
}

/** Moves over what is no item: a value without a name, a comma, a line end; into parentheses around items. */
function skipJunk(cursor: Cursor): void {
  const { at, depth } = cursor;
  if (isNestedList(cursor)) {
    cursor.deviate("extra-parenthesis");
    cursor.open();
    return;
  }
  if (cursor.skip(CR) || cursor.peek() === LF) {
    cursor.deviate("line-end-in-list");
    cursor.skip(LF);
    return;
  }
  cursor.deviate("value-without-name");
  attempt(
    () => cursor.skipValue(),
    () => {
      cursor.depth = depth;
      // What cannot be skipped may go through all that follows: not more often than is good for one response.
      cursor.at = cursor.rereadings === 0 ? cursor.end : at + 1;
      cursor.rereadings = Math.max(0, cursor.rereadings - 1);
    },
  );
  if (cursor.at === at) cursor.at += 1;
}

/** True at parentheses around items, however many. */
function isNestedList({ bytes, at }: Cursor): boolean {
  let inner = at;
  while (bytes[inner] === OPEN) inner += 1;
  return inner > at && isIn(bytes[inner], KEYWORD);
}

/** See {@link readFetchResponse}. */
function writeFetchResponse(writer: Writer, { sequenceNumber, items }: FetchResponse): void {
  writeFetchItems(writer.raw("* ").number(sequenceNumber).raw(" FETCH "), items);
}

/** See {@link readFetchItems}. */
export function writeFetchItems(writer: Writer, items: readonly FetchItem[]): void {
  writer.list(items, (item) => writeFetchItem(writer, item));
}
