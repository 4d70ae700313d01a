// The fields of a header by byte ranges (RFC 5322 sections 2.2 and 4.5). Only a blank line ends a header, never a strange one.

import { latin1 } from "@mailwire/wire";
import type { ByteRange } from "./byte-range.ts";
import { COLON, CR, isBlank, isWsp, LF } from "./characters.ts";

/** One field of a header. */
export interface HeaderField {
  /** Its name as written, without the colon; empty when the line is no field at all. */
  readonly name: string;
  /** All of it, folded lines and line end included. */
  readonly range: ByteRange;
  /** Its value without the white space around it, still folded. */
  readonly value: ByteRange;
}

/**
 * The fields that stand in `header`, in order; a line that is no field comes as a field without a name, the blank line does not come.
 *
 * `header` is a range such as {@link EntityFields.header}: whole lines, from the first field on.
 */
export function* headerFields(raw: Uint8Array, header: ByteRange): Generator<HeaderField, void, undefined> {
  for (let at = header.start; at < header.end;) {
    let next = lineAfter(raw, at, header.end);
    if (isBlankLine(raw, at, next)) return;
    while (next < header.end && isWsp(raw[next])) next = lineAfter(raw, next, header.end);
    yield fieldOf(raw, { start: at, end: next });
    at = next;
  }
}

/** The first field of each name asked for, by its name in lower case. `names` are in lower case. */
export function firstFields(raw: Uint8Array, header: ByteRange, names: ReadonlySet<string>): ReadonlyMap<string, HeaderField> {
  const found = new Map<string, HeaderField>();
  for (const field of headerFields(raw, header)) {
    const name = field.name.toLowerCase();
    if (names.has(name) && !found.has(name)) found.set(name, field);
  }
  return found;
}

/**
 * The value of a field as text, one character (U+0000 to U+00FF) per byte, encoded words as they are: unfolded, and free of CR, LF and
 * NUL whatever the message holds. Of a longer value only the first `maxBytes` are given.
 */
export function fieldText(raw: Uint8Array, field: HeaderField, maxBytes: number): string {
  const { start, end } = field.value;
  return latin1(raw, start, Math.min(end, start + maxBytes)).replace(/[\0\r\n]/g, "");
}

/** True for a line of nothing but its line end. */
export function isBlankLine(raw: Uint8Array, start: number, end: number): boolean {
  return raw[end - 1] === LF && (end - start === 1 || (end - start === 2 && raw[start] === CR));
}

function lineAfter(raw: Uint8Array, at: number, end: number): number {
  const lf = raw.indexOf(LF, at);
  return lf === -1 || lf >= end ? end : lf + 1;
}

// field = field-name *WSP ":" unstructured CRLF (the *WSP is obsolete syntax)
function fieldOf(raw: Uint8Array, range: ByteRange): HeaderField {
  let nameEnd = range.start;
  while (nameEnd < range.end && isFieldNameByte(raw[nameEnd])) nameEnd += 1;
  let colon = nameEnd;
  while (colon < range.end && isWsp(raw[colon])) colon += 1;
  const isField = nameEnd > range.start && colon < range.end && raw[colon] === COLON;
  let start = isField ? colon + 1 : range.start;
  let end = range.end;
  while (start < end && isBlank(raw[start])) start += 1;
  while (end > start && isBlank(raw[end - 1])) end -= 1;
  return { name: isField ? latin1(raw, range.start, nameEnd) : "", range, value: { start, end } };
}

// ftext = %d33-57 / %d59-126
function isFieldNameByte(byte: number | undefined): boolean {
  return byte !== undefined && byte > 32 && byte < 127 && byte !== COLON;
}
