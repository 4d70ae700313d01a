// FETCH and UID FETCH (RFC 3501 sections 6.4.5 and 6.4.8).

import type { Section } from "../section.ts";
import type { SequenceSet } from "../sequence-set.ts";

/** A word for several attributes. */
export type FetchMacro = "ALL" | "FAST" | "FULL";

/** The bytes of a section that are wanted. */
export interface PartialRange {
  /** First byte, from 0. */
  readonly offset: number;
  /** How many at most. */
  readonly length: number;
}

/** One thing to tell of each message. `BODY.PEEK[]` does not set `\Seen`. */
export type FetchAttribute =
  | {
      readonly type:
        | "BODY"
        | "BODYSTRUCTURE"
        | "ENVELOPE"
        | "FLAGS"
        | "INTERNALDATE"
        | "MODSEQ"
        | "RFC822"
        | "RFC822.HEADER"
        | "RFC822.SIZE"
        | "RFC822.TEXT"
        | "UID";
    }
  | { readonly type: "BODY[]" | "BODY.PEEK[]"; readonly section: Section; readonly partial: PartialRange | null };

/** Asks for data of messages. */
export interface FetchCommand {
  readonly name: "FETCH" | "UID FETCH";
  /** Which messages. */
  readonly set: SequenceSet;
  /** What to tell of each. */
  readonly items: FetchMacro | readonly FetchAttribute[];
}
