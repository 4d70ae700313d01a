// Reading the values of items in FETCH responses (RFC 3501 section 7.4.2, RFC 7162 for MODSEQ, RFC 3516 for BINARY).

import { readBodyStructure } from "../body-structure-reader.ts";
import { isIn, KEYWORD } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import { readDateTime } from "../date-time.ts";
import { readEnvelope } from "../envelope.ts";
import { readFlagList } from "../flag.ts";
import { Malformed } from "../malformed.ts";
import type { KeywordReader } from "../reader-table.ts";
import { ReaderTable } from "../reader-table.ts";
import type { Section } from "../section.ts";
import { readPart, readSection } from "../section.ts";
import { EXTENSION_READERS } from "./fetch-extensions.ts";
import type { FetchItem } from "./fetch-item.ts";

const SP = 32;
const QUOTE = 34;
const CLOSE = 41;
const DOT = 46;
const LESS = 60;
const GREATER = 62;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;

type ItemReader = (cursor: Cursor) => FetchItem;

/** What reads the value of which item. */
export const FETCH_ITEM_READERS = /* @__PURE__ */ new ReaderTable<ItemReader>([
  ["UID", (cursor) => ({ type: "UID", uid: readUid(cursor) })],
  ["FLAGS", (cursor) => ({ type: "FLAGS", flags: readFlagList(cursor) })],
  ["INTERNALDATE", (cursor) => ({ type: "INTERNALDATE", date: readDateTime(cursor) })],
  ["RFC822.SIZE", (cursor) => ({ type: "RFC822.SIZE", octets: cursor.looseNumber(Number.MAX_SAFE_INTEGER) })],
  ["MODSEQ", readModSeq],
  ["ENVELOPE", (cursor) => ({ type: "ENVELOPE", envelope: readEnvelope(cursor) })],
  ["BODY", (cursor) => ({ type: "BODY", structure: readBodyStructure(cursor) })],
  ["BODYSTRUCTURE", (cursor) => ({ type: "BODYSTRUCTURE", structure: readBodyStructure(cursor) })],
  ...EXTENSION_READERS,
  ["RFC822", (cursor) => ({ type: "RFC822", data: cursor.data() })],
  ["RFC822.HEADER", (cursor) => ({ type: "RFC822.HEADER", data: cursor.data() })],
  ["RFC822.TEXT", (cursor) => ({ type: "RFC822.TEXT", data: cursor.data() })],
]);

/** The value of the item `name`, which the cursor stands behind. */
export function readFetchValue(cursor: Cursor, { name, read }: KeywordReader<ItemReader>): FetchItem {
  if (cursor.peek() === OPEN_BRACKET) {
    if (name === "BODY") return readSectionItem(cursor);
    if (name === "BODY.PEEK") {
      cursor.deviate("peek-in-response");
      return readSectionItem(cursor);
    }
    if (name === "BINARY") return readBinary(cursor);
    if (name === "BINARY.SIZE") return readBinarySize(cursor);
    if (read !== undefined) skipEmptySection(cursor);
  }
  if (read === undefined) return readUnknownItem(cursor, name);
  cursor.space();
  return read(cursor);
}

/** Brackets behind the name of an item that has none: `RFC822[]`. */
function skipEmptySection(cursor: Cursor): void {
  cursor.deviate("extra-brackets");
  cursor.expect(OPEN_BRACKET);
  cursor.expect(CLOSE_BRACKET);
}

/** uniqueid = nz-number */
function readUid(cursor: Cursor): number {
  const uid = cursor.looseNumber();
  if (uid === 0) throw new Malformed("zero");
  return uid;
}

/** "MODSEQ" SP "(" permsg-modsequence ")" (RFC 7162) */
function readModSeq(cursor: Cursor): FetchItem {
  if (cursor.atNumber()) {
    cursor.deviate("missing-parenthesis");
    return { type: "MODSEQ", modSeq: cursor.number63() };
  }
  cursor.openElement();
  const modSeq = cursor.number63();
  if (!cursor.closes()) cursor.expect(CLOSE);
  return { type: "MODSEQ", modSeq };
}

