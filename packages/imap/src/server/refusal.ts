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

/** What `work` comes to; a mailbox that is not there is answered with TRYCREATE (RFC 3501 sections 6.3.11 and 6.4.7). */
export async function tryCreate(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ImapRefusal && error.code?.type === "NONEXISTENT") throw new ImapRefusal({ type: "TRYCREATE" }, error.message);
    throw error;
  }
}
