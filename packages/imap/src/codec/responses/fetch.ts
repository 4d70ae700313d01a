// FETCH: data of one message (RFC 3501 section 7.4.2, RFC 7162 for MODSEQ).

import { isIn, KEYWORD } from "../characters.ts";
import { attempt, expectMalformed, Malformed } from "../malformed.ts";
import { readBodyStructure } from "../body-structure-reader.ts";
import { writeBodyStructure } from "../body-structure-writer.ts";
import type { Cursor } from "../cursor.ts";
import type { NumberedResponseGrammar } from "../grammar.ts";
import { formatDateTime, readDateTime } from "../date-time.ts";
import { readEnvelope, writeEnvelope } from "../envelope.ts";
import { EXTENSION_READERS, writeExtensionItem } from "./fetch-extensions.ts";
import type { ExtensionItem } from "./fetch-extensions.ts";
import { readFlagList } from "../flag.ts";
import { readSection, writeSection } from "../section.ts";
import type { Writer } from "../writer.ts";
import type { BodyStructure } from "../body-structure.ts";
import type { DateTime } from "../date-time.ts";
import type { Envelope } from "../envelope.ts";
import type { Flag } from "../flag.ts";
import type { LiteralData } from "../literal.ts";
import type { Section } from "../section.ts";

/** Which data of a message a literal holds. */
export type FetchDataName =
  /** A section; `origin` is the first byte of a partial, null for all of it. */
  | { readonly type: "BODY[]"; readonly section: Section; readonly origin: number | null }
  /** A part without its transfer encoding (RFC 3516). */
  | { readonly type: "BINARY[]"; readonly part: readonly number[]; readonly origin: number | null }
  /** The older names of the whole message, its header, its text. */
  | { readonly type: "RFC822" }
  | { readonly type: "RFC822.HEADER" }
  | { readonly type: "RFC822.TEXT" };

/** Data of a message with its bytes; null where the message has no such section. */
export type FetchData = FetchDataName & { readonly data: LiteralData };

/** One item of a FETCH response. */
export type FetchItem =
  | { readonly type: "UID"; readonly uid: number }
  | { readonly type: "FLAGS"; readonly flags: readonly Flag[] }
  | { readonly type: "INTERNALDATE"; readonly date: DateTime }
  | { readonly type: "RFC822.SIZE"; readonly octets: number }
  | { readonly type: "MODSEQ"; readonly modSeq: bigint }
  | { readonly type: "ENVELOPE"; readonly envelope: Envelope }
  | { readonly type: "BODY"; readonly structure: BodyStructure }
  | { readonly type: "BODYSTRUCTURE"; readonly structure: BodyStructure }
  | FetchData
  | { readonly type: "BINARY.SIZE[]"; readonly part: readonly number[]; readonly octets: number }
  | ExtensionItem
  /** An item of an extension, its value as it came. */
  | { readonly type: "unknown"; readonly name: string; readonly raw: Uint8Array }
  /** A known item whose value could not be read. */
  | { readonly type: "invalid"; readonly name: string; readonly raw: Uint8Array };

/** Data of one message. */
export interface FetchResponse {
  readonly type: "FETCH";
  /** The message. */
  readonly sequenceNumber: number;
  /** In the order in which they came. */
  readonly items: readonly FetchItem[];
}

const SP = 32;
const QUOTE = 34;
const OPEN = 40;
const COMMA = 44;
const DOT = 46;
const LESS = 60;
const GREATER = 62;
const CLOSE = 41;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;

/** See {@link FetchResponse}. */
export const fetchResponse: NumberedResponseGrammar<FetchResponse> = { read: readFetchResponse, write: writeFetchResponse };

/** "FETCH" SP msg-att ; msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")" */
function readFetchResponse(cursor: Cursor, sequenceNumber: number): FetchResponse {
  if (sequenceNumber === 0) throw new Malformed("zero");
  if (cursor.peek() === OPEN) cursor.deviate("missing-space");
  else cursor.space();
  const items: FetchItem[] = [];
  openItems(cursor);
  while (!cursor.closes()) {
    // What cannot be skipped takes all that follows with it.
    if (cursor.at >= cursor.end) {
      cursor.deviate("missing-parenthesis");
      break;
    }
    if (isIn(cursor.peek(), KEYWORD) && cursor.peek() !== COMMA) items.push(readItem(cursor));
    else skipJunk(cursor);
  }
  return { type: "FETCH", sequenceNumber, items };
}

