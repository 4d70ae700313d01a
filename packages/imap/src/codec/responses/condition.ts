// Status responses and continuation requests (RFC 3501 sections 7.1 and 7.5).

import type { ResponseCode } from "../response-code.ts";

/** The end of a command: whether it succeeded. */
export interface TaggedResponse {
  readonly type: "tagged";
  /** The tag of the command. */
  readonly tag: string;
  /** How it ended. */
  readonly status: "OK" | "NO" | "BAD";
  /** The code in brackets. */
  readonly code: ResponseCode | null;
  /** Text for people; may be empty with tolerated servers. */
  readonly text: string;
}

/** A greeting, a warning, a farewell, or a fact in a response code. */
export interface UntaggedResponse {
  readonly type: "untagged";
  /** `PREAUTH` only as the greeting; after `BYE` the server closes. */
  readonly status: "OK" | "NO" | "BAD" | "PREAUTH" | "BYE";
  /** The code in brackets. */
  readonly code: ResponseCode | null;
  /** Text for people; may be empty with tolerated servers. */
  readonly text: string;
}

/** `+`: go on with the literal, or the next step of an AUTHENTICATE exchange. */
export interface ContinuationResponse {
  readonly type: "continuation";
  /** What follows `+ `: text for people, or a challenge in base64. */
  readonly text: string;
}
