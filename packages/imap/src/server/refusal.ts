// How a backend says no.

import type { ResponseCode } from "../codec/response-code.ts";

/**
 * Thrown by a backend to answer NO with `message` as the text (one line of ASCII). Any other error also becomes NO, with a text that
 * tells nothing, and is reported to the server's `onError`.
 */
export class ImapRefusal extends Error {
  override readonly name = "ImapRefusal";
  /**
   * What programs are told, or null: `NONEXISTENT` for a mailbox that is not there (APPEND and COPY say TRYCREATE instead),
   * `ALREADYEXISTS`, `NOPERM`, `OVERQUOTA`, `CANNOT`, `INUSE`, `UNAVAILABLE` … (RFC 5530).
   */
  readonly code: ResponseCode | null;

  constructor(code: ResponseCode | null, message: string) {
    super(message);
    this.code = code;
  }
}
