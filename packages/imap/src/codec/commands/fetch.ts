// FETCH and UID FETCH (RFC 3501 sections 6.4.5 and 6.4.8).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import { readSection, writeSection } from "../section.ts";
import { formatMessageSet, readMessageSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import type { Section } from "../section.ts";
import type { MessageSet } from "../sequence-set.ts";

/** A word for several attributes. */
export type FetchMacro = (typeof FETCH_MACROS)[number];

/** Names that stand for several attributes. */
export const FETCH_MACROS = ["ALL", "FAST", "FULL"] as const;

/** The bytes of a section that are wanted. */
export interface PartialRange {
  /** First byte, from 0. */
  readonly offset: number;
  /** How many at most. */
  readonly length: number;
}

/** Attributes that are a name alone. */
export const PLAIN_FETCH_ATTRIBUTES = [
  "BODY",
  "BODYSTRUCTURE",
  "ENVELOPE",
  "FLAGS",
  "INTERNALDATE",
  "MODSEQ",
  "RFC822",
  "RFC822.HEADER",
  "RFC822.SIZE",
  "RFC822.TEXT",
  "UID",
] as const;

/** An attribute that is one word. */
export type PlainFetchAttribute = (typeof PLAIN_FETCH_ATTRIBUTES)[number];

/** One thing to tell of each message. `BODY.PEEK[]` does not set `\Seen`. */
export type FetchAttribute =
  | { readonly type: PlainFetchAttribute }
  | { readonly type: "BODY[]" | "BODY.PEEK[]"; readonly section: Section; readonly partial: PartialRange | null };

/** Asks for data of messages. */
export interface FetchCommand {
  readonly name: "FETCH" | "UID FETCH";
  /** Which messages. */
  readonly set: MessageSet;
  /** What to tell of each. */
  readonly items: FetchMacro | readonly FetchAttribute[];
}

const OPEN = 40;
const LESS = 60;
const DOT = 46;
const GREATER = 62;
const OPEN_BRACKET = 91;

/** See {@link FetchCommand}. */
export const fetch: CommandGrammar<FetchCommand> = { read: readFetch, write: writeFetch };

/** fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")") */
function readFetch(cursor: Cursor, name: FetchCommand["name"]): FetchCommand {
  cursor.space();
  const set = readMessageSet(cursor);
  cursor.space();
  return { name, set, items: readItems(cursor) };
}

function readItems(cursor: Cursor): FetchCommand["items"] {
  if (cursor.peek() !== OPEN) {
    const word = cursor.keyword();
    return FETCH_MACROS.find((macro) => macro === word) ?? [readAttribute(cursor, word)];
  }
  const items: FetchAttribute[] = [];
  cursor.open();
  do items.push(readAttribute(cursor, cursor.keyword()));
  while (!cursor.closes());
  return items;
}

/**
 * fetch-att = "ENVELOPE" / "FLAGS" / "INTERNALDATE" / "RFC822" [".HEADER" / ".SIZE" / ".TEXT"] / "BODY" ["STRUCTURE"] / "UID" /
 *             "BODY" section ["<" number "." nz-number ">"] / "BODY.PEEK" section ["<" number "." nz-number ">"]
 */
function readAttribute(cursor: Cursor, word: string): FetchAttribute {
  if (cursor.peek() === OPEN_BRACKET && (word === "BODY" || word === "BODY.PEEK")) {
    return { type: `${word}[]`, section: readSection(cursor), partial: readPartial(cursor) };
  }
  const type = PLAIN_FETCH_ATTRIBUTES.find((plain) => plain === word);
  if (type === undefined) throw new Malformed("bad-fetch-item");
  return { type };
}

function readPartial(cursor: Cursor): PartialRange | null {
  if (!cursor.skip(LESS)) return null;
  const offset = cursor.number();
  cursor.expect(DOT);
  const length = cursor.nzNumber();
  cursor.expect(GREATER);
  return { offset, length };
}

/** See {@link readFetch}. */
function writeFetch(writer: Writer, { name, set, items }: FetchCommand): void {
  writer.raw(`${name} ${formatMessageSet(set)} `);
  if (typeof items === "string") {
    writer.raw(items);
    return;
  }
  const [only] = items;
  if (only === undefined) throw unsayable("FETCH of nothing");
  if (items.length === 1) writeAttribute(writer, only);
  else writer.list(items, (item) => writeAttribute(writer, item));
}

function writeAttribute(writer: Writer, item: FetchAttribute): void {
  if (item.type !== "BODY[]" && item.type !== "BODY.PEEK[]") {
    writer.raw(item.type);
    return;
  }
  writeSection(writer.raw(item.type.slice(0, -2)), item.section);
  if (item.partial === null) return;
  if (item.partial.length === 0) throw unsayable("a partial of no bytes");
  writer.raw("<").number(item.partial.offset).raw(".").number(item.partial.length).raw(">");
}
