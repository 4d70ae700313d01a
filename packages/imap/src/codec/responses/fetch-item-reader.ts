// Reading one item of a FETCH response, once more in other ways where servers have broken the rules of strings (RFC 3501 section 7.4.2).

import type { Cursor } from "../cursor.ts";
import type { Deviation } from "../deviation.ts";
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

/** One way to read an item: where it ends then, and what has to be tolerated. */
interface Reading {
  readonly item: FetchItem;
  readonly at: number;
  readonly depth: number;
  readonly deviations: readonly Deviation[];
}

/** True when quotes that were not escaped are not all that is odd: then they may be something else. */
function isDoubtful(cursor: Cursor, tolerated: number): boolean {
  const codes = cursor.deviations?.slice(tolerated).map(({ code }) => code) ?? [];
  return codes.includes("unescaped-quote") && codes.some((code) => code !== "unescaped-quote");
}

/** The item read in other ways too: the one that has the least to tolerate counts. */
function rereadItem(cursor: Cursor, item: FetchItem, keyword: ItemName, beginning: Beginning): FetchItem {
  const { at, depth } = cursor;
  const first: Reading = { item, at, depth, deviations: cursor.deviations?.slice(beginning.tolerated) ?? [] };
  return take(cursor, [first, ...otherReadings(cursor, keyword, beginning)], beginning) ?? item;
}

/** Once more with backslashes or quotes as text; else the item is lost, and all behind it when not even its end can be found. */
function recoverItem(cursor: Cursor, keyword: ItemName, beginning: Beginning): FetchItem {
  const { start } = beginning;
  const { name } = keyword;
  const recovered = take(cursor, otherReadings(cursor, keyword, beginning), beginning);
  if (recovered !== undefined) return recovered;
  const skipped = readFrom(cursor, beginning, () => readUnknownItem(cursor, name));
  cursor.deviate("bad-fetch-item");
  if (skipped !== undefined) return { name: skipped.name, raw: skipped.raw, type: "invalid" };
  cursor.at = start;
  cursor.skip(SP);
  const raw = cursor.view(cursor.at, cursor.end);
  cursor.at = cursor.end;
  return { type: "invalid", name, raw };
}

/** The readings, as far as there are any, with backslashes as text, and with strings that end only before another value. */
function otherReadings(cursor: Cursor, keyword: ItemName, beginning: Beginning): readonly Reading[] {
  const readings: Reading[] = [];
  const read = (): void => {
    if (cursor.rereadings === 0) return;
    // Each may go through all that follows: not more often than is good for one response.
    cursor.rereadings -= 1;
    const item = readFrom(cursor, beginning, () => readFetchValue(cursor, keyword));
    if (item === undefined) return;
    if (cursor.backslash === "is-text") cursor.deviate("unescaped-backslash");
    const { at, depth } = cursor;
    readings.push({ item, at, depth, deviations: cursor.deviations?.slice(beginning.tolerated) ?? [] });
  };
  cursor.backslash = "is-text";
  read();
  cursor.backslash = "escapes";
  cursor.quote = "before-value";
  read();
  cursor.quote = "before-space";
  return readings;
}

/** What the reader gives from there; `undefined` when it fails. */
function readFrom<Value>(cursor: Cursor, { start, depth, tolerated }: Beginning, reader: () => Value): Value | undefined {
  cursor.at = start;
  cursor.depth = depth;
  cursor.forget(tolerated);
  return attempt(reader, () => undefined);
}

/** Takes the first of the readings that tolerate the least. */
function take(cursor: Cursor, readings: readonly Reading[], { tolerated }: Beginning): FetchItem | undefined {
  const fewest = Math.min(...readings.map(({ deviations }) => deviations.length));
  const reading = readings.find(({ deviations }) => deviations.length === fewest);
  if (reading === undefined) return undefined;
  cursor.forget(tolerated);
  cursor.remember(reading.deviations);
  cursor.at = reading.at;
  cursor.depth = reading.depth;
  return reading.item;
}
