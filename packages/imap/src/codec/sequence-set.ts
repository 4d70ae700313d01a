// Sets of message sequence numbers or unique identifiers, kept as the ranges that were said (RFC 3501 section 9, sequence-set).

import { attempt } from "./malformed.ts";
import { Cursor } from "./cursor.ts";
import { scanRanges } from "./number-list.ts";
import type { MessageSet, SequenceNumber, SequenceRange, SequenceSet } from "./sequence-range.ts";
import { unsayable } from "./writer.ts";
import { utf8 } from "@mailwire/wire";

export type { MessageSet, SequenceNumber, SequenceRange, SequenceSet } from "./sequence-range.ts";

const DOLLAR = 36;
const COMMA = 44;
const STAR = 42;
const COLON = 58;

/** Reads `1,3:5,7:*`; `undefined` for anything else. */
export function parseSequenceSet(text: string): SequenceSet | undefined {
  const bytes = utf8(text);
  const cursor = new Cursor("client", { maxTokenBytes: bytes.length, maxNesting: 1 });
  cursor.reset(bytes, 0, bytes.length, bytes.length, 0);
  return attempt(
    () => {
      const set = readSequenceSet(cursor);
      cursor.finish();
      return set;
    },
    () => undefined,
  );
}

/** Reads `1,3:5,7:*` or `$`; `undefined` for anything else. */
export function parseMessageSet(text: string): MessageSet | undefined {
  return text === "$" ? text : parseSequenceSet(text);
}

/** Writes `1,3:5,7:*`; throws a local `ProtocolError` (`bad-argument`) for an empty set and for numbers that cannot be. */
export function formatSequenceSet(set: SequenceSet): string {
  if (set.length === 0) throw unsayable("an empty set");
  return set.map(({ first, last }) => (first === last ? number(first) : `${number(first)}:${number(last)}`)).join(",");
}

/**
 * Cuts a set in as few pieces of at most `maxBytes` bytes each as its order allows: lines have limits. Throws a local `ProtocolError`
 * (`bad-argument`) as {@link formatSequenceSet} does, and for a range that is longer than that.
 */
export function splitSequenceSet(set: SequenceSet, maxBytes: number): readonly SequenceSet[] {
  const pieces: SequenceSet[] = [];
  let start = 0;
  let bytes = 0;
  set.forEach((range, index) => {
    const size = formatSequenceSet([range]).length;
    if (size > maxBytes) throw unsayable(`${formatSequenceSet([range])} in ${maxBytes} bytes`);
    if (index > start && bytes + 1 + size > maxBytes) {
      pieces.push(set.slice(start, index));
      start = index;
    }
    bytes = index === start ? size : bytes + 1 + size;
  });
  return set.length === 0 ? pieces : [...pieces, set.slice(start)];
}

/** Writes `1,3:5,7:*` or `$`; throws as {@link formatSequenceSet} does. */
export function formatMessageSet(set: MessageSet): string {
  return set === "$" ? set : formatSequenceSet(set);
}

function number(value: SequenceNumber): string {
  if (value !== "*" && !(Number.isInteger(value) && value > 0 && value <= 0xffff_ffff)) throw unsayable(`${value} in a set`);
  return String(value);
}

/** sequence-set =/ seq-last-command ; seq-last-command = "$" (RFC 5182) */
export function readMessageSet(cursor: Cursor): MessageSet {
  return cursor.skip(DOLLAR) ? "$" : readSequenceSet(cursor);
}

/** sequence-set = (seq-number / seq-range) *("," sequence-set) */
export function readSequenceSet(cursor: Cursor): SequenceSet {
  const streamed = cursor.gap();
  const ranges: SequenceRange[] = streamed !== undefined && "set" in streamed ? streamed.set.toArray() : [];
  for (;;) {
    cursor.at = scanRanges(cursor.bytes, cursor.at, cursor.end, ranges);
    ranges.push(readRange(cursor));
    if (!cursor.skip(COMMA)) return ranges;
  }
}

/** seq-range = seq-number ":" seq-number ; seq-number = nz-number / "*" */
function readRange(cursor: Cursor): SequenceRange {
  const first = cursor.skip(STAR) ? "*" : cursor.nzNumber();
  if (!cursor.skip(COLON)) return { first, last: first };
  return { first, last: cursor.skip(STAR) ? "*" : cursor.nzNumber() };
}