/** "(" , which some servers forget or double */
function openItems(cursor: Cursor): void {
  if (cursor.peek() === OPEN) {
    cursor.open();
    if (cursor.peek() !== OPEN) return;
    cursor.deviate("extra-parenthesis");
    cursor.open();
  } else {
    if (!isIn(cursor.peek(), KEYWORD)) throw new Malformed("no-list");
    cursor.deviate("missing-parenthesis");
  }
}

/** Moves over what is no item: a value without a name, a comma. */
function skipJunk(cursor: Cursor): void {
  const { at, depth } = cursor;
  cursor.deviate("value-without-name");
  attempt(
    () => cursor.skipValue(),
    () => {
      cursor.depth = depth;
      cursor.at = at;
    },
  );
  if (cursor.at === at) cursor.at += 1;
}

/** The items of a response that is here up to a literal which streams; the last one holds it, unless it is not message data. */
export function readFetchPrefix(cursor: Cursor): FetchResponse | undefined {
  return attempt(
    () => {
      cursor.at += 2;
      const sequenceNumber = cursor.nzNumber();
      cursor.space();
      return cursor.keyword() === "FETCH" ? readFetchResponse(cursor, sequenceNumber) : undefined;
    },
    () => undefined,
  );
}

function readItem(cursor: Cursor): FetchItem {
  const name = cursor.keyword();
  const { at: start, depth, tolerated } = cursor;
  try {
    const item = readKnownItem(cursor, name);
    return cursor.tolerated > tolerated && isDoubtful(cursor, tolerated)
      ? rereadItem(cursor, item, name, { start, depth, tolerated })
      : item;
  } catch (fault) {
    expectMalformed(fault);
    return recoverItem(cursor, name, { start, depth, tolerated });
  }
}

/** Where an item began. */
interface Beginning {
  readonly start: number;
  readonly depth: number;
  readonly tolerated: number;
}

/** What the reader gives from there; `undefined` when it fails. */
function readFrom<Value>(cursor: Cursor, { start, depth, tolerated }: Beginning, reader: () => Value): Value | undefined {
  cursor.at = start;
  cursor.depth = depth;
  cursor.forget(tolerated);
  return attempt(reader, () => undefined);
}

/** True when words stood where strings belong next to quotes that were not escaped: these may be one string. */
function isDoubtful(cursor: Cursor, tolerated: number): boolean {
  const codes = cursor.deviations?.slice(tolerated).map(({ code }) => code) ?? [];
  return (codes.includes("atom-for-string") || codes.includes("missing-space")) && codes.includes("unescaped-quote");
}

/** The item read once more with strings that end only before another value, if that can be. */
function rereadItem(cursor: Cursor, item: FetchItem, name: string, beginning: Beginning): FetchItem {
  const { at, depth } = cursor;
  const noted = cursor.deviations?.slice(beginning.tolerated) ?? [];
  const again = readWithLooseQuotes(cursor, name, beginning);
  if (again !== undefined) return again;
  cursor.forget(beginning.tolerated);
  cursor.at = at;
  cursor.depth = depth;
  cursor.remember(noted);
  return item;
}

function readWithLooseQuotes(cursor: Cursor, name: string, beginning: Beginning): FetchItem | undefined {
  cursor.quote = "before-value";
  const item = readFrom(cursor, beginning, () => readKnownItem(cursor, name));
  cursor.quote = "before-space";
  return item;
}

/** Once more with backslashes or quotes as text; else the item is lost, and all behind it when not even its end can be found. */
function recoverItem(cursor: Cursor, name: string, beginning: Beginning): FetchItem {
  const { start } = beginning;
  cursor.backslash = "is-text";
  const recovered = readFrom(cursor, beginning, () => readKnownItem(cursor, name));
  cursor.backslash = "escapes";
  if (recovered !== undefined) {
    cursor.deviate("unescaped-backslash");
    return recovered;
  }
  const loose = readWithLooseQuotes(cursor, name, beginning);
  if (loose !== undefined) return loose;
  const skipped = readFrom(cursor, beginning, () => (isNextItem(cursor) ? { name, raw: NOTHING } : readUnknownItem(cursor, name)));
  cursor.deviate("bad-fetch-item");
  if (skipped !== undefined) return { name: skipped.name, raw: skipped.raw, type: "invalid" };
  cursor.at = cursor.end;
  return { type: "invalid", name, raw: cursor.view(Math.min(start + 1, cursor.end), cursor.end) };
}

const NOTHING = new Uint8Array(0);

/** True when the value is missing: the name of another item follows. */
function isNextItem(cursor: Cursor): boolean {
  const { at } = cursor;
  if (!cursor.skip(SP)) return false;
  const isName = isIn(cursor.peek(), KEYWORD) && READERS.has(cursor.keyword()) && cursor.peek() === SP;
  cursor.at = at;
  return isName;
}

