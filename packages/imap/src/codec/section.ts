// Sections: which part of a message BODY[...] means (RFC 3501 section 6.4.5).

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
