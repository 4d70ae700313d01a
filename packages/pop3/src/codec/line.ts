// Between text and one line of POP3. Every command, reply and listing line leaves through wholeLine: nothing else ends a line.

import { ProtocolError, decodeUtf8, fromLatin1, latin1, utf8 } from "@mailwire/wire";

/** Longest command, CRLF included (RFC 2449 section 4). */
export const MAX_COMMAND_BYTES = 255;
/** Longest first line of a reply and longest capability line, CRLF included (RFC 2449 sections 4 and 5). */
export const MAX_REPLY_BYTES = 512;

/** {@link encodeLine} as text. */
export function wholeLine(text: string, maxBytes: number): string {
  if (/[\r\n\0]/.test(text)) throw new ProtocolError("local", "bad-line", "CR, LF and NUL cannot be part of a line");
  const line = `${text}\r\n`;
  const bytes = isAscii(line) ? line.length : utf8(line).length;
  if (bytes > maxBytes) throw new ProtocolError("local", "line-too-long", `the line takes ${bytes} bytes of ${maxBytes}`);
  return line;
}

/**
 * Text as a line with CRLF, UTF-8. Throws a local `ProtocolError`: `bad-line` when CR, LF or NUL is inside, `line-too-long` when it
 * takes more than `maxBytes`. The error does not show the text.
 */
export function encodeLine(text: string, maxBytes: number): Uint8Array {
  const line = wholeLine(text, maxBytes);
  // For ASCII this is the same and takes a fraction of the time.
  return isAscii(line) ? fromLatin1(line) : utf8(line);
}

/** Whether there is no character beyond ASCII. */
export function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/** The text of a line without its end: UTF-8 where it is that, else one character per byte. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  const text = latin1(bytes);
  return /[\x80-\xff]/.test(text) ? (decodeUtf8(bytes) ?? text) : text;
}
