// Bytes of a line as text that can be printed anywhere and read back: UTF-8 where it is valid, `\xNN` for what must not reach a terminal.

import { concat, decodeUtf8, latin1, utf8 } from "@mailwire/wire";

/** Control characters but tab (a terminal would obey them), line and direction overrides, a backslash that would read back as an escape. */
const UNPRINTABLE = /(?!\t)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]|\\(?=x[0-9a-f]{2})/gu;
/** The same for bytes that are not UTF-8, where a character is a byte: all over 7F as well. */
const UNPRINTABLE_BYTE = /(?!\t)[\p{Cc}\u0080-\u00ff]|\\(?=x[0-9a-f]{2})/gu;

/** Bytes as printable text; {@link readWireText} gives them back. */
export function writeWireText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) return latin1(bytes).replace(UNPRINTABLE_BYTE, (byte) => hex(byte.charCodeAt(0)));
  return text.replace(UNPRINTABLE, (char) => [...utf8(char)].map(hex).join(""));
}

/** Text as UTF-8 bytes, where `\xNN` (lower-case digits) stands for one byte. */
export function readWireText(text: string): Uint8Array {
  // split() with a capture gives text and digits by turns.
  const pieces = text.split(/\\x([0-9a-f]{2})/);
  return concat(pieces.map((piece, index) => (index % 2 === 0 ? utf8(piece) : Uint8Array.of(Number.parseInt(piece, 16)))));
}

function hex(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
