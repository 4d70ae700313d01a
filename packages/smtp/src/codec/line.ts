// The choke point: every line that leaves goes through here, and CR, LF and NUL never come out of it.
// Also: wire text (one character per byte) as the text that it means.

import { decodeUtf8, fromLatin1, ProtocolError } from "@mailwire/wire";

/**
 * Longest line of a message, without its CRLF and without a dot that stuffing added: RFC 5321 section 4.5.3.1.6 (1000 octets with the CRLF). Longer
 * ones are reported, not refused: see `longestLineBytes` of what is sent and what is received.
 */
export const MAX_TEXT_LINE_BYTES = 998;

/** `text` when it may stand inside a line; throws a local `ProtocolError` (`line-break`) for CR, LF and NUL. */
export function lineText(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new ProtocolError("local", "line-break", "CR, LF and NUL cannot stand in an SMTP line");
  return text;
}

/** One line with its CRLF; throws what {@link lineText} throws. */
export function wholeLine(text: string): string {
  return `${lineText(text)}\r\n`;
}

/** What wire text means: UTF-8 where it is valid UTF-8 (always, when it is ASCII), else one character per byte. */
export function meaningOf(text: string): string {
  return /[\x80-\xff]/.test(text) ? (decodeUtf8(fromLatin1(text)) ?? text) : text;
}
