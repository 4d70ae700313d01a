// FETCH: data of one message (RFC 3501 section 7.4.2).

import { isIn, KEYWORD } from "../characters.ts";
import { attempt, Malformed } from "../malformed.ts";
import type { Cursor } from "../cursor.ts";
import type { NumberedResponseGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import type { FetchItem } from "./fetch-item.ts";
import { readFetchItem } from "./fetch-item-reader.ts";
import { writeFetchItem } from "./fetch-item-writer.ts";

/** Data of one message. */
export interface FetchResponse {
  readonly type: "FETCH";
  /** The message. */
  readonly sequenceNumber: number;
  /** In the order in which they came. */
  readonly items: readonly FetchItem[];
}

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
  if (cursor.peek() === OPEN) cursor.deviate("missing-space");
  else cursor.space();
  const items: FetchItem[] = [];
  openItems(cursor);
  while (!cursor.closes()) {
    // What cannot be skipped takes all that follows with it.
    if (cursor.at >= cursor.end) {
      cursor.deviate("missing-parenthesis");
      break;
    }
    if (isIn(cursor.peek(), KEYWORD) && cursor.peek() !== COMMA) items.push(readFetchItem(cursor, items.length));
    else skipJunk(cursor);
  }
  return items;
}

/** "(" , which some servers forget or double */
function openItems(cursor: Cursor): void {
  if (cursor.peek() === OPEN) {
    cursor.open();
    if (cursor.peek() !== OPEN) return;
    cursor.deviate("extra-parenthesis");
    cursor.open();
  } else {
    if (!isIn(cursor.peek(), KEYWORD)) throw new Malformed("no-list");
    cursor.deviate("missing-parenthesis");
  }
}

/** Moves over what is no item: a value without a name, a comma. */
function skipJunk(cursor: Cursor): void {
  const { at, depth } = cursor;
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

/** See {@link readFetchResponse}. */
function writeFetchResponse(writer: Writer, { sequenceNumber, items }: FetchResponse): void {
  writeFetchItems(writer.raw("* ").number(sequenceNumber).raw(" FETCH "), items);
}

/** See {@link readFetchItems}. */
export function writeFetchItems(writer: Writer, items: readonly FetchItem[]): void {
  writer.list(items, (item) => writeFetchItem(writer, item));
}
