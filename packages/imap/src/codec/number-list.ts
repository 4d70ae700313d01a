// Numbers and ranges read straight from bytes, as many as are here: results of searches may be megabytes long.

import type { SequenceRange } from "./sequence-range.ts";

const MAX_NUMBER = 0xffff_ffff;
const SPACE = 32;
const COMMA = 44;
const COLON = 58;

/**
 * Reads numbers, each followed by a space, from `bytes` and adds them to `numbers`; gives the index of the first byte that is not of
 * this form. The last number is left where nothing follows it yet: behind `end` there may be more digits.
 */
export function scanNumbers(bytes: Uint8Array, start: number, end: number, numbers: number[]): number {
  let taken = start;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === SPACE - 48 && at > taken && value <= MAX_NUMBER && value > 0) {
      numbers.push(value);
      value = 0;
      taken = at + 1;
    } else break;
  }
  return taken;
}

/**
 * Reads ranges and single numbers, each followed by a comma, from `bytes` and adds them to `ranges`; gives the index of the first byte that is
 * not of this form. `*` is not of it: searches find numbers.
 */
export function scanRanges(bytes: Uint8Array, start: number, end: number, ranges: SequenceRange[]): number {
  let taken = start;
  let first = 0;
  let value = 0;
  let numberStart = start;
  for (let at = start; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      continue;
    }
    if (at === numberStart || value === 0 || value > MAX_NUMBER) break;
    if (digit === COMMA - 48) {
      ranges.push({ first: first === 0 ? value : first, last: value });
      first = 0;
      taken = at + 1;
    } else if (digit === COLON - 48 && first === 0) first = value;
    else break;
    value = 0;
    numberStart = at + 1;
  }
  return taken;
}
