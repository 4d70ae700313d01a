// Sets of message sequence numbers or unique identifiers, kept as the ranges that were said (RFC 3501 section 9, sequence-set).

import { attempt } from "./malformed.ts";
import { Cursor } from "./cursor.ts";
import { scanRanges } from "./number-list.ts";
import type { SequenceNumber, SequenceRange, SequenceSet } from "./sequence-range.ts";
import { unsayable } from "./writer.ts";
import { utf8 } from "@mailwire/wire";

export type { SequenceNumber, SequenceRange, SequenceSet } from "./sequence-range.ts";

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

/** Writes `1,3:5,7:*`; throws a local `ProtocolError` (`bad-argument`) for an empty set and for numbers that cannot be. */
export function formatSequenceSet(set: SequenceSet): string {
  if (set.length === 0) throw unsayable("an empty set");
  return set.map(({ first, last }) => (first === last ? number(first) : `${number(first)}:${number(last)}`)).join(",");
}

function number(value: SequenceNumber): string {
  if (value !== "*" && !(Number.isInteger(value) && value > 0 && value <= 0xffff_ffff)) throw unsayable(`${value} in a set`);
  return String(value);
}

/** sequence-set = (seq-number / seq-range) *("," sequence-set) */
export function readSequenceSet(cursor: Cursor): SequenceSet {
  const streamed = cursor.gap();
  const ranges: SequenceRange[] = streamed !== undefined && "set" in streamed ? streamed.set : [];
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
