// What a set of message numbers is made of (RFC 3501 section 9, seq-range).

/** One end of a range: a number from 1 to 4294967295, or `*` for the largest number in use. */
export type SequenceNumber = number | "*";

/** The numbers from `first` to `last`, in either order; a single number has both ends equal. */
export interface SequenceRange {
  /** One end. */
  readonly first: SequenceNumber;
  /** The other end. */
  readonly last: SequenceNumber;
}

/** Ranges in the order in which they were said, at least one; never expanded. Made by `parseSequenceSet` or written out. */
export type SequenceSet = readonly SequenceRange[];

/** Messages as commands name them: a set, or `$` for what the last SEARCH with the option SAVE has found (RFC 5182, RFC 9051). */
export type MessageSet = SequenceSet | "$";
