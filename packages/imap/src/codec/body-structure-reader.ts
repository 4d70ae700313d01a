// Reading BODY and BODYSTRUCTURE, with the forms that servers are known to send instead (RFC 3501 section 9, body).

import type {
  BodyBasic,
  BodyDisposition,
  BodyExtension,
  BodyExtensionData,
  BodyFields,
  BodyMultipart,
  BodyParameter,
  BodyStructure,
} from "./body-structure.ts";
import { isMessageMedium, isTextMedium } from "./body-structure.ts";
import type { Cursor } from "./cursor.ts";
import { readEnvelope } from "./envelope.ts";
import { expectMalformed } from "./malformed.ts";

const SP = 32;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const MINUS = 45;

type Writable<Value> = { -readonly [Name in keyof Value]: Value[Name] };

/** body = "(" (body-type-1part / body-type-mpart) ")" */
export function readBodyStructure(cursor: Cursor): BodyStructure {
  cursor.openElement();
  if (cursor.peek() === OPEN) return readMultipart(cursor);
  const { at, depth, tolerated } = cursor;
  try {
    return readPart(cursor);
  } catch (fault) {
    expectMalformed(fault);
    cursor.forget(tolerated);
    cursor.at = at;
    cursor.depth = depth;
    return readChildless(cursor);
  }
}

/** body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart] */
function readMultipart(cursor: Cursor): BodyStructure {
  const parts: BodyStructure[] = [];
  do {
    if (isEmptyPart(cursor)) {
      cursor.deviate("empty-part");
      cursor.skipValue();
    } else parts.push(readBodyStructure(cursor));
    if (cursor.peek() === SP && cursor.bytes[cursor.at + 1] === OPEN) cursor.noSpace();
  } while (cursor.peek() === OPEN);
  if (cursor.closes()) {
    const [part] = parts;
    cursor.deviate(parts.length === 1 ? "extra-parenthesis" : "missing-subtype");
    return parts.length === 1 && part !== undefined ? part : { kind: "multipart", parts, subtype: "" };
  }
  const { at } = cursor;
  // NIL among the parts, or for the subtype.
  if (!(cursor.nil() && cursor.skip(SP) && cursor.peek() === QUOTE)) cursor.at = at;
  else cursor.deviate("empty-part");
  return readMultipartRest(cursor, parts);
}

/** `()` or `(NIL)` where a part should be */
function isEmptyPart(cursor: Cursor): boolean {
  const { at } = cursor;
  cursor.skip(OPEN);
  const empty = cursor.peek() === CLOSE || (cursor.peek() !== OPEN && cursor.nil() && cursor.peek() === CLOSE);
  cursor.at = at;
  return empty;
}

/** A multipart without parts, which the grammar does not know: `("mixed" NIL …)`, `(NIL "mixed" …)`. */
function readChildless(cursor: Cursor): BodyMultipart {
  if (cursor.nil()) cursor.space();
  cursor.deviate("multipart-without-parts");
  return readMultipartRest(cursor, []);
}

/** body-ext-mpart = body-fld-param [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]] */
function readMultipartRest(cursor: Cursor, parts: readonly BodyStructure[]): BodyMultipart {
  const body: Writable<BodyMultipart> = { kind: "multipart", parts, subtype: cursor.string() };
  if (cursor.closes()) return body;
  // Some servers leave out the parameters where there are no parts.
  const { at } = cursor;
  const parameters = readParameters(cursor);
  if (parts.length === 0 && parameters?.some(({ value }) => value === "") === true) cursor.at = at;
  else {
    body.parameters = parameters;
    if (cursor.closes()) return body;
  }
  readExtensionData(cursor, body);
  return body;
}

