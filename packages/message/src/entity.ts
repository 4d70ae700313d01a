// The tree of entities that a message consists of, by byte ranges (RFC 2045 section 2.4, RFC 2046 sections 5.1 and 5.2.1).

import type { ByteRange } from "./byte-range.ts";
import type { Content } from "./content.ts";

/** What every entity (a message or a part of one) has. */
export interface EntityFields {
  /** Its header, with the blank line that ends it where there is one. */
  readonly header: ByteRange;
  /** Its body; it starts where the header ends. The line end before a boundary delimiter belongs to the delimiter. */
  readonly body: ByteRange;
  /** Line ends in the body. */
  readonly lines: number;
  /** The MIME fields of its header. */
  readonly content: Content;
}

/** An entity of several parts; there is always at least one, empty where the message has none. */
export interface MultipartEntity extends EntityFields {
  readonly kind: "multipart";
  /** The parts in order. */
  readonly parts: readonly Entity[];
}

/** A message in a message (message/rfc822). */
export interface MessageEntity extends EntityFields {
  readonly kind: "message";
  /** The message inside; it fills the body. */
  readonly message: Entity;
}

/** An entity without entities inside. */
export interface LeafEntity extends EntityFields {
  readonly kind: "text" | "basic";
}

/** A message or a part of one. */
export type Entity = MultipartEntity | MessageEntity | LeafEntity;
