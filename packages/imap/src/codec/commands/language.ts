// LANGUAGE and COMPARATOR: what the server speaks, and how it compares text (RFC 5255 sections 3.2 and 4.7).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";

/** Asks for a language of texts for people (LANGUAGE), or for a way to compare texts (COMPARATOR). */
export interface PreferenceCommand {
  readonly name: "LANGUAGE" | "COMPARATOR";
  /** Language ranges, or names of comparators, the best one first; empty to ask what there is. */
  readonly preferences: readonly string[];
}

const SP = 32;

/** See {@link PreferenceCommand}. */
export const preference: CommandGrammar<PreferenceCommand> = { read: readPreference, write: writePreference };

/** language-cmd = "LANGUAGE" *(SP lang-range-quoted) ; comparator-cmd = "COMPARATOR" *(SP comp-order-quoted) ; both are astrings */
function readPreference(cursor: Cursor, name: PreferenceCommand["name"]): PreferenceCommand {
  const preferences: string[] = [];
  while (cursor.peek() === SP) {
    cursor.space();
    if (cursor.at < cursor.end) preferences.push(cursor.astring());
  }
  return { name, preferences };
}

/** See {@link readPreference}. */
function writePreference(writer: Writer, { name, preferences }: PreferenceCommand): void {
  writer.raw(name);
  for (const one of preferences) writer.raw(" ").astring(one);
}
