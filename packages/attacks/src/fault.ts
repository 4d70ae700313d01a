// What can go wrong with a handshake, and the bytes that make it so.

/** A handshake that does not come to its end. */
export type Fault =
  /** Part of a genuine flight, then the end. */
  | "truncated"
  /** A record header with nonsense behind it. */
  | "garbage"
  /** A line of the mail protocol in place of a record. */
  | "plaintext"
  /** A fatal alert. */
  | "alert"
  | "end"
  | "reset"
  /** Nothing at all, until the other side gives up. */
  | "stall";

const WORDS: readonly (readonly [RegExp, Fault])[] = [
  [/trunc|partial|half|cut|incomplete|fragment/i, "truncated"],
  [/garbage|junk|random|malformed|corrupt|bad.?record/i, "garbage"],
  [/plain|clear/i, "plaintext"],
  [/alert|fail|refus|abort/i, "alert"],
  [/reset|rst/i, "reset"],
  [/close|eof|end\b|fin\b/i, "end"],
  [/stall|hang|silen|timeout|never|none/i, "stall"],
];

/** The fault that words describe; `undefined` when they describe none. */
export function faultOf(words: string): Fault | undefined {
  return WORDS.find(([pattern]) => pattern.test(words))?.[1];
}

/** handshake_failure, RFC 8446 section 6. */
export const FATAL_ALERT = Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40);

/** A handshake record whose content is no handshake message. */
export const BAD_RECORD = Uint8Array.of(0x16, 3, 3, 0, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
