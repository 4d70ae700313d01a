// BODY and BODYSTRUCTURE of a message (RFC 3501 section 7.4.2).

import type { BodyDisposition, Content } from "./content.ts";
import type { Entity } from "./entity.ts";
import { envelopeOfHeader, type Envelope } from "./envelope.ts";
import type { MessageStructure } from "./message-structure.ts";
import type { BodyParameter } from "./parameter.ts";

/** Extension data of every kind of part; all of it in BODYSTRUCTURE, none in BODY. */
export interface BodyExtensionData {
  /** Content-Disposition. */
  readonly disposition?: BodyDisposition | null;
  /** Content-Language. */
  readonly language?: readonly string[] | null;
  /** Content-Location. */
  readonly location?: string | null;
}

/** Several parts. */
export interface BodyMultipart extends BodyExtensionData {
  readonly kind: "multipart";
  /** The parts in order; at least one. */
  readonly parts: readonly BodyStructure[];
  /** `mixed`, `alternative` …; case as it is written. */
  readonly subtype: string;
  /** Parameters of the media type; extension data too. Null for none. */
  readonly parameters?: readonly BodyParameter[] | null;
}

/** What every part has that is not a multipart. */
export interface BodyFields extends BodyExtensionData {
  /** `text`, `image` …; case as it is written. */
  readonly type: string;
  /** `plain`, `png` …; case as it is written. */
  readonly subtype: string;
  /** Parameters of the media type; null for none. */
  readonly parameters: readonly BodyParameter[] | null;
  /** Content-ID. */
  readonly id: string | null;
  /** Content-Description. */
  readonly description: string | null;
  /** Content-Transfer-Encoding. */
  readonly encoding: string;
  /** Size of the body in its transfer encoding. */
  readonly octets: number;
  /** Content-MD5; extension data too. */
  readonly md5?: string | null;
}

/** A part of no special kind. */
export interface BodyBasic extends BodyFields {
  readonly kind: "basic";
}

/** A part of type text. */
export interface BodyText extends BodyFields {
  readonly kind: "text";
  /** Line ends in the body. */
  readonly lines: number;
}

/** A message in a message (message/rfc822). */
export interface BodyMessage extends BodyFields {
  readonly kind: "message";
  /** The envelope of the message inside. */
  readonly envelope: Envelope;
  /** The structure of the message inside. */
  readonly structure: BodyStructure;
  /** Line ends in the message inside, its header included. */
  readonly lines: number;
}

/** The MIME structure of a message or of a part of it. */
export type BodyStructure = BodyMultipart | BodyMessage | BodyText | BodyBasic;

/** The envelope of the message. */
export function envelopeOf(message: MessageStructure): Envelope {
  return envelopeOfHeader(message.raw, message.root.header, message.limits.maxFieldBytes);
}

/** The body structure of the message with extension data, for BODYSTRUCTURE. */
export function bodyStructureOf(message: MessageStructure): BodyStructure {
  return structureOf(message, message.root, "BODYSTRUCTURE");
}

/** The body structure of the message without extension data, for BODY. */
export function bodyOf(message: MessageStructure): BodyStructure {
  return structureOf(message, message.root, "BODY");
}

type Form = "BODY" | "BODYSTRUCTURE";

function structureOf(message: MessageStructure, entity: Entity, form: Form): BodyStructure {
  const { content, lines } = entity;
  switch (entity.kind) {
    case "multipart":
      return {
        kind: "multipart",
        parts: entity.parts.map((part) => structureOf(message, part, form)),
        subtype: content.mediaType.subtype,
        ...(form === "BODYSTRUCTURE" && { parameters: orNull(content.mediaType.parameters), ...extensionData(content) }),
      };
    case "message":
      return {
        kind: "message",
        ...bodyFields(entity, form),
        envelope: envelopeOfHeader(message.raw, entity.message.header, message.limits.maxFieldBytes),
        structure: structureOf(message, entity.message, form),
        lines,
      };
    case "text":
      return { kind: "text", ...bodyFields(entity, form), lines };
    case "basic":
      return { kind: "basic", ...bodyFields(entity, form) };
  }
}

function bodyFields({ body, content }: Entity, form: Form): BodyFields {
  return {
    type: content.mediaType.type,
    subtype: content.mediaType.subtype,
    parameters: orNull(content.mediaType.parameters),
    id: content.id,
    description: content.description,
    encoding: content.encoding,
    octets: body.end - body.start,
    ...(form === "BODYSTRUCTURE" && { md5: content.md5, ...extensionData(content) }),
  };
}

function extensionData({ disposition, language, location }: Content): BodyExtensionData {
  return { disposition, language, location };
}

function orNull(parameters: readonly BodyParameter[]): readonly BodyParameter[] | null {
  return parameters.length === 0 ? null : parameters;
}
