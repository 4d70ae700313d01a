// What FETCH can ask for (RFC 3501 section 6.4.5; RFC 3516, RFC 7162, RFC 8474, RFC 8514, RFC 8970, X-GM-EXT-1).

import type { Cursor } from "../cursor.ts";
import { readRawValue } from "../extension-parameter.ts";
import { Malformed } from "../malformed.ts";
import type { Section } from "../section.ts";
import { readPart, readSection, writeSection } from "../section.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

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
  "EMAILID",
  "THREADID",
  "SAVEDATE",
  "X-GM-MSGID",
  "X-GM-THRID",
  "X-GM-LABELS",
] as const;

/** An attribute that is one word. */
export type PlainFetchAttribute = (typeof PLAIN_FETCH_ATTRIBUTES)[number];

/** One thing to tell of each message. The forms with `PEEK` do not set `\Seen`. */
export type FetchAttribute =
  | { readonly type: PlainFetchAttribute }
  | { readonly type: "BODY[]" | "BODY.PEEK[]"; readonly section: Section; readonly partial: PartialRange | null }
  /** A part, or all of the message where `part` is empty, without its transfer encoding (RFC 3516). */
  | { readonly type: "BINARY[]" | "BINARY.PEEK[]"; readonly part: readonly number[]; readonly partial: PartialRange | null }
  /** The size of such a part. */
  | { readonly type: "BINARY.SIZE[]"; readonly part: readonly number[] }
  /** The beginning of the text (RFC 8970); `lazy` only where it is at hand. */
  | { readonly type: "PREVIEW"; readonly lazy: boolean }
  /** One of an extension; `raw` is what follows its name, from a bracket or a space on, null for nothing. */
  | { readonly type: "unknown"; readonly name: string; readonly raw: Uint8Array | null };

const SP = 32;
const OPEN = 40;
const DOT = 46;
const LESS = 60;
const GREATER = 62;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** "(" fetch-att *(SP fetch-att) ")" */
export function readFetchAttributes(cursor: Cursor): readonly FetchAttribute[] {
  const attributes: FetchAttribute[] = [];
  cursor.open();
  do attributes.push(readFetchAttribute(cursor, cursor.keyword()));
  while (!cursor.closes());
  return attributes;
}

/**
 * fetch-att = "ENVELOPE" / "FLAGS" / "INTERNALDATE" / "RFC822" [".HEADER" / ".SIZE" / ".TEXT"] / "BODY" ["STRUCTURE"] / "UID" /
 *             ("BODY" / "BODY.PEEK") section [partial] /
 *             ("BINARY" / "BINARY.PEEK") section-binary [partial] / "BINARY.SIZE" section-binary /
 *             "PREVIEW" [SP "(" preview-mod *(SP preview-mod) ")"] / "EMAILID" / … ; behind its name
 */
export function readFetchAttribute(cursor: Cursor, name: string): FetchAttribute {
  if (cursor.peek() === OPEN_BRACKET) {
    if (name === "BODY" || name === "BODY.PEEK") return { type: `${name}[]`, section: readSection(cursor), partial: readPartial(cursor) };
    if (name === "BINARY" || name === "BINARY.PEEK") return { type: `${name}[]`, part: readPart(cursor), partial: readPartial(cursor) };
    if (name === "BINARY.SIZE") return { type: "BINARY.SIZE[]", part: readPart(cursor) };
  }
  if (name === "PREVIEW") return { type: name, lazy: readLazy(cursor) };
  const type = PLAIN_FETCH_ATTRIBUTES.find((plain) => plain === name);
  return type === undefined ? readUnknownAttribute(cursor, name) : { type };
}

/** partial = "<" number "." nz-number ">" */
function readPartial(cursor: Cursor): PartialRange | null {
  if (!cursor.skip(LESS)) return null;
  const offset = cursor.number();
  cursor.expect(DOT);
  const length = cursor.nzNumber();
  cursor.expect(GREATER);
  return { offset, length };
}

function hasArguments(cursor: Cursor): boolean {
  return cursor.peek() === SP && cursor.bytes[cursor.at + 1] === OPEN;
}

/** [SP "(" preview-mod *(SP preview-mod) ")"] ; preview-mod = "LAZY" ; another list is that of FETCH's modifiers */
function readLazy(cursor: Cursor): boolean {
  if (!LAZY.test(cursor.slice(cursor.at, Math.min(cursor.end, cursor.at + LAZY_BYTES)))) return false;
  cursor.at += LAZY_BYTES;
  return true;
}

const LAZY = /^ \(LAZY\)/i;
const LAZY_BYTES = " (LAZY)".length;

/** atom ["[" … "]"] ["<" … ">"] [SP "(" … ")"] */
function readUnknownAttribute(cursor: Cursor, name: string): FetchAttribute {
  const { at: start } = cursor;
  if (cursor.peek() === OPEN_BRACKET || cursor.peek() === LESS) {
    readRawValue(cursor);
    const last = cursor.bytes[cursor.at - 1];
    if (last !== CLOSE_BRACKET && last !== GREATER) throw new Malformed("open-bracket");
  }
  if (hasArguments(cursor)) {
    cursor.space();
    readRawValue(cursor);
  }
  return { type: "unknown", name, raw: cursor.at === start ? null : cursor.view(start, cursor.at) };
}

/** See {@link readFetchAttributes}. */
export function writeFetchAttributes(writer: Writer, attributes: readonly FetchAttribute[]): void {
  if (attributes.length === 0) throw unsayable("FETCH of nothing");
  writer.list(attributes, (attribute) => writeFetchAttribute(writer, attribute));
}

/** See {@link readFetchAttribute}. */
export function writeFetchAttribute(writer: Writer, attribute: FetchAttribute): void {
  switch (attribute.type) {
    case "BODY[]":
    case "BODY.PEEK[]":
      writeSection(writer.raw(attribute.type.slice(0, -2)), attribute.section);
      writePartial(writer, attribute.partial);
      break;
    case "BINARY[]":
    case "BINARY.PEEK[]":
      writeSection(writer.raw(attribute.type.slice(0, -2)), { part: attribute.part, text: "", fields: [] });
      writePartial(writer, attribute.partial);
      break;
    case "BINARY.SIZE[]":
      writeSection(writer.raw("BINARY.SIZE"), { part: attribute.part, text: "", fields: [] });
      break;
    case "PREVIEW":
      writer.raw(attribute.lazy ? "PREVIEW (LAZY)" : "PREVIEW");
      break;
    case "unknown":
      writer.atom(attribute.name);
      if (attribute.raw !== null) writer.verbatim(attribute.raw);
      break;
    default:
      writer.raw(attribute.type);
  }
}

function writePartial(writer: Writer, partial: PartialRange | null): void {
  if (partial === null) return;
  if (partial.length === 0) throw unsayable("a partial of no bytes");
  writer.raw("<").number(partial.offset).raw(".").number(partial.length).raw(">");
}
