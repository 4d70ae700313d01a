// SEARCH and ESEARCH (RFC 3501 section 7.2.5, RFC 4731).

import type { SequenceSet } from "../sequence-set.ts";

/** Numbers of the messages found. */
export interface SearchResponse {
  readonly type: "SEARCH";
  /** Sequence numbers, or unique identifiers for UID SEARCH, in the order in which they came. */
  readonly numbers: readonly number[];
  /** The highest modification sequence of the messages found (RFC 7162). */
  readonly modSeq?: bigint;
}

/** A result of ESEARCH that no type names: its text as it came. */
export interface EsearchExtension {
  /** Name of the result. */
  readonly name: string;
  /** Its value as it came. */
  readonly raw: Uint8Array;
}

/** What a search with RETURN found. */
export interface EsearchResponse {
  readonly type: "ESEARCH";
  /** The tag of the command it answers. */
  readonly tag: string | null;
  /** What its numbers are. */
  readonly numbering: "sequence" | "uid";
  /** The lowest number. */
  readonly min?: number;
  /** The highest number. */
  readonly max?: number;
  /** How many. */
  readonly count?: number;
  /** All of them. */
  readonly all?: SequenceSet;
  /** The highest modification sequence of the messages found (RFC 7162). */
  readonly modSeq?: bigint;
  /** Results of extensions. */
  readonly extensions: readonly EsearchExtension[];
}
