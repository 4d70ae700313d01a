// Search keys: what a message must be to be found (RFC 3501 section 6.4.4, RFC 9051 section 6.4.4).

import type { Cursor } from "../cursor.ts";
import { formatDate, readDate } from "../date-time.ts";
import type { CalendarDate } from "../date-time.ts";
import { readFlag } from "../flag.ts";
import type { Flag } from "../flag.ts";
import { Malformed } from "../malformed.ts";
import { formatMessageSet, readMessageSet } from "../sequence-set.ts";
import type { MessageSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { EXTENSION_KEY_READERS, isExtensionKey, writeExtensionKey } from "./search-key-extensions.ts";
import type { ExtensionSearchKey } from "./search-key-extensions.ts";

/** Search keys without arguments. IMAP4rev2 has no `NEW`, `OLD` and `RECENT`. */
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
  | { readonly type: "SEQUENCE" | "UID"; readonly set: MessageSet }
  /** About what the key says, by the server's judgement (RFC 6203). */
  | { readonly type: "FUZZY"; readonly key: SearchKey }
  | ExtensionSearchKey;

const SP = 32;
const DOLLAR = 36;
const OPEN = 40;
const STAR = 42;

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

/** search-key, see RFC 3501 section 9 */
function readKey(cursor: Cursor): SearchKey {
  if (cursor.peek() === OPEN) return readAnd(cursor);
  if (cursor.atNumber() || cursor.peek() === STAR || cursor.peek() === DOLLAR) return { type: "SEQUENCE", set: readMessageSet(cursor) };
  const word = cursor.keyword();
  const plain = WORDS.get(word);
  if (plain !== undefined) return plain;
  cursor.space();
  const reader = READERS.get(word);
  if (reader === undefined) throw new Malformed("bad-search-key");
  return reader(cursor);
}

/** "(" search-key *(SP search-key) ")" */
function readAnd(cursor: Cursor): SearchKey {
  const keys: SearchKey[] = [];
  cursor.open();
  do keys.push(readKey(cursor));
  while (!cursor.closes());
  return { type: "AND", keys };
}

/** Keys that are one word. */
const WORDS = /* @__PURE__ */ words();

function words(): ReadonlyMap<string, SearchKey> {
  return new Map([...PLAIN_SEARCH_KEYS, "SAVEDATESUPPORTED" as const].map((type) => [type, { type }]));
}

/** How a key reads what follows its name and a space. */
type KeyReader = (cursor: Cursor) => SearchKey;

const READERS = /* @__PURE__ */ readers();

function readers(): ReadonlyMap<string, KeyReader> {
  return new Map<string, KeyReader>([
    ...TEXT_SEARCH_KEYS.map((type): [string, KeyReader] => [type, (cursor) => ({ type, text: cursor.astring() })]),
    ...DATE_SEARCH_KEYS.map((type): [string, KeyReader] => [type, (cursor) => ({ type, date: readDate(cursor) })]),
    ["KEYWORD", (cursor) => ({ type: "KEYWORD", flag: readFlag(cursor) })],
    ["UNKEYWORD", (cursor) => ({ type: "UNKEYWORD", flag: readFlag(cursor) })],
    ["LARGER", (cursor) => ({ type: "LARGER", octets: cursor.number() })],
    ["SMALLER", (cursor) => ({ type: "SMALLER", octets: cursor.number() })],
    ["UID", (cursor) => ({ type: "UID", set: readMessageSet(cursor) })],
    ["HEADER", readHeader],
    ["NOT", (cursor) => ({ type: "NOT", key: readNested(cursor) })],
    ["FUZZY", (cursor) => ({ type: "FUZZY", key: readNested(cursor) })],
    ["OR", readOr],
    ...EXTENSION_KEY_READERS,
  ]);
}

/** "HEADER" SP header-fld-name SP astring */
function readHeader(cursor: Cursor): SearchKey {
  const field = cursor.astring();
  cursor.space();
  return { type: "HEADER", field, text: cursor.astring() };
}

/** "OR" SP search-key SP search-key */
function readOr(cursor: Cursor): SearchKey {
  const left = readNested(cursor);
  cursor.space();
  return { type: "OR", left, right: readNested(cursor) };
}

function readNested(cursor: Cursor): SearchKey {
  cursor.nest();
  const key = readKey(cursor);
  cursor.depth -= 1;
  return key;
}

/** See {@link readSearchKeys}. */
export function writeSearchKeys(writer: Writer, keys: readonly SearchKey[], charset: string | null): void {
  if (keys.length === 0) throw unsayable("a search without keys");
  if (charset !== null && !/^utf-?8$/i.test(charset) && !keys.every(isAsciiKey)) {
    throw unsayable(`text beyond US-ASCII in the charset ${charset}`);
  }
  writer.spaced(keys, (key) => writeKey(writer, key));
}

/** True when no text in the key goes beyond US-ASCII. */
export function isAsciiKey(key: SearchKey): boolean {
  if ("text" in key) return !/[^\0-\x7f]/.test(key.text) && !(key.type === "HEADER" && /[^\0-\x7f]/.test(key.field));
  if ("key" in key) return isAsciiKey(key.key);
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
    case "FUZZY":
      writeKey(writer.raw(`${key.type} `), key.key);
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
      if (isExtensionKey(key)) {
        writeExtensionKey(writer, key);
        break;
      }
      writer.raw(key.type);
      if ("text" in key) writer.raw(" ").astring(key.text);
      if ("date" in key) writer.raw(` ${formatDate(key.date)}`);
  }
}
