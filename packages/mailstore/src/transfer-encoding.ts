// Content in clear, as far as SEARCH needs it: transfer encodings and charsets undone, tolerantly (RFC 2045 section 6, RFC 2047).

import { fromLatin1, latin1 } from "@mailwire/wire";

/** The text of a part. An unknown encoding or charset leaves it as it is. */
export function decodeText(bytes: Uint8Array, encoding: string, charset: string): string {
  return decodeCharset(decodeTransfer(bytes, encoding), charset);
}

/** The text of a header field, given one character per byte: encoded words decoded, other 8-bit text taken for UTF-8 where it can be. */
export function decodeHeaderText(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const word of text.matchAll(/=\?([^?\s]{1,64})\?([bq])\?([^?\s]*)\?=/gi)) {
    const [all, charset = "", encoding = "", content = ""] = word;
    const between = text.slice(at, word.index);
    // White space between two encoded words is not part of the text.
    if (at === 0 || !/^[ \t]*$/.test(between)) parts.push(decodeCharset(fromLatin1(between), "us-ascii"));
    const bytes =
      encoding.toLowerCase() === "b" ? decodeBase64(fromLatin1(content)) : decodeQuoted(fromLatin1(content.replaceAll("_", " ")));
    // The charset may carry a language (RFC 2231 section 5).
    parts.push(decodeCharset(bytes, charset.replace(/\*.*/, "")));
    at = word.index + all.length;
  }
  parts.push(decodeCharset(fromLatin1(text.slice(at)), "us-ascii"));
  return parts.join("");
}

function decodeTransfer(bytes: Uint8Array, encoding: string): Uint8Array {
  switch (encoding.toLowerCase()) {
    case "base64":
      return decodeBase64(bytes);
    case "quoted-printable":
      return decodeQuoted(bytes);
    default:
      return bytes;
  }
}

// Much mail that says US-ASCII, or nothing, is UTF-8.
function decodeCharset(bytes: Uint8Array, charset: string): string {
  if (/^us-ascii$/i.test(charset)) return decodeAs(bytes, "utf-8", { fatal: true }) ?? latin1(bytes);
  return decodeAs(bytes, charset, {}) ?? latin1(bytes);
}

function decodeAs(bytes: Uint8Array, charset: string, options: TextDecoderOptions): string | undefined {
  try {
    return new TextDecoder(charset, options).decode(bytes);
  } catch {
    return undefined; // no such charset, or not of it
  }
}

function decodeBase64(bytes: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(Math.ceil((bytes.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (const byte of bytes) {
    const value = BASE64_VALUES[byte] ?? -1;
    if (value === -1) continue;
    bits = ((bits << 6) | value) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded[length] = bits >>> count;
    length += 1;
  }
  return decoded.subarray(0, length);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_VALUES: readonly number[] = Array.from({ length: 256 }, (_, byte) => ALPHABET.indexOf(String.fromCharCode(byte)));

// quoted-printable: "=" two hexadecimal digits is a byte, "=" at the end of a line is nothing
function decodeQuoted(bytes: Uint8Array): Uint8Array {
  const text = latin1(bytes).replace(/=\r?\n/g, "");
  return fromLatin1(text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))));
}
