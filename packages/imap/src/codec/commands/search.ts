// SEARCH and UID SEARCH (RFC 3501 sections 6.4.4 and 6.4.8).

import { ATOM } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { formatDate, readDate } from "../date-time.ts";
import { readFlag } from "../flag.ts";
import { Malformed } from "../malformed.ts";
import { formatMessageSet, readMessageSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import type { CalendarDate } from "../date-time.ts";
import type { Flag } from "../flag.ts";
import type { MessageSet } from "../sequence-set.ts";

/** Search keys without arguments. */
export const PLAIN_SEARCH_KEYS = [
  "ALL",
  "ANSWERED",
  "DELETED",
  "DRAFT",
  "FLAGGED",
  "NEW",
  "OLD",
  "RECENT",
  "SEEN",
  "UNANSWERED",
  "UNDELETED",
  "UNDRAFT",
  "UNFLAGGED",
  "UNSEEN",
] as const;
/** Search keys with a text. */
export const TEXT_SEARCH_KEYS = ["BCC", "BODY", "CC", "FROM", "SUBJECT", "TEXT", "TO"] as const;
/** Search keys with a date. */
export const DATE_SEARCH_KEYS = ["BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE"] as const;

/** A key without an argument. */
export type PlainSearchKey = (typeof PLAIN_SEARCH_KEYS)[number];
/** A key for text somewhere in the message. */
export type TextSearchKey = (typeof TEXT_SEARCH_KEYS)[number];
/** A key for a date. */
export type DateSearchKey = (typeof DATE_SEARCH_KEYS)[number];

/** What a message must be to be found. */
export type SearchKey =
  | { readonly type: PlainSearchKey }
  | { readonly type: TextSearchKey; readonly text: string }
  | { readonly type: DateSearchKey; readonly date: CalendarDate }
  | { readonly type: "KEYWORD" | "UNKEYWORD"; readonly flag: Flag }
  | { readonly type: "HEADER"; readonly field: string; readonly text: string }
  | { readonly type: "LARGER" | "SMALLER"; readonly octets: number }
  | { readonly type: "NOT"; readonly key: SearchKey }
  | { readonly type: "OR"; readonly left: SearchKey; readonly right: SearchKey }
  /** Keys in parentheses: all of them. */
  | { readonly type: "AND"; readonly keys: readonly SearchKey[] }
  /** A sequence set (`SEQUENCE`) or a set of unique identifiers (`UID`). */
  | { readonly type: "SEQUENCE" | "UID"; readonly set: MessageSet };

/** Finds messages. */
export interface SearchCommand {
  readonly name: "SEARCH" | "UID SEARCH";
  /** Charset of the strings in the keys; null is US-ASCII. */
  readonly charset: string | null;
  /** All of which a message must satisfy. */
  readonly keys: readonly SearchKey[];
}

const SP = 32;
const STAR = 42;
const DOLLAR = 36;
const OPEN = 40;

/** See {@link SearchCommand}. */
export const search: CommandGrammar<SearchCommand> = { read: readSearch, write: writeSearch };

/** search = "SEARCH" [SP "CHARSET" SP astring] 1*(SP search-key) */
function readSearch(cursor: Cursor, name: SearchCommand["name"]): SearchCommand {
  cursor.space();
  const charset = readCharset(cursor);
  return { name, charset, keys: readSearchKeys(cursor) };
}

/** search-key *(SP search-key) */
export function readSearchKeys(cursor: Cursor): readonly SearchKey[] {
  const keys = [readKey(cursor)];
  while (cursor.peek() === SP) {
    cursor.space();
    // A space at the end, as people type it.
    if (cursor.at === cursor.end) break;
    keys.push(readKey(cursor));
  }
  return keys;
}

function readCharset(cursor: Cursor): string | null {
  const { at } = cursor;
  if (cursor.run(ATOM).toUpperCase() !== "CHARSET") {
    cursor.at = at;
    return null;
  }
  cursor.space();
  const charset = cursor.astring();
  cursor.space();
  return charset;
}

/** search-key, see RFC 3501 section 9 */
function readKey(cursor: Cursor): SearchKey {
  if (cursor.peek() === OPEN) return readAnd(cursor);
  if (cursor.atNumber() || cursor.peek() === STAR || cursor.peek() === DOLLAR) return { type: "SEQUENCE", set: readMessageSet(cursor) };
  const word = cursor.keyword();
  const plain = PLAIN_SEARCH_KEYS.find((type) => type === word);
  if (plain !== undefined) return { type: plain };
  cursor.space();
  const text = TEXT_SEARCH_KEYS.find((type) => type === word);
  if (text !== undefined) return { type: text, text: cursor.astring() };
  const date = DATE_SEARCH_KEYS.find((type) => type === word);
  if (date !== undefined) return { type: date, date: readDate(cursor) };
  return readOtherKey(cursor, word);
}

function readOtherKey(cursor: Cursor, word: string): SearchKey {
  switch (word) {
    case "KEYWORD":
    case "UNKEYWORD":
      return { type: word, flag: readFlag(cursor) };
    case "LARGER":
    case "SMALLER":
      return { type: word, octets: cursor.number() };
    case "UID":
      return { type: word, set: readMessageSet(cursor) };
    case "HEADER": {
      const field = cursor.astring();
      cursor.space();
      return { type: word, field, text: cursor.astring() };
    }
    case "NOT":
      return { type: word, key: readNested(cursor) };
    case "OR": {
      const left = readNested(cursor);
      cursor.space();
      return { type: word, left, right: readNested(cursor) };
    }
    default:
      throw new Malformed("bad-search-key");
  }
}

/** "(" search-key *(SP search-key) ")" */
function readAnd(cursor: Cursor): SearchKey {
  const keys: SearchKey[] = [];
  cursor.open();
  do keys.push(readKey(cursor));
  while (!cursor.closes());
  return { type: "AND", keys };
}

function readNested(cursor: Cursor): SearchKey {
  cursor.nest();
  const key = readKey(cursor);
  cursor.depth -= 1;
  return key;
}

/** See {@link readSearch}. Text beyond US-ASCII goes as UTF-8, and the charset is said where it was left open. */
function writeSearch(writer: Writer, { name, charset, keys }: SearchCommand): void {
  const said = charset ?? (keys.every(isAsciiKey) ? null : "UTF-8");
  writer.raw(`${name} `);
  if (said !== null) writer.raw("CHARSET ").astring(said).raw(" ");
  writeSearchKeys(writer, keys, said);
}

/** See {@link readSearchKeys}. */
export function writeSearchKeys(writer: Writer, keys: readonly SearchKey[], charset: string | null): void {
  if (keys.length === 0) throw unsayable("a search without keys");
  if (charset !== null && !/^utf-?8$/i.test(charset) && !keys.every(isAsciiKey)) {
    throw unsayable(`text beyond US-ASCII in the charset ${charset}`);
  }
  writer.spaced(keys, (key) => writeKey(writer, key));
}

function isAsciiKey(key: SearchKey): boolean {
  if ("text" in key) return !/[^\0-\x7f]/.test(key.text) && !(key.type === "HEADER" && /[^\0-\x7f]/.test(key.field));
  if (key.type === "NOT") return isAsciiKey(key.key);
  if (key.type === "OR") return isAsciiKey(key.left) && isAsciiKey(key.right);
  return key.type !== "AND" || key.keys.every(isAsciiKey);
}

function writeKey(writer: Writer, key: SearchKey): void {
  switch (key.type) {
    case "AND":
      if (key.keys.length === 0) throw unsayable("a search for nothing in parentheses");
      writer.list(key.keys, (inner) => writeKey(writer, inner));
      break;
    case "NOT":
      writeKey(writer.raw("NOT "), key.key);
      break;
    case "OR":
      writeKey(writer.raw("OR "), key.left);
      writeKey(writer.raw(" "), key.right);
      break;
    case "SEQUENCE":
      writer.raw(formatMessageSet(key.set));
      break;
    case "UID":
      writer.raw(`UID ${formatMessageSet(key.set)}`);
      break;
    case "HEADER":
      writer.raw("HEADER ").astring(key.field).raw(" ").astring(key.text);
      break;
    case "KEYWORD":
    case "UNKEYWORD":
      writer.raw(`${key.type} `).commandFlag(key.flag);
      break;
    case "LARGER":
    case "SMALLER":
      writer.raw(`${key.type} `).number(key.octets);
      break;
    default:
      writer.raw(key.type);
      if ("text" in key) writer.raw(" ").astring(key.text);
      if ("date" in key) writer.raw(` ${formatDate(key.date)}`);
  }
}
