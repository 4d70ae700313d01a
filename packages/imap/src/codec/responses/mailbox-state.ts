// EXISTS, RECENT, EXPUNGE and FLAGS: how the selected mailbox looks (RFC 3501 sections 7.2.6, 7.3.1, 7.3.2, 7.4.1).

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