/** "BODY" section ["<" number ">"] SP nstring */
function readSectionItem(cursor: Cursor): FetchItem {
  const section = readRepeatedSection(cursor);
  const origin = readOrigin(cursor);
  if (cursor.peek() === OPEN_BRACE || cursor.peek() === QUOTE) cursor.deviate("missing-space");
  else if (isValueMissing(cursor)) {
    cursor.deviate("missing-value");
    return { type: "BODY[]", section, origin, data: null };
  } else cursor.space();
  return { type: "BODY[]", section, origin, data: cursor.data() };
}

/** True at the end of the list, or at the next item, where a value should be. */
function isValueMissing(cursor: Cursor): boolean {
  const next = cursor.peek() === SP ? cursor.bytes[cursor.at + 1] : cursor.peek();
  return next === CLOSE || (isIn(next, KEYWORD) && isAtItem(cursor));
}

/** True when a space and the name of a known item follow, and then what can follow one. */
export function isAtItem(cursor: Cursor): boolean {
  const { at } = cursor;
  if (!cursor.skip(SP)) return false;
  const isName = isIn(cursor.peek(), KEYWORD) && FETCH_ITEM_READERS.has(cursor.keyword());
  const isFollowed = cursor.peek() === SP || cursor.peek() === OPEN_BRACKET;
  cursor.at = at;
  return isName && isFollowed;
}

/** "<" number ">" */
function readOrigin(cursor: Cursor): number | null {
  if (!cursor.skip(LESS)) return null;
  const origin = cursor.number();
  if (cursor.skip(DOT)) {
    cursor.deviate("length-of-partial");
    cursor.number();
  }
  cursor.expect(GREATER);
  return origin;
}

/** "BINARY" section-binary ["<" number ">"] SP (nstring / literal8) (RFC 3516) */
function readBinary(cursor: Cursor): FetchItem {
  const part = readPart(cursor);
  const origin = readOrigin(cursor);
  cursor.space();
  return { type: "BINARY[]", part, origin, data: cursor.data8() };
}

/** "BINARY.SIZE" section-binary SP number (RFC 3516) */
function readBinarySize(cursor: Cursor): FetchItem {
  const part = readPart(cursor);
  cursor.space();
  return { type: "BINARY.SIZE[]", part, octets: cursor.looseNumber(Number.MAX_SAFE_INTEGER) };
}

/** The last section that was read, by its text: the responses to one command all have the same. */
let last: { readonly text: string; readonly section: Section } | undefined;

function readRepeatedSection(cursor: Cursor): Section {
  const { at: start, bytes, end, deviations } = cursor;
  let close = start;
  while (close < end && bytes[close] !== CLOSE_BRACKET) close += 1;
  const text = cursor.slice(start, close + 1);
  if (text === last?.text) {
    cursor.at = close + 1;
    return last.section;
  }
  const section = readSection(cursor);
  // Only what is read the same way anywhere: ends at the first bracket, follows the grammar.
  if (cursor.at === close + 1 && deviations === undefined && cursor.deviations === undefined) last = { text: text, section };
  return section;
}

/** An item of an extension: its name may have brackets, its value is anything. */
export function readUnknownItem(cursor: Cursor, name: string): Extract<FetchItem, { type: "unknown" | "invalid" }> {
  const { at } = cursor;
  if (cursor.peek() === OPEN_BRACKET || cursor.peek() === LESS) cursor.skipValue();
  const fullName = name + cursor.slice(at, cursor.at);
  if (isValueMissing(cursor)) {
    cursor.deviate("missing-value");
    return { type: "invalid", name: fullName, raw: cursor.view(cursor.at, cursor.at) };
  }
  cursor.space();
  const start = cursor.at;
  cursor.skipValue();
  return { type: "unknown", name: fullName, raw: cursor.view(start, cursor.at) };
}
