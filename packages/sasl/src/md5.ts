// MD5 (RFC 1321) and HMAC-MD5 (RFC 2104), only because APOP and CRAM-MD5 are made of them. It is broken: use it for nothing else.

import { concat } from "@mailwire/wire";

const BLOCK_BYTES = 64;

/** HMAC-MD5 of `message` (RFC 2104 section 2), 16 bytes. */
export function hmacMd5(key: Uint8Array, message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(BLOCK_BYTES);
  padded.set(key.length > BLOCK_BYTES ? md5(key) : key);
  const inner = md5(concat([padded.map((byte) => byte ^ 0x36), message]));
  return md5(concat([padded.map((byte) => byte ^ 0x5c), inner]));
}

/** The MD5 digest of `message`, 16 bytes. Obsolete: only for APOP and CRAM-MD5. */
export function md5(message: Uint8Array): Uint8Array {
  const words = padded(message);
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let at = 0; at < words.length; at += 16) mixBlock(state, words.subarray(at, at + 16));
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, index) => digest.setUint32(4 * index, word, true));
  return new Uint8Array(digest.buffer);
}

/** Section 3.1 and 3.2: a one bit, zeros up to 8 bytes before a block's end, the length in bits; as words of 32 bits, lowest byte first. */
function padded(message: Uint8Array): Uint32Array {
  const bytes = new DataView(new ArrayBuffer(64 * Math.ceil((message.length + 9) / 64)));
  message.forEach((byte, at) => bytes.setUint8(at, byte));
  bytes.setUint8(message.length, 0x80);
  bytes.setBigUint64(bytes.byteLength - 8, 8n * BigInt(message.length), true);
  return Uint32Array.from({ length: bytes.byteLength / 4 }, (_, index) => bytes.getUint32(4 * index, true));
}

/** The function of each round, and which word of the block its step `n` takes. */
const ROUNDS: readonly { readonly mix: (x: number, y: number, z: number) => number; readonly word: (n: number) => number }[] = [
  { mix: (x, y, z) => (x & y) | (~x & z), word: (n) => n },
  { mix: (x, y, z) => (x & z) | (y & ~z), word: (n) => 5 * n + 1 },
  { mix: (x, y, z) => x ^ y ^ z, word: (n) => 3 * n + 5 },
  { mix: (x, y, z) => y ^ (x | ~z), word: (n) => 7 * n },
];

/** How far step `n` of a round rotates: `SHIFTS[round][n % 4]`. */
const SHIFTS: readonly (readonly number[])[] = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];

/** Section 3.4: the integer part of 2^32 |sin(step)|, steps counted from 1. */
const SINES = Uint32Array.from({ length: 64 }, (_, step) => Math.floor(2 ** 32 * Math.abs(Math.sin(step + 1))));

function mixBlock(state: Uint32Array, block: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  ROUNDS.forEach(({ mix, word }, round) => {
    for (let n = 0; n < 16; n += 1) {
      const sum = (a + mix(b, c, d) + (block[word(n) % 16] ?? 0) + (SINES[16 * round + n] ?? 0)) | 0;
      const shift = SHIFTS[round]?.[n % 4] ?? 0;
      [a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c];
    }
  });
  state.set([a, b, c, d].map((word, index) => word + (state[index] ?? 0)));
}
