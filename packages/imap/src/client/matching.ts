// Which command a FETCH response belongs to: servers tell flags that others changed in the same words as answers.

import type { FetchCommand } from "../codec/commands/fetch.ts";
import type { StoreCommand } from "../codec/commands/store.ts";
import type { FetchResponse } from "../codec/responses/fetch.ts";
import type { SequenceSet } from "../codec/sequence-set.ts";

/** Items that may come unasked. */
const QUIET: ReadonlySet<string> = new Set(["FLAGS", "UID", "MODSEQ"]);

/** True for the answer to a FETCH: a message of its set, with more than flags where more was asked for. */
export function answersFetch({ name, set, items }: FetchCommand, response: FetchResponse): boolean {
  if (!concerns(name === "UID FETCH" ? "uid" : "sequence", set, response)) return false;
  const asksLittle = typeof items !== "string" && items.every(({ type }) => QUIET.has(type));
  return asksLittle || response.items.some(({ type }) => !QUIET.has(type));
}

/** True for the answer to a STORE: flags of a message of its set. */
export function answersStore({ name, set }: StoreCommand, response: FetchResponse): boolean {
  return concerns(name === "UID STORE" ? "uid" : "sequence", set, response) && response.items.every(({ type }) => QUIET.has(type));
}

/** True unless the response is surely about a message outside the set: one may not know its UID yet, nor what `*` is. */
function concerns(by: "uid" | "sequence", set: SequenceSet, { sequenceNumber, items }: FetchResponse): boolean {
  const number = by === "sequence" ? sequenceNumber : items.find((item) => item.type === "UID")?.uid;
  if (number === undefined) return true;
  return set.some(({ first, last }) => {
    if (first === "*" || last === "*") return true;
    return number >= Math.min(first, last) && number <= Math.max(first, last);
  });
}