/** body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part] */
function readPart(cursor: Cursor): BodyStructure {
  const { type, subtype, parameters, id, description, encoding, octets } = readFields(cursor);
  if (cursor.closes()) return { kind: "basic", type, subtype, parameters, id, description, encoding, octets };
  const next = cursor.peek();
  if (isTextMedium(type) && (cursor.atNumber() || isOddNumber(cursor))) {
    const body = { kind: "text" as const, type, subtype, parameters, id, description, encoding, octets, lines: cursor.count() };
    return readPartExtensions(cursor, body);
  }
  if (isMessageMedium(type, subtype) && (next === OPEN || isMessageOfNothing(cursor))) {
    const envelope = readEnvelope(cursor);
    cursor.space();
    const structure = cursor.nil() ? null : readBodyStructure(cursor);
    const lines = readMessageLines(cursor);
    const body = {
      kind: "message" as const,
      type,
      subtype,
      parameters,
      id,
      description,
      encoding,
      octets,
      envelope,
      structure,
      lines,
    };
    return readPartExtensions(cursor, body);
  }
  const basic: BodyBasic = { kind: "basic", type, subtype, parameters, id, description, encoding, octets };
  if (cursor.atNumber()) {
    // Lines belong to text and to messages only.
    cursor.deviate("lines-of-other-type");
    cursor.count();
    if (cursor.closes()) return basic;
  }
  readMd5(cursor, basic);
  return basic;
}

/** SP body-fld-lines ; behind a message, servers forget them */
function readMessageLines(cursor: Cursor): number {
  if (cursor.peek() !== CLOSE) {
    cursor.space();
    return cursor.count();
  }
  cursor.deviate("missing-lines");
  return 0;
}

/** `-1` or `"23"` */
function isOddNumber(cursor: Cursor): boolean {
  const { at, bytes } = cursor;
  const next = bytes[at + 1] ?? 0;
  return (bytes[at] === MINUS || bytes[at] === QUOTE) && next >= 48 && next <= 57;
}

/** A number that is no beginning of a word (`7bit`). */
function isWholeNumber(cursor: Cursor): boolean {
  if (!cursor.atNumber()) return false;
  const { at, bytes } = cursor;
  cursor.number(Infinity);
  const whole = bytes[cursor.at] === SP || bytes[cursor.at] === CLOSE;
  cursor.at = at;
  return whole;
}

/** `NIL NIL 3`: neither envelope nor structure, but lines. */
function isMessageOfNothing(cursor: Cursor): boolean {
  const { at } = cursor;
  const found = cursor.nil() && cursor.skip(SP) && cursor.nil() && cursor.skip(SP) && cursor.atNumber();
  cursor.at = at;
  return found;
}

/**
 * body-fields = body-fld-param SP body-fld-id SP body-fld-desc SP body-fld-enc SP body-fld-octets
 * after media-type SP media-subtype ; where the subtype is missing, all else is one place further left
 */
function readFields(cursor: Cursor): BodyFields {
  const type = readName(cursor);
  const subtype = readSubtype(cursor);
  const parameters = readParameters(cursor);
  cursor.space();
  const id = cursor.nstring();
  cursor.space();
  const description = cursor.nstring();
  cursor.space();
  if (subtype === "" && isWholeNumber(cursor)) {
    return { type, subtype, parameters, id: null, description: id, encoding: description ?? "", octets: cursor.count() };
  }
  if (isWholeNumber(cursor)) {
    cursor.deviate("missing-encoding");
    return { type, subtype, parameters, id, description, encoding: "", octets: cursor.count() };
  }
  const encoding = readName(cursor);
  return { type, subtype, parameters, id, description, encoding, octets: cursor.count() };
}

/** The subtype, and the space behind it; one that is missing altogether is empty. */
function readSubtype(cursor: Cursor): string {
  if (cursor.peek() !== OPEN || cursor.bytes[cursor.at + 1] === CLOSE) return readName(cursor);
  cursor.deviate("missing-subtype");
  return "";
}

/** A string that must not be NIL, and the space behind it. */
function readName(cursor: Cursor): string {
  const name = cursor.nstring();
  if (name === null) cursor.deviate("nil-for-string");
  if (cursor.peek() === SP) cursor.space();
  else cursor.deviate("missing-space");
  return name ?? "";
}

/** body-fld-param = "(" string SP string *(SP string SP string) ")" / nil */
function readParameters(cursor: Cursor): readonly BodyParameter[] | null {
  if (cursor.nil()) return null;
  const parameters: BodyParameter[] = [];
  if (cursor.peek() === QUOTE) {
    cursor.deviate("string-for-list");
    cursor.string();
    return null;
  }
  cursor.open();
  while (!cursor.closes()) {
    const name = cursor.string();
    const value = cursor.peek() === CLOSE ? null : readSpacedString(cursor);
    if (value === null) cursor.deviate("parameter-without-value");
    // A name that is NIL says nothing.
    if (name !== "" || value !== null) parameters.push({ name, value: value ?? "" });
  }
  return parameters;
}

