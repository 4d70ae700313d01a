// Sets of a command resolved against the messages in view (RFC 3501 section 9, sequence-set).

import type { MessageSet, SequenceNumber } from "../codec/sequence-set.ts";
import { lowerBound } from "./conversation.ts";

/** Whether the numbers of a set are message sequence numbers or unique identifiers. */
export type Numbering = "sequence" | "uid";

/** A stretch of `uids`: indexes from `start` up to but not including `end`. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The UIDs that `set` means, ascending, each once; `undefined` when it has a sequence number that no message has, or is `$`: nothing is
 * saved here. `*` is the last message; a range that ends in it means at least that one. UIDs that no message has mean nothing.
 */
export function resolveSet(uids: readonly number[], set: MessageSet, numbering: Numbering): readonly number[] | undefined {
  if (set === "$") return undefined;
  const stretches: Stretch[] = [];
  for (const { first, last } of set) {
    const stretch = numbering === "uid" ? uidStretch(uids, first, last) : numberStretch(uids.length, first, last);
    if (stretch === undefined) return undefined;
    stretches.push(stretch);
  }
  stretches.sort((a, b) => a.start - b.start);
  const [only] = stretches;
  if (only !== undefined && stretches.length === 1)
    return only.start === 0 && only.end === uids.length ? uids : uids.slice(only.start, only.end);
  let done = 0;
  return stretches.flatMap(({ start, end }) => {
    const found = uids.slice(Math.max(start, done), end);
    done = Math.max(done, end);
    return found;
  });
}

function numberStretch(count: number, first: SequenceNumber, last: SequenceNumber): Stretch | undefined {
  const open = first === "*" || last === "*";
  const low = Math.min(first === "*" ? count : first, last === "*" ? count : last);
  const high = Math.max(first === "*" ? count : first, last === "*" ? count : last);
  if (open) return { start: Math.max(0, Math.min(low, count) - 1), end: count };
  return high > count ? undefined : { start: low - 1, end: high };
}

function uidStretch(uids: readonly number[], first: SequenceNumber, last: SequenceNumber): Stretch {
  const largest = uids.at(-1) ?? 0;
  const low = Math.min(first === "*" ? largest : first, last === "*" ? largest : last);
  const high = Math.max(first === "*" ? largest : first, last === "*" ? largest : last);
  return { start: lowerBound(uids, low), end: lowerBound(uids, high + 1) };
}
