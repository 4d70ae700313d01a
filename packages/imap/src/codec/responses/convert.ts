// CONVERSION and CONVERTED (RFC 5259 sections 5.2 and 6).

import type { Cursor } from "../cursor.ts";
import { readRawValue } from "../extension-parameter.ts";
import type { NumberedResponseGrammar, ResponseGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";

/** Something that the server can convert. */
export interface ConversionResponse {
  readonly type: "CONVERSION";
  /** The media type that it converts. */
  readonly from: string;
  /** The media type that comes of it. */
  readonly to: string;
  /** Names of parameters that may be given. */
  readonly parameters: readonly string[];
}

/** Parts of a message in another form. */
export interface ConvertedResponse {
  readonly type: "CONVERTED";
  /** The message. */
  readonly sequenceNumber: number;
  /** The tag of the command. */
  readonly tag: string;
  /** The list of items in its parentheses, as it came, literals included. */
  readonly raw: Uint8Array;
}

const SP = 32;

/** See {@link ConversionResponse}. */
export const conversionResponse: ResponseGrammar<ConversionResponse> = { read: readConversionResponse, write: writeConversionResponse };

/** "CONVERSION" SP quoted-from-mime-type SP quoted-to-mime-type [SP "(" transcoding-param-name *(SP transcoding-param-name) ")"] */
function readConversionResponse(cursor: Cursor): ConversionResponse {
  cursor.space();
  const from = cursor.string();
  cursor.space();
  const to = cursor.string();
  const parameters: string[] = [];
  cursor.noTrailingSpace();
  if (cursor.peek() !== SP) return { type: "CONVERSION", from, to, parameters };
  cursor.space();
  cursor.open();
  while (!cursor.closes()) parameters.push(cursor.astring());
  return { type: "CONVERSION", from, to, parameters };
}

/** See {@link ConvertedResponse}. */
export const convertedResponse: NumberedResponseGrammar<ConvertedResponse> = { read: readConvertedResponse, write: writeConvertedResponse };

/** nz-number SP "CONVERTED" SP "(" "TAG" SP tag-string ")" SP convert-msg-attrs */
function readConvertedResponse(cursor: Cursor, sequenceNumber: number): ConvertedResponse {
  cursor.space();
  cursor.open();
  if (cursor.keyword() !== "TAG") throw new Malformed("no-tag");
  cursor.space();
  const tag = cursor.string();
  if (!cursor.closes()) throw new Malformed("bad-correlator");
  cursor.space();
  return { type: "CONVERTED", sequenceNumber, tag, raw: readRawValue(cursor) };
}

/** See {@link readConversionResponse}. */
function writeConversionResponse(writer: Writer, { type, from, to, parameters }: ConversionResponse): void {
  writer.raw(`* ${type} `).string(from).raw(" ").string(to);
  if (parameters.length > 0) writer.raw(" ").list(parameters, (parameter) => writer.string(parameter));
}

/** See {@link readConvertedResponse}. */
function writeConvertedResponse(writer: Writer, { type, sequenceNumber, tag, raw }: ConvertedResponse): void {
  writer.raw("* ").number(sequenceNumber).raw(` ${type} (TAG `).string(tag).raw(") ").verbatim(raw);
}
