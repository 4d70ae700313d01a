// Writing BODY and BODYSTRUCTURE (RFC 3501 section 9, body).

import type { BodyDisposition, BodyExtension, BodyExtensionData, BodyFields, BodyParameter, BodyStructure } from "./body-structure.ts";
import { isMessageMedium, isTextMedium } from "./body-structure.ts";
import { writeEnvelope } from "./envelope.ts";
import type { Writer } from "./writer.ts";
import { unsayable } from "./writer.ts";

/** body */
export function writeBodyStructure(writer: Writer, body: BodyStructure): void {
  writer.raw("(");
  if (body.kind === "multipart") {
    if (body.parts.length === 0) throw unsayable("a multipart without parts");
    for (const part of body.parts) writeBodyStructure(writer, part);
    writer.raw(" ").string(body.subtype);
    if (body.parameters !== undefined) {
      writeParameters(writer.raw(" "), body.parameters);
      writeExtensionData(writer, body);
    }
  } else {
    const { kind, type, subtype } = body;
    // A reader goes by the medium, so it would take what follows for something else.
    if (kind === "text" && !isTextMedium(type)) throw unsayable("a text part of another type");
    if (kind === "message" && !isMessageMedium(type, subtype)) throw unsayable("a message part of another type");
    writeFields(writer, body);
    if (body.kind === "message") {
      if (body.structure === null) throw unsayable("a message part without structure");
      writeEnvelope(writer.raw(" "), body.envelope);
      writeBodyStructure(writer.raw(" "), body.structure);
    }
    if (body.kind !== "basic") writer.raw(" ").number(body.lines);
    if (body.md5 !== undefined) {
      writer.raw(" ").nstring(body.md5);
      writeExtensionData(writer, body);
    }
  }
  writer.raw(")");
}

function writeFields(writer: Writer, { type, subtype, parameters, id, description, encoding, octets }: BodyFields): void {
  writer.string(type).raw(" ").string(subtype).raw(" ");
  writeParameters(writer, parameters);
  writer.raw(" ").nstring(id).raw(" ").nstring(description).raw(" ").string(encoding).raw(" ").number(octets, Number.MAX_SAFE_INTEGER);
}

function writeParameters(writer: Writer, parameters: readonly BodyParameter[] | null): void {
  // The grammar has no empty list of parameters.
  if (parameters === null || parameters.length === 0) writer.raw("NIL");
  else writer.list(parameters, ({ name, value }) => writer.string(name).raw(" ").string(value));
}

/** As far as the members go: one that is missing ends it. */
function writeExtensionData(writer: Writer, { disposition, language, location, extensions }: BodyExtensionData): void {
  if (disposition === undefined) return;
  writeDisposition(writer.raw(" "), disposition);
  if (language === undefined) return;
  writer.raw(" ");
  if (language === null || language.length === 0) writer.raw("NIL");
  else writer.list(language, (tag) => writer.string(tag));
  if (location === undefined) return;
  writer.raw(" ").nstring(location);
  for (const extension of extensions ?? []) writeExtension(writer.raw(" "), extension);
}

function writeDisposition(writer: Writer, disposition: BodyDisposition | null): void {
  if (disposition === null) {
    writer.raw("NIL");
    return;
  }
  writer.raw("(").string(disposition.type).raw(" ");
  writeParameters(writer, disposition.parameters);
  writer.raw(")");
}

function writeExtension(writer: Writer, extension: BodyExtension): void {
  if (extension === null || typeof extension === "string") writer.nstring(extension);
  else if (typeof extension === "number") writer.number(extension, Number.MAX_SAFE_INTEGER);
  else if (extension.length === 0) throw unsayable("an empty list as body extension");
  else writer.list(extension, (item) => writeExtension(writer, item));
}
