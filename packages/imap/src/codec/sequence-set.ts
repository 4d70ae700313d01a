// Sets of message sequence numbers or unique identifiers, kept as the ranges that were said (RFC 3501 section 9, sequence-set).

/** One end of a range: a number from 1 to 4294967295, or `*` for the largest number in use. */
export type SequenceNumber = number | "*";

/** The numbers from `first` to `last`, in either order; a single number has both ends equal. */
export interface SequenceRange {
  /** One end. */
  readonly first: SequenceNumber;
  /** The other end. */
  readonly last: SequenceNumber;
}

/** Ranges in the order in which they were said; never expanded. Made by {@link parseSequenceSet} or written out. */
export type SequenceSet = readonly SequenceRange[];

/** Reads `1,3:5,7:*`; `undefined` for anything else. */
export function parseSequenceSet(text: string): SequenceSet | undefined {
  const ranges: SequenceRange[] = [];
  for (const part of text.split(",")) {
    const [, first, last] = /^(\*|[1-9]\d{0,9})(?::(\*|[1-9]\d{0,9}))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    const range = { first: parseNumber(first), last: parseNumber(last ?? first) };
    if (range.first === undefined || range.last === undefined) return undefined;
    ranges.push({ first: range.first, last: range.last });
  }
  return ranges;
}

function parseNumber(text: string): SequenceNumber | undefined {
  if (text === "*") return "*";
  const number = Number(text);
  return number <= 0xffff_ffff ? number : undefined;
}

/** Writes `1,3:5,7:*`. */
export function formatSequenceSet(set: SequenceSet): string {
  return set.map(({ first, last }) => (first === last ? String(first) : `${first}:${last}`)).join(",");
}
