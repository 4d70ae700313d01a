// Reading one item of a FETCH response, once more in other ways where servers have broken the rules of strings (RFC 3501 section 7.4.2).

import { isIn, KEYWORD } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import { attempt, expectMalformed } from "../malformed.ts";
import type { KeywordReader } from "../reader-table.ts";
import type { FetchItem } from "./fetch-item.ts";
import { FETCH_ITEM_READERS, readFetchValue, readUnknownItem } from "./fetch-item-values.ts";

const SP = 32;

/** The name of an item, and what reads its value. */
type ItemName = KeywordReader<(cursor: Cursor) => FetchItem>;

/** The item at index `place` of its response: its name, then its value. What cannot be read is `invalid`. */
export function readFetchItem(cursor: Cursor, place: number): FetchItem {
  const keyword = FETCH_ITEM_READERS.next(cursor, place);
  const { at: start, depth, tolerated } = cursor;
  try {
    const item = readFetchValue(cursor, keyword);
    return cursor.tolerated > tolerated && isDoubtful(cursor, tolerated)
      ? rereadItem(cursor, item, keyword, { start, depth, tolerated })
      : item;
  } catch (fault) {
    expectMalformed(fault);
    return recoverItem(cursor, keyword, { start, depth, tolerated });
  }
}

/** Where an item began. */
interface Beginning {
  readonly start: number;
  readonly depth: number;
  readonly tolerated: number;
}

/** What the reader gives from there; `undefined` when it fails. */
function readFrom<Value>(cursor: Cursor, { start, depth, tolerated }: Beginning, reader: () => Value): Value | undefined {
  cursor.at = start;
  cursor.depth = depth;
  cursor.forget(tolerated);
  return attempt(reader, () => undefined);
}

/** The same, which may go through all that follows: not more often than is good for one response. */
function rereadFrom<Value>(cursor: Cursor, beginning: Beginning, reader: () => Value): Value | undefined {
  if (cursor.rereadings === 0) return undefined;
  cursor.rereadings -= 1;
  return readFrom(cursor, beginning, reader);
}

/** True when words stood where strings belong next to quotes that were not escaped: these may be one string. */
function isDoubtful(cursor: Cursor, tolerated: number): boolean {
  const codes = cursor.deviations?.slice(tolerated).map(({ code }) => code) ?? [];
  return (codes.includes("atom-for-string") || codes.includes("missing-space")) && codes.includes("unescaped-quote");
}

/** The item read once more with strings that end only before another value, if that can be. */
function rereadItem(cursor: Cursor, item: FetchItem, keyword: ItemName, beginning: Beginning): FetchItem {
  const { at, depth } = cursor;
  const noted = cursor.deviations?.slice(beginning.tolerated) ?? [];
  const again = readWithLooseQuotes(cursor, keyword, beginning);
  if (again !== undefined) return again;
  cursor.forget(beginning.tolerated);
  cursor.at = at;
  cursor.depth = depth;
  cursor.remember(noted);
  return item;
}

function readWithLooseQuotes(cursor: Cursor, keyword: ItemName, beginning: Beginning): FetchItem | undefined {
  cursor.quote = "before-value";
  const item = rereadFrom(cursor, beginning, () => readFetchValue(cursor, keyword));
  cursor.quote = "before-space";
  return item;
}

/** Once more with backslashes or quotes as text; else the item is lost, and all behind it when not even its end can be found. */
function recoverItem(cursor: Cursor, keyword: ItemName, beginning: Beginning): FetchItem {
  const { start } = beginning;
  const { name } = keyword;
  cursor.backslash = "is-text";
  const recovered = rereadFrom(cursor, beginning, () => readFetchValue(cursor, keyword));
  cursor.backslash = "escapes";
  if (recovered !== undefined) {
    cursor.deviate("unescaped-backslash");
    return recovered;
  }
  const loose = readWithLooseQuotes(cursor, keyword, beginning);
  if (loose !== undefined) return loose;
  const skipped = readFrom(cursor, beginning, () => (isNextItem(cursor) ? { name, raw: NOTHING } : readUnknownItem(cursor, name)));
  cursor.deviate("bad-fetch-item");
  if (skipped !== undefined) return { name: skipped.name, raw: skipped.raw, type: "invalid" };
  cursor.at = cursor.end;
  return { type: "invalid", name, raw: cursor.view(Math.min(start + 1, cursor.end), cursor.end) };
}

const NOTHING = new Uint8Array(0);

/** True when the value is missing: the name of another item follows. */
function isNextItem(cursor: Cursor): boolean {
  const { at } = cursor;
  if (!cursor.skip(SP)) return false;
  const isName = isIn(cursor.peek(), KEYWORD) && FETCH_ITEM_READERS.has(cursor.keyword()) && cursor.peek() === SP;
  cursor.at = at;
  return isName;
}
