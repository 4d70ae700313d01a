// The choke point: every line that leaves goes through here, and CR, LF and NUL never come out of it.
// Also: wire text (one character per byte) as the text that it means.

import { decodeUtf8, fromLatin1, ProtocolError, utf8 } from "@mailwire/wire";

/** `text` when it may stand inside a line; throws a local `ProtocolError` (`line-break`) for CR, LF and NUL. */
export function lineText(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new ProtocolError("local", "line-break", "CR, LF and NUL cannot stand in an SMTP line");
  return text;
}

/** One line with its CRLF, as UTF-8. */
export function encodeLine(text: string): Uint8Array {
  return utf8(`${lineText(text)}\r\n`);
}

/** What wire text means: UTF-8 where it is valid UTF-8 (always, when it is ASCII), else one character per byte. */
export function meaningOf(text: string): string {
  return /[\x80-\xff]/.test(text) ? (decodeUtf8(fromLatin1(text)) ?? text) : text;
}
