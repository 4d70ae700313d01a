// Which row of the state table a command belongs to.

import type { Command } from "../codec/command.ts";
import { TRANSITIONS } from "./state.ts";
import type { State, Verb } from "./state.ts";

/** The verb of a command; `undefined` for one that the table does not know. */
export function verbOf(command: Command): Verb | undefined {
  return verbOfWord(command.name === "unknown" ? command.verb : command.name);
}

/** The verb that a command's first word in upper case means (two words after UID). */
export function verbOfWord(word: string): Verb | undefined {
  const verb = word.startsWith("UID ") ? word.slice(4) : word;
  return VERBS.get(verb);
}

/** True when a command with this verb may be said in `state`; one that the table does not know may be tried after the greeting. */
export function maySay(state: State, verb: Verb | undefined): boolean {
  if (verb !== undefined) return Object.hasOwn(TRANSITIONS[state], verb);
  return state !== "greeting" && state !== "logout" && state !== "closed";
}

/** The verbs that are commands: the words in capitals. */
const VERBS: ReadonlyMap<string, Verb> = new Map(
  Object.values(TRANSITIONS)
    .flatMap((row) => Object.keys(row) as Verb[])
    .filter((verb) => verb === verb.toUpperCase())
    .map((verb) => [verb, verb]),
);
