// EXISTS, RECENT, EXPUNGE and FLAGS: how the selected mailbox looks (RFC 3501 sections 7.2.6, 7.3.1, 7.3.2, 7.4.1).

import type { Cursor } from "../cursor.ts";
import type { NumberedResponseGrammar, ResponseGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import { readFlagList } from "../flag.ts";
import type { Writer } from "../writer.ts";
import type { Flag } from "../flag.ts";

/** How many messages there are, or how many of them are recent. */
export interface CountResponse {
  readonly type: "EXISTS" | "RECENT";
  /** Messages in the mailbox. */
  readonly count: number;
}

/** A message is gone; the numbers of those after it are now lower by one. */
export interface ExpungeResponse {
  readonly type: "EXPUNGE";
  /** The number it had. */
  readonly sequenceNumber: number;
}

/** The flags that are defined in the mailbox. */
export interface FlagsResponse {
  readonly type: "FLAGS";
  /** Case as it came. */
  readonly flags: readonly Flag[];
}

/** See {@link FlagsResponse}. */
export const flagsResponse: ResponseGrammar<FlagsResponse> = { read: readFlagsResponse, write: writeFlagsResponse };

/** "FLAGS" SP flag-list */
function readFlagsResponse(cursor: Cursor): FlagsResponse {
  cursor.space();
  return { type: "FLAGS", flags: readFlagList(cursor) };
}

/** number SP "EXISTS" / number SP "RECENT" */
export const countResponse: NumberedResponseGrammar<CountResponse> = {
  read: (_, count, type) => ({ type, count }),
  write: (writer, { type, count }) => void writer.raw("* ").number(count).raw(` ${type}`),
};

/** nz-number SP "EXPUNGE" */
export const expungeResponse: NumberedResponseGrammar<ExpungeResponse> = {
  read: (_, sequenceNumber) => {
    if (sequenceNumber === 0) throw new Malformed("zero");
    return { type: "EXPUNGE", sequenceNumber };
  },
  write: (writer, { sequenceNumber }) => void writer.raw("* ").number(sequenceNumber).raw(" EXPUNGE"),
};

/** See {@link readFlagsResponse}. */
function writeFlagsResponse(writer: Writer, { flags }: FlagsResponse): void {
  writer.raw("* FLAGS ").list(flags, (flag) => writer.flag(flag));
}
