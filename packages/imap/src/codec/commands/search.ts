// SEARCH and UID SEARCH (RFC 3501 sections 6.4.4 and 6.4.8).

import type { CalendarDate } from "../date-time.ts";
import type { Flag } from "../flag.ts";
import type { SequenceSet } from "../sequence-set.ts";

/** What a message must be to be found. */
export type SearchKey =
  | {
      readonly type:
        | "ALL"
        | "ANSWERED"
        | "DELETED"
        | "DRAFT"
        | "FLAGGED"
        | "NEW"
        | "OLD"
        | "RECENT"
        | "SEEN"
        | "UNANSWERED"
        | "UNDELETED"
        | "UNDRAFT"
        | "UNFLAGGED"
        | "UNSEEN";
    }
  | { readonly type: "BCC" | "BODY" | "CC" | "FROM" | "SUBJECT" | "TEXT" | "TO"; readonly text: string }
  | { readonly type: "BEFORE" | "ON" | "SINCE" | "SENTBEFORE" | "SENTON" | "SENTSINCE"; readonly date: CalendarDate }
  | { readonly type: "KEYWORD" | "UNKEYWORD"; readonly flag: Flag }
  | { readonly type: "HEADER"; readonly field: string; readonly text: string }
  | { readonly type: "LARGER" | "SMALLER"; readonly octets: number }
  | { readonly type: "NOT"; readonly key: SearchKey }
  | { readonly type: "OR"; readonly left: SearchKey; readonly right: SearchKey }
  /** Keys in parentheses: all of them. */
  | { readonly type: "AND"; readonly keys: readonly SearchKey[] }
  /** A sequence set (`SEQUENCE`) or a set of unique identifiers (`UID`). */
  | { readonly type: "SEQUENCE" | "UID"; readonly set: SequenceSet };

/** Finds messages. */
export interface SearchCommand {
  readonly name: "SEARCH" | "UID SEARCH";
  /** Charset of the strings in the keys; null is US-ASCII. */
  readonly charset: string | null;
  /** All of which a message must satisfy. */
  readonly keys: readonly SearchKey[];
}
