// Where something stands in a message.

/** The bytes from `start` up to but not including `end`, counted from the first byte of the message. */
export interface ByteRange {
  /** First byte. */
  readonly start: number;
  /** The byte after the last one. */
  readonly end: number;
}

/** The same bytes in fewer ranges: empty ones left out, neighbours joined. */
export function mergeRanges(ranges: Iterable<ByteRange>): readonly ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges) {
    if (range.start === range.end) continue;
    const last = merged.at(-1);
    if (last?.end === range.start) merged[merged.length - 1] = { start: last.start, end: range.end };
    else merged.push(range);
  }
  return merged;
}
