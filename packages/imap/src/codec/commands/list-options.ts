// What LIST may be told besides a pattern: which mailboxes to select, what to return of each (RFC 5258 section 3, RFC 5819, RFC 6154, RFC 8440, RFC 9590).

import type { Cursor } from "../cursor.ts";
import type { UnknownParameter } from "../extension-parameter.ts";
import { readParameters, writeUnknownParameter } from "../extension-parameter.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { readStatusAttributes, writeStatusAttributes } from "./status.ts";

/** Which mailboxes are listed. `RECURSIVEMATCH`, also parents of those that match, goes only with another one. */
export type ListSelectionOption = { readonly type: "SUBSCRIBED" | "REMOTE" | "RECURSIVEMATCH" | "SPECIAL-USE" } | UnknownParameter;

/** What is told of each mailbox. */
export type ListReturnOption =
  | { readonly type: "SUBSCRIBED" | "CHILDREN" | "SPECIAL-USE" | "MYRIGHTS" }
  /** Figures, as STATUS responses (RFC 5819). */
  | { readonly type: "STATUS"; readonly items: readonly string[] }
  /** Annotations with these names, as METADATA responses (RFC 9590). */
  | { readonly type: "METADATA"; readonly entries: readonly string[] }
  | UnknownParameter;

const SELECTION_OPTIONS = ["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"] as const;
const RETURN_OPTIONS = ["SUBSCRIBED", "CHILDREN", "SPECIAL-USE", "MYRIGHTS"] as const;

/** list-select-opts = "(" [list-select-opt *(SP list-select-opt)] ")" */
export function readSelectionOptions(cursor: Cursor): readonly ListSelectionOption[] {
  const options = readParameters(cursor, (name) => {
    const type = SELECTION_OPTIONS.find((known) => known === name);
    return type && { type };
  });
  if (lacksBase(options)) throw new Malformed("no-base-option");
  return options;
}

/** RFC 5258 section 3.1: RECURSIVEMATCH must not be alone, nor with REMOTE alone. */
function lacksBase(options: readonly ListSelectionOption[]): boolean {
  const types = options.map(({ type }) => type);
  return types.includes("RECURSIVEMATCH") && types.every((type) => type === "RECURSIVEMATCH" || type === "REMOTE");
}

/** list-return-opts = "RETURN" SP "(" [return-option *(SP return-option)] ")" ; behind its space */
export function readReturnOptions(cursor: Cursor): readonly ListReturnOption[] {
  cursor.space();
  if (cursor.keyword() !== "RETURN") throw new Malformed("no-return");
  cursor.space();
  return readParameters(cursor, (name) => readReturnOption(cursor, name));
}

/** return-option = … / "STATUS" SP "(" status-att *(SP status-att) ")" / "METADATA" SP "(" entry *(SP entry) ")" */
function readReturnOption(cursor: Cursor, name: string): ListReturnOption | undefined {
  if (name === "STATUS") {
    cursor.space();
    return { type: name, items: readStatusAttributes(cursor) };
  }
  if (name === "METADATA") {
    cursor.space();
    return { type: name, entries: readEntries(cursor) };
  }
  const type = RETURN_OPTIONS.find((known) => known === name);
  return type && { type };
}

function readEntries(cursor: Cursor): readonly string[] {
  const entries: string[] = [];
  cursor.open();
  do entries.push(cursor.astring());
  while (!cursor.closes());
  return entries;
}

/** See {@link readSelectionOptions}; with a space behind. */
export function writeSelectionOptions(writer: Writer, options: readonly ListSelectionOption[]): void {
  if (lacksBase(options)) throw unsayable("RECURSIVEMATCH alone");
  writer
    .list(options, (option) => {
      if (option.type === "unknown") writeUnknownParameter(writer, option);
      else writer.raw(option.type);
    })
    .raw(" ");
}

/** See {@link readReturnOptions}. */
export function writeReturnOptions(writer: Writer, options: readonly ListReturnOption[]): void {
  writer.raw(" RETURN ").list(options, (option) => writeReturnOption(writer, option));
}

function writeReturnOption(writer: Writer, option: ListReturnOption): void {
  switch (option.type) {
    case "STATUS":
      writeStatusAttributes(writer.raw("STATUS "), option.items);
      break;
    case "METADATA":
      if (option.entries.length === 0) throw unsayable("METADATA of nothing");
      writer.raw("METADATA ").list(option.entries, (entry) => writer.astring(entry));
      break;
    case "unknown":
      writeUnknownParameter(writer, option);
      break;
    default:
      writer.raw(option.type);
  }
}
