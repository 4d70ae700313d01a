// Base64 (RFC 4648 section 4), strict, whole and streaming: SASL exchanges cannot afford two readings of one text.

import { ProtocolError } from "./protocol-error.ts";
import { concat, fromLatin1, latin1 } from "./text.ts";

const ALPHABET = fromLatin1("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const PAD = 0x3d;
const NOT_IN_ALPHABET = 0xff;

/** Value of each byte as a base64 digit. */
const DIGITS = new Uint8Array(256).fill(NOT_IN_ALPHABET);
ALPHABET.forEach((byte, value) => (DIGITS[byte] = value));

/** `bytes` as base64 text, padded, in one line. */
export function encodeBase64(bytes: Uint8Array): string {
  return latin1(encode(bytes));
}

/** The bytes that `text` stands for; `undefined` unless it is padded, canonical base64 without anything else in it. */
export function decodeBase64(text: string): Uint8Array | undefined {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return undefined;
  return decode(fromLatin1(text));
}

/** Makes bytes, cut anywhere, into base64 without line ends. */
export class Base64Encoder {
  #rest: Uint8Array = new Uint8Array(0);

  /** Base64 for as many whole groups of three bytes as there are by now. */
  encode(chunk: Uint8Array): Uint8Array {
    const bytes = this.#rest.length === 0 ? chunk : concat([this.#rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    this.#rest = bytes.slice(whole);
    return encode(bytes.subarray(0, whole));
  }

  /** Base64 for the last one or two bytes, padded. The encoder is fresh again. */
  finish(): Uint8Array {
    const last = encode(this.#rest);
    this.#rest = new Uint8Array(0);
    return last;
  }
}

/** Makes base64, cut anywhere, into bytes; throws a remote `ProtocolError` (`bad-base64`) where {@link decodeBase64} says `undefined`. */
export class Base64Decoder {
  #rest: Uint8Array = new Uint8Array(0);
  #padded = false;

  /** The bytes of as many whole groups of four digits as there are by now. */
  decode(chunk: Uint8Array): Uint8Array {
    const digits = this.#rest.length === 0 ? chunk : concat([this.#rest, chunk]);
    const whole = digits.length - (digits.length % 4);
    this.#rest = digits.slice(whole);
    const bytes = decode(digits.subarray(0, whole));
    if (bytes === undefined || (this.#padded && digits.length > 0)) throw malformed();
    if (whole > 0) this.#padded = digits[whole - 1] === PAD;
    return bytes;
  }

  /** Checks that nothing is missing. The decoder is fresh again. */
  finish(): void {
    const isCut = this.#rest.length > 0;
    this.#rest = new Uint8Array(0);
    this.#padded = false;
    if (isCut) throw malformed();
  }
}

function malformed(): ProtocolError {
  return new ProtocolError("remote", "bad-base64", "malformed base64");
}

function encode(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  const out = new Uint8Array(Math.ceil(length / 3) * 4);
  let size = 0;
  for (let at = 0; at < length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    out[size++] = ALPHABET[group >> 18] ?? 0;
    out[size++] = ALPHABET[(group >> 12) & 63] ?? 0;
    out[size++] = at + 1 < length ? (ALPHABET[(group >> 6) & 63] ?? 0) : PAD;
    out[size++] = at + 2 < length ? (ALPHABET[group & 63] ?? 0) : PAD;
  }
  return out;
}

function decode(digits: Uint8Array): Uint8Array | undefined {
  const { length } = digits;
  if (length % 4 !== 0) return undefined;
  const padding = digits[length - 1] !== PAD ? 0 : digits[length - 2] !== PAD ? 1 : 2;
  const end = length - padding;
  const out = new Uint8Array((length / 4) * 3 - padding);
  let size = 0;
  let bits = 0;
  for (let at = 0; at < end; at += 1) {
    const digit = DIGITS[digits[at] ?? 0] ?? NOT_IN_ALPHABET;
    if (digit === NOT_IN_ALPHABET) return undefined;
    bits = (bits << 6) | digit;
    // The three bytes of a group, one at a time: after its second, third and fourth digit.
    const place = at % 4;
    if (place > 0) out[size++] = bits >> (6 - 2 * place);
  }
  // Bits that no byte uses must be zero, or one value would have many texts.
  const unused = padding === 1 ? 0b11 : padding === 2 ? 0b1111 : 0;
  return (bits & unused) === 0 ? out : undefined;
}
