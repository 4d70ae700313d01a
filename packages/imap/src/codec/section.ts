// Sections: which part of a message BODY[...] means (RFC 3501 section 6.4.5).

import { KEYWORD } from "./characters.ts";
import type { Cursor } from "./cursor.ts";
import { Malformed } from "./malformed.ts";
import type { Writer } from "./writer.ts";
import { unsayable } from "./writer.ts";

const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const DOT = 46;

/** What of a part is meant; the empty string is all of it. */
export type SectionText = "" | "HEADER" | "HEADER.FIELDS" | "HEADER.FIELDS.NOT" | "TEXT" | "MIME";

/** A part of a message: `{ part: [], text: "", fields: [] }` is the whole message. */
export interface Section {
  /** Part numbers from the outside in; empty for the message itself. */
  readonly part: readonly number[];
  /** What of that part. */
  readonly text: SectionText;
  /** Names of header fields for `HEADER.FIELDS` and `HEADER.FIELDS.NOT`, otherwise empty. */
  readonly fields: readonly string[];
}

/** All of the message: the section of `BODY[]`. */
export const WHOLE_MESSAGE: Section = { part: [], text: "", fields: [] };

/** section = "[" [section-spec] "]" ; section-spec = section-msgtext / (section-part ["." section-text]) */
export function readSection(cursor: Cursor): Section {
  cursor.expect(OPEN_BRACKET);
  const part: number[] = [];
  let dotted = false;
  while (cursor.atNumber()) {
    part.push(cursor.nzNumber());
    dotted = cursor.skip(DOT);
    if (!dotted) break;
  }
  const text = readSectionText(cursor, part.length > 0 ? (dotted ? "in-part" : "none") : "message");
  const fields = text.startsWith("HEADER.FIELDS") ? readFields(cursor) : [];
  if (cursor.peer === "server") cursor.noSpace();
  cursor.expect(CLOSE_BRACKET);
  return { part, text, fields };
}

/** section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT" ; section-text = section-msgtext / "MIME" */
function readSectionText(cursor: Cursor, place: "message" | "in-part" | "none"): SectionText {
  const word = cursor.run(KEYWORD).toUpperCase();
  const text = SECTION_TEXTS.find((known) => known === word);
  const fits = place === "in-part" ? text !== "" : place === "none" ? text === "" : text !== "MIME";
  if (text === undefined || !fits) throw new Malformed("bad-section");
  return text;
}

const SECTION_TEXTS: readonly SectionText[] = ["", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"];

/** header-list = "(" header-fld-name *(SP header-fld-name) ")" */
function readFields(cursor: Cursor): readonly string[] {
  cursor.space();
  const fields: string[] = [];
  cursor.open();
  while (!cursor.closes()) fields.push(cursor.astring());
  if (fields.length === 0) {
    if (cursor.peer === "client") throw new Malformed("bad-section");
    cursor.deviate("empty-list");
  }
  return fields;
}

/** section-binary = "[" [section-part] "]" (RFC 3516) */
export function readPart(cursor: Cursor): readonly number[] {
  const { part, text } = readSection(cursor);
  if (text !== "") throw new Malformed("bad-section");
  return part;
}

/** See {@link readSection}. */
export function writeSection(writer: Writer, { part, text, fields }: Section): void {
  if (text === "MIME" && part.length === 0) throw unsayable("MIME of no part");
  const takesFields = text.startsWith("HEADER.FIELDS");
  if (takesFields !== fields.length > 0) throw unsayable(`a section ${text} with ${fields.length} fields`);
  writer.raw("[");
  part.forEach((number, index) => writer.raw(index > 0 ? "." : "").number(number));
  if (text !== "") writer.raw(part.length > 0 ? "." : "").raw(text);
  if (takesFields) writer.raw(" ").list(fields, (field) => writer.astring(field));
  writer.raw("]");
}
