// FETCH: data of one message (RFC 3501 section 7.4.2, RFC 7162 for MODSEQ).

import { attempt, expectMalformed, Malformed } from "../malformed.ts";
import { readBodyStructure } from "../body-structure-reader.ts";
import { writeBodyStructure } from "../body-structure-writer.ts";
import type { Cursor } from "../cursor.ts";
import { formatDateTime, readDateTime } from "../date-time.ts";
import { readEnvelope, writeEnvelope } from "../envelope.ts";
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

const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const LESS = 60;
const GREATER = 62;
const CLOSE = 41;

/** "FETCH" SP msg-att ; msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")" */
export function readFetchResponse(cursor: Cursor, sequenceNumber: number): FetchResponse {
  if (sequenceNumber === 0) throw new Malformed("zero");
  cursor.space();
  cursor.open();
  const items: FetchItem[] = [];
  while (!cursor.closes()) {
    // What cannot be skipped takes all that follows with it.
    if (cursor.at === cursor.end) break;
    items.push(readItem(cursor));
  }
  return { type: "FETCH", sequenceNumber, items };
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
  const { at: start, depth } = cursor;
  try {
    return readKnownItem(cursor, name);
  } catch (fault) {
    expectMalformed(fault);
    return recoverItem(cursor, name, start, depth);
  }
}

/** Once more with backslashes as text; else the item is lost, and all behind it when not even its end can be found. */
function recoverItem(cursor: Cursor, name: string, start: number, depth: number): FetchItem {
  const rewind = (): void => {
    cursor.at = start;
    cursor.depth = depth;
  };
  const read = <Value>(reader: () => Value): Value | undefined => {
    rewind();
    return attempt(reader, () => undefined);
  };
  cursor.deviate("bad-fetch-item");
  cursor.backslash = "is-text";
  const recovered = read(() => readKnownItem(cursor, name));
  cursor.backslash = "escapes";
  if (recovered !== undefined) return recovered;
  const skipped = read(() => readUnknownItem(cursor, name));
  if (skipped !== undefined) return { ...skipped, type: "invalid" };
  cursor.at = cursor.end;
  return { type: "invalid", name, raw: cursor.view(Math.min(start + 1, cursor.end), cursor.end) };
}

function readKnownItem(cursor: Cursor, name: string): FetchItem {
  if (name === "BODY" && cursor.peek() === OPEN_BRACKET) return readSectionItem(cursor);
  const reader = READERS.get(name);
  if (reader === undefined) return readUnknownItem(cursor, name);
  cursor.space();
  return reader(cursor);
}

const READERS: ReadonlyMap<string, (cursor: Cursor) => FetchItem> = new Map<string, (cursor: Cursor) => FetchItem>([
  ["UID", (cursor) => ({ type: "UID", uid: cursor.nzNumber() })],
  ["FLAGS", (cursor) => ({ type: "FLAGS", flags: readFlagList(cursor) })],
  ["INTERNALDATE", (cursor) => ({ type: "INTERNALDATE", date: readDateTime(cursor) })],
  ["RFC822.SIZE", (cursor) => ({ type: "RFC822.SIZE", octets: cursor.number(Number.MAX_SAFE_INTEGER) })],
  ["MODSEQ", readModSeq],
  ["ENVELOPE", (cursor) => ({ type: "ENVELOPE", envelope: readEnvelope(cursor) })],
  ["BODY", (cursor) => ({ type: "BODY", structure: readBodyStructure(cursor) })],
  ["BODYSTRUCTURE", (cursor) => ({ type: "BODYSTRUCTURE", structure: readBodyStructure(cursor) })],
  ["RFC822", (cursor) => ({ type: "RFC822", data: cursor.data() })],
  ["RFC822.HEADER", (cursor) => ({ type: "RFC822.HEADER", data: cursor.data() })],
  ["RFC822.TEXT", (cursor) => ({ type: "RFC822.TEXT", data: cursor.data() })],
]);

/** "MODSEQ" SP "(" permsg-modsequence ")" (RFC 7162) */
function readModSeq(cursor: Cursor): FetchItem {
  cursor.open();
  const modSeq = cursor.number63();
  if (!cursor.closes()) cursor.expect(CLOSE);
  return { type: "MODSEQ", modSeq };
}

/** "BODY" section ["<" number ">"] SP nstring */
function readSectionItem(cursor: Cursor): FetchItem {
  const section = readRepeatedSection(cursor);
  let origin: number | null = null;
  if (cursor.skip(LESS)) {
    origin = cursor.number();
    cursor.expect(GREATER);
  }
  cursor.space();
  return { type: "BODY[]", section, origin, data: cursor.data() };
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
export function writeFetchResponse(writer: Writer, { sequenceNumber, items }: FetchResponse): void {
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
    case "RFC822":
    case "RFC822.HEADER":
    case "RFC822.TEXT":
      writer.raw(`${item.type} `).data(item.data);
      break;
    case "unknown":
    case "invalid":
      writer.raw(`${item.name} `).verbatim(item.raw);
  }
}
