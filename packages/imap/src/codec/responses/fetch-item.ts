// The items of a FETCH response (RFC 3501 section 7.4.2, RFC 7162 for MODSEQ, RFC 3516 for BINARY).

import type { BodyStructure } from "../body-structure.ts";
import type { DateTime } from "../date-time.ts";
import type { Envelope } from "../envelope.ts";
import type { Flag } from "../flag.ts";
import type { LiteralData } from "../literal.ts";
import type { Section } from "../section.ts";
import type { ExtensionItem } from "./fetch-extensions.ts";

/** Which data of a message a literal holds. */
export type FetchDataName =
  /** A section; `origin` is the first byte of a partial, null for all of it. */
  | { readonly type: "BODY[]"; readonly section: Section; readonly origin: number | null }
  /** A part without its transfer encoding (RFC 3516). */
  | { readonly type: "BINARY[]"; readonly part: readonly number[]; readonly origin: number | null }
  /** The older names of the whole message, its header, its text. */
  | { readonly type: "RFC822" }
  | { readonly type: "RFC822.HEADER" }
  | { readonly type: "RFC822.TEXT" };

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
  | { readonly type: "BODY"; readonly structure: BodyStructure }
  | { readonly type: "BODYSTRUCTURE"; readonly structure: BodyStructure }
  | FetchData
  | { readonly type: "BINARY.SIZE[]"; readonly part: readonly number[]; readonly octets: number }
  | ExtensionItem
  /** An item of an extension, its value as it came. */
  | { readonly type: "unknown"; readonly name: string; readonly raw: Uint8Array }
  /** A known item whose value could not be read. */
  | { readonly type: "invalid"; readonly name: string; readonly raw: Uint8Array };
