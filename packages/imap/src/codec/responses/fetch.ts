// FETCH: data of one message (RFC 3501 section 7.4.2, RFC 7162 for MODSEQ).

import type { BodyStructure } from "../body-structure.ts";
import type { DateTime } from "../date-time.ts";
import type { Envelope } from "../envelope.ts";
import type { Flag } from "../flag.ts";
import type { LiteralData } from "../literal.ts";
import type { Section } from "../section.ts";

/** Which data of a message a literal holds. */
export type FetchDataName =
  /** A section; `origin` is the first byte of a partial, null for all of it. */
  | { readonly type: "BODY[]"; readonly section: Section; readonly origin: number | null }
  /** The older names of the whole message, its header, its text. */
  | { readonly type: "RFC822" | "RFC822.HEADER" | "RFC822.TEXT" };

/** Data of a message with its bytes; null where the message has no such section. */
export type FetchData = FetchDataName & { readonly data: LiteralData };

/** One item of a FETCH response. */
export type FetchItem =
  | { readonly type: "UID"; readonly uid: number }
  | { readonly type: "FLAGS"; readonly flags: readonly Flag[] }
  | { readonly type: "INTERNALDATE"; readonly date: DateTime }
  | { readonly type: "RFC822.SIZE"; readonly octets: number }
  | { readonly type: "MODSEQ"; readonly modSeq: bigint }
  | { readonly type: "ENVELOPE"; readonly envelope: Envelope }
  | { readonly type: "BODY" | "BODYSTRUCTURE"; readonly structure: BodyStructure }
  | FetchData
  /** An item of an extension, its value as it came. */
  | { readonly type: "unknown"; readonly name: string; readonly raw: Uint8Array }
  /** A known item whose value could not be read. */
  | { readonly type: "invalid"; readonly name: string; readonly raw: Uint8Array };

/** Data of one message. */
export interface FetchResponse {
  readonly type: "FETCH";
  /** The message. */
  readonly sequenceNumber: number;
  /** In the order in which they came. */
  readonly items: readonly FetchItem[];
}
