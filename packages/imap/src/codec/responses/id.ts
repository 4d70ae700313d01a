// ID: which program the server is (RFC 2971).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";

const SP = 32;
const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;

/** One fact about a program. */
export interface IdField {
  /** `name`, `version`, `vendor`, `support-url` …; case as it came. */
  readonly name: string;
  /** Null where the peer does not tell. */
  readonly value: string | null;
}

/** What the server tells about itself. */
export interface IdResponse {
  readonly type: "ID";
  /** In the order in which they came; null where the server tells nothing. */
  readonly fields: readonly IdField[] | null;
}

/** See {@link IdResponse}. */
export const idResponse: ResponseGrammar<IdResponse> = { read: readIdResponse, write: writeIdResponse };

/** id-response = "ID" SP id-params-list */
function readIdResponse(cursor: Cursor): IdResponse {
  if (cursor.at === cursor.end) {
    cursor.deviate("missing-list");
    return { type: "ID", fields: null };
  }
  cursor.space();
  if (!COMMAS.test(cursor.slice(cursor.at, cursor.end))) return { type: "ID", fields: readIdFields(cursor) };
  cursor.quote = "first";
  try {
    return { type: "ID", fields: readIdFields(cursor) };
  } finally {
    cursor.quote = "before-space";
  }
}

/** A comma behind the first name. */
const COMMAS = /^\( *"[^"]*" *,/;

/** id-params-list = "(" *(string SP nstring) ")" / nil ; servers forget the parentheses, and the last value */
export function readIdFields(cursor: Cursor): readonly IdField[] | null {
  if (cursor.peek() !== OPEN && cursor.nil()) return null;
  const fields: IdField[] = [];
  const bare = cursor.peer === "server" && cursor.peek() !== OPEN;
  if (bare) cursor.deviate("missing-parenthesis");
  else cursor.open();
  while (bare ? cursor.at < cursor.end : !cursor.closes()) {
    if (cursor.at >= cursor.end) {
      cursor.deviate("missing-parenthesis");
      break;
    }
    fields.push(readField(cursor));
    skipComma(cursor);
    if (bare) cursor.noSpace();
  }
  return fields;
}

/** A comma between strings, of which the grammar has none. */
function skipComma(cursor: Cursor): void {
  if (cursor.peer === "server" && cursor.skip(COMMA)) cursor.deviate("comma");
}

function readField(cursor: Cursor): IdField {
  const name = cursor.string();
  skipComma(cursor);
  if (cursor.peer === "server" && (cursor.peek() === CLOSE || cursor.at >= cursor.end)) {
    cursor.deviate("missing-value");
    return { name, value: null };
  }
  cursor.space();
  if (cursor.peer === "server" && cursor.peek() === OPEN && cursor.bytes[cursor.at + 1] !== CLOSE) {
    cursor.deviate("list-for-string");
    const { at } = cursor;
    cursor.skipValue();
    return { name, value: cursor.slice(at, cursor.at) };
  }
  const value = cursor.nstring();
  if (cursor.peek() === SP && cursor.bytes[cursor.at + 1] === CLOSE) cursor.noSpace();
  return { name, value };
}

/** See {@link readIdResponse}. */
function writeIdResponse(writer: Writer, { fields }: IdResponse): void {
  writeIdFields(writer.raw("* ID "), fields);
}

/** See {@link readIdFields}. */
export function writeIdFields(writer: Writer, fields: readonly IdField[] | null): void {
  if (fields === null) writer.raw("NIL");
  else writer.list(fields, ({ name, value }) => writer.string(name).raw(" ").nstring(value));
}
