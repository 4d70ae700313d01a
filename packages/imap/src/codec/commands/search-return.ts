// What a search is to return instead of all numbers (RFC 4466 section 2.6.1 and those that name the options).

import type { Cursor } from "../cursor.ts";
import { readParameters, writeUnknownParameter } from "../extension-parameter.ts";
import type { UnknownParameter } from "../extension-parameter.ts";
import { readPartialWindow, writePartialWindow } from "../partial-window.ts";
import type { PartialWindow } from "../partial-window.ts";
import type { Writer } from "../writer.ts";
import type { FetchAttribute } from "./fetch-attribute.ts";
import { readFetchAttributes, writeFetchAttributes } from "./fetch-attribute.ts";
import { skipLeadingWord } from "./leading-word.ts";

/** Options that are a name alone. */
export const PLAIN_RETURN_OPTIONS = ["MIN", "MAX", "ALL", "COUNT", "SAVE", "RELEVANCY", "CONTEXT"] as const;

/** An option that is one word. */
export type PlainReturnOption = (typeof PLAIN_RETURN_OPTIONS)[number];

/**
 * What a search is to return, or to do with what it finds: `MIN`, `MAX`, `ALL`, `COUNT` (RFC 4731); `SAVE` keeps it as `$` (RFC 5182);
 * `PARTIAL` returns some of it (RFC 9394); `CONTEXT` says that more like it will be asked (RFC 5267); `RELEVANCY` returns scores (RFC 6203).
 */
export type SearchReturnOption =
  | { readonly type: PlainReturnOption }
  | { readonly type: "PARTIAL"; readonly window: PartialWindow }
  /** Tells of changes (RFC 5267), with these data of the messages that are new among those found (RFC 5465 section 7). */
  | { readonly type: "UPDATE"; readonly attributes?: readonly FetchAttribute[] }
  | UnknownParameter;

const SP = 32;
const OPEN = 40;

/** search-return-opts = "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")" ; and the space behind them */
export function readReturnOptions(cursor: Cursor): { readonly returnOptions?: readonly SearchReturnOption[] } {
  if (!skipLeadingWord(cursor, "RETURN")) return {};
  const returnOptions = readParameters(cursor, (name) => readReturnOption(cursor, name));
  cursor.space();
  return { returnOptions };
}

/**
 * search-return-opt = "MIN" / "MAX" / "ALL" / "COUNT" / "SAVE" / "RELEVANCY" / "CONTEXT" / "PARTIAL" SP partial-range /
 *                     "UPDATE" [SP "(" fetch-att *(SP fetch-att) ")"]
 */
function readReturnOption(cursor: Cursor, name: string): SearchReturnOption | undefined {
  if (name === "PARTIAL") {
    cursor.space();
    return { type: name, window: readPartialWindow(cursor) };
  }
  if (name === "UPDATE") return readUpdate(cursor);
  const plain = PLAIN_RETURN_OPTIONS.find((type) => type === name);
  return plain === undefined ? undefined : { type: plain };
}

function readUpdate(cursor: Cursor): SearchReturnOption {
  if (cursor.peek() !== SP || cursor.bytes[cursor.at + 1] !== OPEN) return { type: "UPDATE" };
  cursor.space();
  return { type: "UPDATE", attributes: readFetchAttributes(cursor) };
}

/** See {@link readReturnOptions}. */
export function writeReturnOptions(writer: Writer, options: readonly SearchReturnOption[] | undefined): void {
  if (options === undefined) return;
  writer.raw("RETURN ").list(options, (option) => writeReturnOption(writer, option));
  writer.raw(" ");
}

function writeReturnOption(writer: Writer, option: SearchReturnOption): void {
  if (option.type === "unknown") writeUnknownParameter(writer, option);
  else if (option.type === "PARTIAL") writePartialWindow(writer.raw("PARTIAL "), option.window);
  else if (option.type === "UPDATE") writeUpdate(writer, option.attributes);
  else writer.raw(option.type);
}

function writeUpdate(writer: Writer, attributes: readonly FetchAttribute[] | undefined): void {
  writer.raw("UPDATE");
  if (attributes !== undefined) writeFetchAttributes(writer.raw(" "), attributes);
}