function readSpacedString(cursor: Cursor): string | null {
  cursor.space();
  return cursor.nstring();
}

/** body-ext-1part = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]] */
function readPartExtensions<Body extends BodyFields & BodyStructure>(cursor: Cursor, body: Body): Body {
  if (!cursor.closes()) readMd5(cursor, body);
  return body;
}

function readMd5(cursor: Cursor, body: Writable<BodyFields>): void {
  if (cursor.peek() === OPEN && !cursor.nil()) {
    // A part that calls itself a multipart goes on with the parameters of one.
    cursor.deviate("list-for-string");
    cursor.skipValue();
    body.md5 = null;
  } else body.md5 = cursor.nstring();
  if (!cursor.closes()) readExtensionData(cursor, body);
}

/** body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]] */
function readExtensionData(cursor: Cursor, body: Writable<BodyExtensionData>): void {
  body.disposition = readDisposition(cursor);
  if (cursor.closes()) return;
  readLanguage(cursor, body);
  if (cursor.closes()) return;
  body.location = cursor.nstring();
  if (cursor.closes()) return;
  const extensions: BodyExtension[] = [];
  do extensions.push(readExtension(cursor));
  while (!cursor.closes());
  body.extensions = extensions;
}

/** body-fld-dsp = "(" string SP body-fld-param ")" / nil */
function readDisposition(cursor: Cursor): BodyDisposition | null {
  if (cursor.nil()) return null;
  if (cursor.peek() !== OPEN) {
    cursor.deviate("string-for-list");
    const type = cursor.string();
    // Words with spaces are a description of the part.
    return type.includes(" ") ? null : { type, parameters: null };
  }
  cursor.open();
  if (cursor.peek() === OPEN) cursor.deviate("missing-disposition-type");
  const type = cursor.peek() === OPEN ? "" : cursor.nstring();
  if (cursor.closes()) return type === null ? null : { type, parameters: null };
  const parameters = cursor.peek() === QUOTE ? readBareParameters(cursor) : readParameters(cursor);
  if (!cursor.closes()) cursor.expect(CLOSE);
  if (type !== null) return { type, parameters };
  cursor.deviate("nil-for-string");
  return parameters === null ? null : { type: "", parameters };
}

/** Parameters without parentheses of their own. */
function readBareParameters(cursor: Cursor): readonly BodyParameter[] {
  cursor.deviate("missing-parenthesis");
  const parameters: BodyParameter[] = [];
  while (cursor.peek() === QUOTE) {
    const name = cursor.string();
    parameters.push({ name, value: readSpacedString(cursor) ?? "" });
    if (cursor.peek() === SP) cursor.space();
  }
  return parameters;
}

/** body-fld-lang = nstring / "(" string *(SP string) ")" ; some servers put the disposition here */
function readLanguage(cursor: Cursor, body: Writable<BodyExtensionData>): void {
  body.language = null;
  if (cursor.nil()) return;
  if (cursor.peek() !== OPEN) {
    body.language = [cursor.string()];
    return;
  }
  cursor.open();
  const languages = [cursor.string()];
  body.language = languages;
  while (!cursor.closes()) {
    if (cursor.peek() !== OPEN && !atNil(cursor)) {
      languages.push(cursor.string());
      continue;
    }
    cursor.deviate("disposition-for-language");
    body.disposition = { type: languages[0] ?? "", parameters: readParameters(cursor) };
    body.language = null;
  }
}

function atNil(cursor: Cursor): boolean {
  const { at } = cursor;
  const nil = cursor.nil();
  cursor.at = at;
  return nil;
}

/** body-extension = nstring / number / "(" body-extension *(SP body-extension) ")" */
function readExtension(cursor: Cursor): BodyExtension {
  if (cursor.nil()) return null;
  if (cursor.atNumber()) return cursor.number(Number.MAX_SAFE_INTEGER);
  if (cursor.peek() !== OPEN) return cursor.string();
  const list: BodyExtension[] = [];
  cursor.open();
  while (!cursor.closes()) list.push(readExtension(cursor));
  return list;
}
