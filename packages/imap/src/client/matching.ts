// Which command a FETCH response belongs to: servers tell flags that others changed in the same words as answers.

import type { FetchCommand } from "../codec/commands/fetch.ts";
import type { StoreCommand } from "../codec/commands/store.ts";
import type { FetchResponse } from "../codec/responses/fetch.ts";
import { containsNumber, resolveSequenceSet } from "../codec/number-set.ts";
import type { MessageSet } from "../codec/sequence-set.ts";

/** Whether a response is one of those looked for. */
type Tells = (response: FetchResponse) => boolean;

/** Items that may come unasked. */
const QUIET: ReadonlySet<string> = new Set(["FLAGS", "UID", "MODSEQ"]);

/** Tells the answers to a FETCH: of a message of its set, with more than flags where more was asked for. */
export function answersFetch({ name, set, items }: FetchCommand): Tells {
  const isOfSet = concerns(name === "UID FETCH" ? "uid" : "sequence", set);
  const asksLittle = typeof items !== "string" && items.every(({ type }) => QUIET.has(type));
  return (response) => isOfSet(response) && (asksLittle || response.items.some(({ type }) => !QUIET.has(type)));
}

/** Tells the answers to a STORE: flags of a message of its set. */
export function answersStore({ name, set }: StoreCommand): Tells {
  const isOfSet = concerns(name === "UID STORE" ? "uid" : "sequence", set);
  return (response) => isOfSet(response) && response.items.every(({ type }) => QUIET.has(type));
}

/** Tells all responses but those that are surely about a message outside the set: one may not know its UID yet, nor what `*` and `$` are. */
function concerns(by: "uid" | "sequence", set: MessageSet): Tells {
  if (set === "$" || set.some(({ first, last }) => first === "*" || last === "*")) return () => true;
  const numbers = resolveSequenceSet(set, 0);
  return ({ sequenceNumber, items }) => {
    const number = by === "sequence" ? sequenceNumber : items.find((item) => item.type === "UID")?.uid;
    return number === undefined || containsNumber(numbers, number);
  };
}
