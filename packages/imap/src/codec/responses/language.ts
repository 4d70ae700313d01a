// LANGUAGE and COMPARATOR (RFC 5255 sections 3.3 and 4.8).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";

/** The language that the server speaks from now on; all that it can speak where that was asked. */
export interface LanguageResponse {
  readonly type: "LANGUAGE";
  /** Language tags. */
  readonly languages: readonly string[];
}

/** How texts are compared. */
export interface ComparatorResponse {
  readonly type: "COMPARATOR";
  /** The comparator in use. */
  readonly active: string;
  /** All that match what was asked for; empty where that is not told. */
  readonly matching: readonly string[];
}

const SP = 32;

/** See {@link LanguageResponse}. */
export const languageResponse: ResponseGrammar<LanguageResponse> = { read: readLanguageResponse, write: writeLanguageResponse };

/** language-data = "LANGUAGE" SP "(" lang-tag-quoted *(SP lang-tag-quoted) ")" */
function readLanguageResponse(cursor: Cursor): LanguageResponse {
  cursor.space();
  return { type: "LANGUAGE", languages: readNames(cursor) };
}

/** See {@link ComparatorResponse}. */
export const comparatorResponse: ResponseGrammar<ComparatorResponse> = { read: readComparatorResponse, write: writeComparatorResponse };

/** comparator-data = "COMPARATOR" SP comp-sel-quoted [SP "(" comp-id-quoted *(SP comp-id-quoted) ")"] */
function readComparatorResponse(cursor: Cursor): ComparatorResponse {
  cursor.space();
  const active = cursor.astring();
  cursor.noTrailingSpace();
  if (cursor.peek() !== SP) return { type: "COMPARATOR", active, matching: [] };
  cursor.space();
  return { type: "COMPARATOR", active, matching: readNames(cursor) };
}

function readNames(cursor: Cursor): readonly string[] {
  const names: string[] = [];
  cursor.open();
  while (!cursor.closes()) names.push(cursor.astring());
  return names;
}

/** See {@link readLanguageResponse}. */
function writeLanguageResponse(writer: Writer, { type, languages }: LanguageResponse): void {
  writer.raw(`* ${type} `).list(languages, (language) => writer.astring(language));
}

/** See {@link readComparatorResponse}. */
function writeComparatorResponse(writer: Writer, { type, active, matching }: ComparatorResponse): void {
  writer.raw(`* ${type} `).astring(active);
  if (matching.length > 0) writer.raw(" ").list(matching, (name) => writer.astring(name));
}
