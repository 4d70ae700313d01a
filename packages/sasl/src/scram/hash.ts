// The hash functions of SCRAM, all by WebCrypto: H, HMAC, Hi, which is PBKDF2, and XOR (RFC 5802 section 2.2).

import { utf8 } from "@mailwire/wire";

/** The members of the SCRAM family, by hash function: RFC 5802, RFC 7677 and, not registered but in use, SHA-512 in the same way. */
export type ScramVariant = "SCRAM-SHA-1" | "SCRAM-SHA-256" | "SCRAM-SHA-512";

/** The name of the hash function in WebCrypto, and the bytes of its result. */
export const HASHES: Readonly<Record<ScramVariant, { readonly name: string; readonly bytes: number }>> = {
  "SCRAM-SHA-1": { name: "SHA-1", bytes: 20 },
  "SCRAM-SHA-256": { name: "SHA-256", bytes: 32 },
  "SCRAM-SHA-512": { name: "SHA-512", bytes: 64 },
};

/** H(str). */
export async function digest(variant: ScramVariant, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(HASHES[variant].name, owned(bytes)));
}

/** HMAC(key, str). */
export async function hmac(variant: ScramVariant, key: Uint8Array, text: string): Promise<Uint8Array> {
  const algorithm = { name: "HMAC", hash: HASHES[variant].name };
  const imported = await crypto.subtle.importKey("raw", owned(key), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, owned(utf8(text))));
}

/** SaltedPassword := Hi(Normalize(password), salt, i), of a password that is normalized already. The slow one. */
export async function saltPassword(variant: ScramVariant, password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  const { name, bytes } = HASHES[variant];
  const imported = await crypto.subtle.importKey("raw", owned(utf8(password)), "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: name, salt: owned(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, imported, bytes * 8));
}

/** `left` XOR `right`; bytes that `right` does not have count as zero. */
export function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, at) => byte ^ (right[at] ?? 0));
}

/** `count` bytes that nobody can guess. */
export function randomBytes(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

/** A copy: the types of WebCrypto take no bytes that might be shared with another thread. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
