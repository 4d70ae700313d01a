// FETCH and UID FETCH (RFC 3501 sections 6.4.5 and 6.4.8), with modifiers (RFC 4466 section 2.4, RFC 7162, RFC 9394).

import type { Cursor } from "../cursor.ts";
import type { UnknownParameter } from "../extension-parameter.ts";
import { readOptionalParameters, writeOptionalParameters, writeUnknownParameter } from "../extension-parameter.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { PartialWindow } from "../partial-window.ts";
import { readPartialWindow, writePartialWindow } from "../partial-window.ts";
import { formatMessageSet, readMessageSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import type { MessageSet } from "../sequence-set.ts";
import type { FetchAttribute } from "./fetch-attribute.ts";
import { readFetchAttribute, readFetchAttributes, writeFetchAttribute, writeFetchAttributes } from "./fetch-attribute.ts";

/** A word for several attributes. */
export type FetchMacro = (typeof FETCH_MACROS)[number];

/** Names that stand for several attributes. */
export const FETCH_MACROS = ["ALL", "FAST", "FULL"] as const;

/** Asks for data of messages. */
export interface FetchCommand {
  readonly name: "FETCH" | "UID FETCH";
  /** Which messages. */
  readonly set: MessageSet;
  /** What to tell of each. */
  readonly items: FetchMacro | readonly FetchAttribute[];
  /** What else restricts or extends the answer; absent for nothing. */
  readonly modifiers?: readonly FetchModifier[];
}

/** A modifier of FETCH. */
export type FetchModifier =
  /** Only messages that have changed since; with `VANISHED` also which ones have gone since (RFC 7162). */
  | { readonly type: "CHANGEDSINCE"; readonly modSeq: bigint }
  | { readonly type: "VANISHED" }
  /** Only some of the messages (RFC 9394). */
  | { readonly type: "PARTIAL"; readonly window: PartialWindow }
  | UnknownParameter;

const OPEN = 40;

/** See {@link FetchCommand}. */
export const fetch: CommandGrammar<FetchCommand> = { read: readFetch, write: writeFetch };

/**
 * fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")")
 *         [SP "(" fetch-modifier *(SP fetch-modifier) ")"]
 */
function readFetch(cursor: Cursor, name: FetchCommand["name"]): FetchCommand {
  cursor.space();
  const set = readMessageSet(cursor);
  cursor.space();
  const items = readItems(cursor);
  const modifiers = readOptionalParameters(cursor, (modifier) => readModifier(cursor, modifier));
  return modifiers === undefined ? { name, set, items } : { name, set, items, modifiers };
}

function readItems(cursor: Cursor): FetchCommand["items"] {
  if (cursor.peek() === OPEN) return readFetchAttributes(cursor);
  const word = cursor.keyword();
  return FETCH_MACROS.find((macro) => macro === word) ?? [readFetchAttribute(cursor, word)];
}

/** fetch-modifier = "CHANGEDSINCE" SP mod-sequence-value / "VANISHED" / "PARTIAL" SP partial-range / … */
function readModifier(cursor: Cursor, name: string): FetchModifier | undefined {
  switch (name) {
    case "CHANGEDSINCE":
      cursor.space();
      return { type: name, modSeq: cursor.number63() };
    case "VANISHED":
      return { type: name };
    case "PARTIAL":
      cursor.space();
      return { type: name, window: readPartialWindow(cursor) };
    default:
      return undefined;
  }
}

/** See {@link readFetch}. */
function writeFetch(writer: Writer, { name, set, items, modifiers }: FetchCommand): void {
  writer.raw(`${name} ${formatMessageSet(set)} `);
  writeItems(writer, items);
  writeOptionalParameters(writer, modifiers, (modifier) => writeModifier(writer, modifier));
}

function writeItems(writer: Writer, items: FetchCommand["items"]): void {
  if (typeof items === "string") {
    writer.raw(items);
    return;
  }
  const [only] = items;
  if (only === undefined) throw unsayable("FETCH of nothing");
  // A list of modifiers might be taken for the argument of one that stands alone.
  if (items.length === 1 && only.type !== "unknown") writeFetchAttribute(writer, only);
  else writeFetchAttributes(writer, items);
}

function writeModifier(writer: Writer, modifier: FetchModifier): void {
  switch (modifier.type) {
    case "CHANGEDSINCE":
      writer.raw("CHANGEDSINCE ").number63(modifier.modSeq);
      break;
    case "VANISHED":
      writer.raw(modifier.type);
      break;
    case "PARTIAL":
      writePartialWindow(writer.raw("PARTIAL "), modifier.window);
      break;
    case "unknown":
      writeUnknownParameter(writer, modifier);
  }
}