function readKnownItem(cursor: Cursor, name: string): FetchItem {
  if (cursor.peek() === OPEN_BRACKET && (name === "BODY" || name === "BODY.PEEK")) {
    if (name === "BODY.PEEK") cursor.deviate("peek-in-response");
    return readSectionItem(cursor);
  }
  if (cursor.peek() === OPEN_BRACKET && name === "BINARY") return readBinary(cursor);
  if (cursor.peek() === OPEN_BRACKET && name === "BINARY.SIZE") return readBinarySize(cursor);
  const reader = READERS.get(name);
  if (reader === undefined) return readUnknownItem(cursor, name);
  cursor.space();
  return reader(cursor);
}

const READERS: ReadonlyMap<string, (cursor: Cursor) => FetchItem> = new Map<string, (cursor: Cursor) => FetchItem>([
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
  cursor.open();
  const modSeq = cursor.number63();
  if (!cursor.closes()) cursor.expect(CLOSE);
  return { type: "MODSEQ", modSeq };
}

/** "BODY" section ["<" number ">"] SP nstring */
function readSectionItem(cursor: Cursor): FetchItem {
  const section = readRepeatedSection(cursor);
  const origin = readOrigin(cursor);
  if (cursor.peek() === OPEN_BRACE || cursor.peek() === QUOTE) cursor.deviate("missing-space");
  else cursor.space();
  return { type: "BODY[]", section, origin, data: cursor.data() };
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

/** section-binary = "[" [section-part] "]" */
function readPart(cursor: Cursor): readonly number[] {
  const { part, text } = readSection(cursor);
  if (text !== "") throw new Malformed("bad-section");
  return part;
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
function readUnknownItem(cursor: Cursor, name: string): Extract<FetchItem, { type: "unknown" | "invalid" }> {
  const { at } = cursor;
  if (cursor.peek() === OPEN_BRACKET || cursor.peek() === LESS) cursor.skipValue();
  const fullName = name + cursor.slice(at, cursor.at);
  cursor.space();
  const start = cursor.at;
  cursor.skipValue();
  return { type: "unknown", name: fullName, raw: cursor.view(start, cursor.at) };
}

/** See {@link readFetchResponse}. */
function writeFetchResponse(writer: Writer, { sequenceNumber, items }: FetchResponse): void {
  writer.raw("* ").number(sequenceNumber).raw(" FETCH ");
  writer.list(items, (item) => writeItem(writer, item));
}

function writeItem(writer: Writer, item: FetchItem): void {
  switch (item.type) {
    case "UID":
      writer.raw("UID ").number(item.uid);
      break;
    case "FLAGS":
      writer.raw("FLAGS ").list(item.flags, (flag) => writer.flag(flag));
      break;
    case "INTERNALDATE":
      writer.raw(`INTERNALDATE ${formatDateTime(item.date)}`);
      break;
    case "RFC822.SIZE":
      writer.raw("RFC822.SIZE ").number(item.octets, Number.MAX_SAFE_INTEGER);
      break;
    case "MODSEQ":
      writer.raw("MODSEQ (").number63(item.modSeq).raw(")");
      break;
    case "ENVELOPE":
      writeEnvelope(writer.raw("ENVELOPE "), item.envelope);
      break;
    case "BODY":
    case "BODYSTRUCTURE":
      writeBodyStructure(writer.raw(`${item.type} `), item.structure);
      break;
    case "BODY[]":
      writeSection(writer.raw("BODY"), item.section);
      if (item.origin !== null) writer.raw("<").number(item.origin).raw(">");
      writer.raw(" ").data(item.data);
      break;
    case "BINARY[]":
      writeSection(writer.raw("BINARY"), { part: item.part, text: "", fields: [] });
      if (item.origin !== null) writer.raw("<").number(item.origin).raw(">");
      writer.raw(item.data === null ? " " : " ~").data(item.data);
      break;
    case "BINARY.SIZE[]":
      writeSection(writer.raw("BINARY.SIZE"), { part: item.part, text: "", fields: [] });
      writer.raw(" ").number(item.octets, Number.MAX_SAFE_INTEGER);
      break;
    case "RFC822":
    case "RFC822.HEADER":
    case "RFC822.TEXT":
      writer.raw(`${item.type} `).data(item.data);
      break;
    case "unknown":
    case "invalid":
      writer.raw(`${item.name} `).verbatim(item.raw);
      break;
    default:
      writeExtensionItem(writer, item);
  }
}
