// CONVERT, UID CONVERT and CONVERSIONS: parts of messages in another form (RFC 5259 sections 5 and 6).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import { readPart, writeSection } from "../section.ts";
import { formatMessageSet, readMessageSet } from "../sequence-set.ts";
import type { MessageSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import type { FetchAttribute } from "./fetch-attribute.ts";
import { readFetchAttribute, writeFetchAttribute } from "./fetch-attribute.ts";

/** How a part is to be converted. */
export interface ConversionParameter {
  /** Its name. */
  readonly name: string;
  /** Its value. */
  readonly value: string;
}

/** Asks for parts of messages in another form. */
export interface ConvertCommand {
  readonly name: "CONVERT" | "UID CONVERT";
  /** Which messages. */
  readonly set: MessageSet;
  /** The media type that is wanted; null for the server's choice. */
  readonly mediaType: string | null;
  /** How it is to be. */
  readonly parameters: readonly ConversionParameter[];
  /** Which parts, and what of them. */
  readonly items: readonly ConvertAttribute[];
}

/** What to tell of a part in another form: as in FETCH, its structure, or in which forms it can be had. */
export type ConvertAttribute =
  FetchAttribute | { readonly type: "BODYPARTSTRUCTURE[]" | "AVAILABLECONVERSIONS[]"; readonly part: readonly number[] };

const CONVERT_ATTRIBUTES = ["BODYPARTSTRUCTURE[]", "AVAILABLECONVERSIONS[]"] as const;

/** Asks what can be converted. */
export interface ConversionsCommand {
  readonly name: "CONVERSIONS";
  /** Media types to convert from: `text/html`, `text/*`, `*`. */
  readonly from: string;
  /** Media types to convert to. */
  readonly to: string;
}

const OPEN = 40;
const OPEN_BRACKET = 91;

/** See {@link ConvertCommand}. */
export const convert: CommandGrammar<ConvertCommand> = { read: readConvert, write: writeConvert };

/** convert = "CONVERT" SP sequence-set SP convert-params SP (convert-att / "(" convert-att *(SP convert-att) ")") */
function readConvert(cursor: Cursor, name: ConvertCommand["name"]): ConvertCommand {
  cursor.space();
  const set = readMessageSet(cursor);
  cursor.space();
  const conversion = readConversion(cursor);
  cursor.space();
  return { name, set, ...conversion, items: cursor.peek() === OPEN ? readAttributes(cursor) : [readAttribute(cursor)] };
}

function readAttributes(cursor: Cursor): readonly ConvertAttribute[] {
  const attributes: ConvertAttribute[] = [];
  cursor.open();
  do attributes.push(readAttribute(cursor));
  while (!cursor.closes());
  return attributes;
}

/** convert-att = "UID" / ("BODYPARTSTRUCTURE" / "AVAILABLECONVERSIONS") section-convert / "BINARY" section-convert [partial] / … */
function readAttribute(cursor: Cursor): ConvertAttribute {
  const name = cursor.keyword();
  const type = cursor.peek() === OPEN_BRACKET ? CONVERT_ATTRIBUTES.find((known) => known === `${name}[]`) : undefined;
  return type === undefined ? readFetchAttribute(cursor, name) : { type, part: readPart(cursor) };
}

/** convert-params = "(" (quoted-to-mime-type / nil) [SP "(" transcoding-params ")"] ")" */
function readConversion(cursor: Cursor): Pick<ConvertCommand, "mediaType" | "parameters"> {
  cursor.open();
  const mediaType = cursor.nstring();
  if (cursor.closes()) return { mediaType, parameters: [] };
  const parameters = readParameters(cursor);
  if (!cursor.closes()) throw new Malformed("bad-conversion");
  return { mediaType, parameters };
}

/** "(" transcoding-param-name SP transcoding-param-value *(SP …) ")" ; both are astrings */
function readParameters(cursor: Cursor): readonly ConversionParameter[] {
  const parameters: ConversionParameter[] = [];
  cursor.open();
  do {
    const name = cursor.astring();
    cursor.space();
    parameters.push({ name, value: cursor.astring() });
  } while (!cursor.closes());
  return parameters;
}

/** See {@link ConversionsCommand}. */
export const conversions: CommandGrammar<ConversionsCommand> = { read: readConversions, write: writeConversions };

/** conversions-cmd = "CONVERSIONS" SP from-mime-type-req SP to-mime-type-req ; both are astrings */
function readConversions(cursor: Cursor): ConversionsCommand {
  cursor.space();
  const from = cursor.astring();
  cursor.space();
  return { name: "CONVERSIONS", from, to: cursor.astring() };
}

/** See {@link readConvert}. */
function writeConvert(writer: Writer, { name, set, mediaType, parameters, items }: ConvertCommand): void {
  const [only] = items;
  if (only === undefined) throw unsayable("CONVERT of nothing");
  writer.raw(`${name} ${formatMessageSet(set)} (`).nstring(mediaType);
  if (parameters.length > 0)
    writer.raw(" ").list(parameters, (parameter) => writer.string(parameter.name).raw(" ").string(parameter.value));
  writer.raw(") ");
  if (items.length === 1) writeAttribute(writer, only);
  else writer.list(items, (item) => writeAttribute(writer, item));
}

/** See {@link readAttribute}. */
function writeAttribute(writer: Writer, attribute: ConvertAttribute): void {
  switch (attribute.type) {
    case "BODYPARTSTRUCTURE[]":
    case "AVAILABLECONVERSIONS[]":
      writeSection(writer.raw(attribute.type.slice(0, -2)), { part: attribute.part, text: "", fields: [] });
      break;
    default:
      writeFetchAttribute(writer, attribute);
  }
}

/** See {@link readConversions}. */
function writeConversions(writer: Writer, { name, from, to }: ConversionsCommand): void {
  writer.raw(`${name} `).string(from).raw(" ").string(to);
}
