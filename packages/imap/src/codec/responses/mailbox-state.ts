// EXISTS, RECENT, EXPUNGE and FLAGS: how the selected mailbox looks (RFC 3501 sections 7.2.6, 7.3.1, 7.3.2, 7.4.1).

import type { Cursor } from "../cursor.ts";
import { Malformed } from "../malformed.ts";
import { readFlagList } from "../flag.ts";
import type { Writer } from "../writer.ts";
import type { Flag } from "../flag.ts";

/** How many messages there are. */
export interface ExistsResponse {
  readonly type: "EXISTS";
  /** Messages in the mailbox. */
  readonly count: number;
}

/** How many messages are recent. */
export interface RecentResponse {
  readonly type: "RECENT";
  /** Recent messages in the mailbox. */
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

/** "FLAGS" SP flag-list */
export function readFlagsResponse(cursor: Cursor): FlagsResponse {
  cursor.space();
  return { type: "FLAGS", flags: readFlagList(cursor) };
}

/** number SP "EXISTS" / number SP "RECENT" / nz-number SP "EXPUNGE", behind the word */
export function readCountResponse(
  name: "EXISTS" | "RECENT" | "EXPUNGE",
  number: number,
): ExistsResponse | RecentResponse | ExpungeResponse {
  if (name !== "EXPUNGE") return { type: name, count: number };
  if (number === 0) throw new Malformed("zero");
  return { type: name, sequenceNumber: number };
}

/** See {@link readFlagsResponse}. */
export function writeFlagsResponse(writer: Writer, { flags }: FlagsResponse): void {
  writer.raw("* FLAGS ").list(flags, (flag) => writer.flag(flag));
}

/** See {@link readCountResponse}. */
export function writeCountResponse(writer: Writer, response: ExistsResponse | RecentResponse | ExpungeResponse): void {
  writer.raw("* ").number(response.type === "EXPUNGE" ? response.sequenceNumber : response.count);
  writer.raw(` ${response.type}`);
}
