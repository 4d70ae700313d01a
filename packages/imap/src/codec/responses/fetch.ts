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

/** "FETCH" SP msg-att ; msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")" */
function readFetchResponse(cursor: Cursor, sequenceNumber: number): FetchResponse {
  if (sequenceNumber === 0) throw new Malformed("zero");
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
  return { type: "FETCH", sequenceNumber, items };
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
      cursor.at = at;
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

/** The items of a response that is here up to a literal which streams; the last one holds it, unless it is not message data. */
export function readFetchPrefix(cursor: Cursor): FetchResponse | undefined {
  return attempt(
    () => {
      cursor.at += 2;
      const sequenceNumber = cursor.nzNumber();
      cursor.space();
      return cursor.keyword() === "FETCH" ? readFetchResponse(cursor, sequenceNumber) : undefined;
    },
    () => undefined,
  );
}

/** See {@link readFetchResponse}. */
function writeFetchResponse(writer: Writer, { sequenceNumber, items }: FetchResponse): void {
  writer.raw("* ").number(sequenceNumber).raw(" FETCH ");
  writer.list(items, (item) => writeFetchItem(writer, item));
}
