// Between bytes and text. Wire text is read as latin1, one character per byte, so nothing is lost and offsets agree.

import { asFunction } from "./native-method.ts";

/** What Node, Bun and Deno offer natively on any Uint8Array; browsers do not. */
interface NativeLatin1 {
  readonly latin1Slice: (this: Uint8Array, start?: number, end?: number) => string;
}
const native = (globalThis as { Buffer?: { prototype: NativeLatin1 } }).Buffer?.prototype.latin1Slice;

/** Whether it takes what is not said as all there is: in Workers it throws. */
function takesAll(latin1Slice: NativeLatin1["latin1Slice"]): boolean {
  try {
    return latin1Slice.call(Uint8Array.of(0x61)) === "a";
  } catch {
    return false;
  }
}

/** Bytes `start` to `end` as text, one character (U+0000 to U+00FF) per byte. */
export const latin1: (bytes: Uint8Array, start?: number, end?: number) => string =
  native !== undefined && takesAll(native) ? asFunction(native) : portableLatin1;

/** {@link latin1} without help from the platform. */
export function portableLatin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  // 4096 arguments are well under every engine's limit for one call.
  for (let at = start; at < end; at += 4096) text += String.fromCharCode(...bytes.subarray(at, Math.min(at + 4096, end)));
  return text;
}

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text as UTF-8 bytes; for ASCII text these are its characters. */
export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** What is left of the memory that small texts share on their way out. */
let slab = new Uint8Array(0);

/** {@link utf8} for what is sent and then forgotten: small texts share memory, which none of them may hold for long. */
export function utf8ToSend(text: string): Uint8Array {
  // No character takes more than three bytes.
  const most = 3 * text.length;
  if (most > SLAB_BYTES / 8) return utf8Encoder.encode(text);
  if (slab.length < most) slab = new Uint8Array(SLAB_BYTES);
  const { written } = utf8Encoder.encodeInto(text, slab);
  const bytes = slab.subarray(0, written);
  slab = slab.subarray(written);
  return bytes;
}

/** Node's own pool is as large. */
const SLAB_BYTES = 8192;

/** UTF-8 bytes as text; `undefined` when they are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text of U+0000 to U+00FF as one byte per character, the inverse of {@link latin1}; higher characters lose their high bits. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** The chunks in one new array; the chunk itself when there is only one. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Text that a peer said, fit to be shown: control characters, which could rewrite a line or a screen, are escaped as `\xNN`. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
