// BODY and BODYSTRUCTURE: the MIME structure of a message (RFC 3501 section 7.4.2).

import type { Envelope } from "./envelope.ts";

/** One parameter of a media type or of a disposition. */
export interface BodyParameter {
  /** Name, case as it came. */
  readonly name: string;
  /** Value, not decoded. */
  readonly value: string;
}

/** How a part is meant to be shown (RFC 2183). */
export interface BodyDisposition {
  /** `attachment`, `inline` …; case as it came. */
  readonly type: string;
  /** Null where the peer said NIL. */
  readonly parameters: readonly BodyParameter[] | null;
}

/** Extension data that no standard names yet. */
export type BodyExtension = string | number | null | readonly BodyExtension[];

/** Extension data after the fixed fields of every kind of part. A member is absent when the peer stopped before it (always for BODY). */
export interface BodyExtensionData {
  /** Content-Disposition. */
  readonly disposition?: BodyDisposition | null;
  /** Content-Language. */
  readonly language?: readonly string[] | null;
  /** Content-Location. */
  readonly location?: string | null;
  /** What came after the location. */
  readonly extensions?: readonly BodyExtension[];
}

/** Several parts. */
export interface BodyMultipart extends BodyExtensionData {
  readonly kind: "multipart";
  /** The parts in order. */
  readonly parts: readonly BodyStructure[];
  /** `mixed`, `alternative` …; case as it came. */
  readonly subtype: string;
  /** Parameters of the media type; absent in BODY. */
  readonly parameters?: readonly BodyParameter[] | null;
}

/** What every part has that is not a multipart. */
export interface BodyFields extends BodyExtensionData {
  /** `text`, `image` …; case as it came. */
  readonly type: string;
  /** `plain`, `png` …; case as it came. */
  readonly subtype: string;
  /** Parameters of the media type. */
  readonly parameters: readonly BodyParameter[] | null;
  /** Content-ID. */
  readonly id: string | null;
  /** Content-Description. */
  readonly description: string | null;
  /** Content-Transfer-Encoding. */
  readonly encoding: string;
  /** Size in its transfer encoding. */
  readonly octets: number;
  /** Content-MD5; absent in BODY. */
  readonly md5?: string | null;
}

/** A part of no special kind. */
export interface BodyBasic extends BodyFields {
  readonly kind: "basic";
}

/** A part of type text. */
export interface BodyText extends BodyFields {
  readonly kind: "text";
  /** Lines in its transfer encoding. */
  readonly lines: number;
}

/** A message in a message (message/rfc822). */
export interface BodyMessage extends BodyFields {
  readonly kind: "message";
  /** The envelope of the message inside. */
  readonly envelope: Envelope;
  /** The structure of the message inside; null where a server could not tell. */
  readonly structure: BodyStructure | null;
  /** Lines in its transfer encoding. */
  readonly lines: number;
}

/** The MIME structure of a message or of a part of it. */
export type BodyStructure = BodyMultipart | BodyMessage | BodyText | BodyBasic;

/** media-text */
export function isTextMedium(type: string): boolean {
  return type.toLowerCase() === "text";
}

/** media-message; message/global is that of RFC 6532. */
export function isMessageMedium(type: string, subtype: string): boolean {
  return type.toLowerCase() === "message" && /^(?:rfc822|global)$/i.test(subtype);
}
