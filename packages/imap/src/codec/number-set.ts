// Sets of numbers once it is known what `*` is: to look into, to count, to unite, to go through. They stay ranges: nothing here takes
// time or memory by how many numbers a range has, but for going through them.

import type { SequenceRange, SequenceSet } from "./sequence-range.ts";

/** The numbers from `first` to `last`, which is not smaller. */
export interface NumberRange {
  /** The smallest. */
  readonly first: number;
  /** The largest. */
  readonly last: number;
}

/**
 * Different numbers: ranges in ascending order with gaps between them, possibly none. Where there are any, it is a `SequenceSet`, the
 * shortest for these numbers. Made by {@link resolveSequenceSet}, {@link numberSet} and {@link uniteNumberSets}.
 */
export type NumberSet = readonly NumberRange[];

/**
 * The numbers that a set means, where `largest` is what `*` stands for: the number of messages, or their largest UID. It is 0 where there
 * are no messages: ranges with `*` mean nothing then.
 */
export function resolveSequenceSet(set: SequenceSet, largest: number): NumberSet {
  const ranges = set.map((range) => ascending(range, largest)).filter(({ first }) => first > 0);
  return joined(ranges.sort(byFirst));
}

/** The set of these numbers, which come in any order and may come more than once. */
export function numberSet(numbers: Iterable<number>): NumberSet {
  return joined(single(Float64Array.from(numbers).sort()));
}

/** The numbers that are in any of the sets. */
export function uniteNumberSets(sets: readonly NumberSet[]): NumberSet {
  return joined(sets.flat().sort(byFirst));
}

/** True when `number` is in the set; looks at few of its ranges. */
export function containsNumber(set: NumberSet, number: number): boolean {
  let low = 0;
  let high = set.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((set[middle]?.last ?? Infinity) < number) low = middle + 1;
    else high = middle;
  }
  return (set[low]?.first ?? Infinity) <= number;
}

/** True when some number is in both sets. */
export function numberSetsIntersect(one: NumberSet, other: NumberSet): boolean {
  for (let left = 0, right = 0; ;) {
    const a = one[left];
    const b = other[right];
    if (a === undefined || b === undefined) return false;
    if (a.last < b.first) left += 1;
    else if (b.last < a.first) right += 1;
    else return true;
  }
}

/** How many numbers are in the set. */
export function countNumbers(set: NumberSet): number {
  return set.reduce((count, { first, last }) => count + last - first + 1, 0);
}

/**
 * The numbers of a set one by one, range after range in the order in which they were said (of SORT, and of COPYUID, the order matters),
 * each range from its smallest number on. `largest` is what `*` stands for, 0 where there are no messages. Stop early where a peer's set
 * may be larger than what is wanted: `1:4294967295` is short to say.
 */
export function* numbersOf(set: SequenceSet, largest: number): Generator<number, void, undefined> {
  for (const range of set) {
    const { first, last } = ascending(range, largest);
    if (first > 0) for (let number = first; number <= last; number += 1) yield number;
  }
}

/** The range from its smallest number to its largest; from 0 where `*` stands for nothing. */
function ascending({ first, last }: SequenceRange, largest: number): NumberRange {
  const one = first === "*" ? largest : first;
  const other = last === "*" ? largest : last;
  return one <= other ? { first: one, last: other } : { first: other, last: one };
}

function byFirst(one: NumberRange, other: NumberRange): number {
  return one.first - other.first;
}

/** Ranges of which none begins before the one before it, those that touch as one. */
function joined(ranges: Iterable<NumberRange>): NumberSet {
  const set: NumberRange[] = [];
  let open: { first: number; last: number } | undefined;
  for (const { first, last } of ranges) {
    if (open !== undefined && first <= open.last + 1) open.last = Math.max(open.last, last);
    else {
      open = { first, last };
      set.push(open);
    }
  }
  return set;
}

function* single(numbers: Iterable<number>): Generator<NumberRange, void, undefined> {
  for (const number of numbers) yield { first: number, last: number };
}
