// What a server keeps of a password for SCRAM (RFC 5802 section 3), and its form as text (RFC 5803).

import { ProtocolError, decodeBase64, encodeBase64 } from "@mailwire/wire";
import type { Secret } from "@mailwire/wire";
import { equalBytes } from "../equal-bytes.ts";
import { HASHES, digest, hmac, randomBytes, saltPassword } from "./hash.ts";
import type { ScramVariant } from "./hash.ts";
import { preparePassword, requirePrepared } from "./prepare.ts";

/** What a server keeps of a password: enough to check it, not enough to log in with, short of guessing. */
export interface ScramKeys {
  /** The mechanism that they are for; the `-PLUS` form uses the same. */
  readonly variant: ScramVariant;
  /** Random, for this user only. */
  readonly salt: Uint8Array;
  /** How many rounds the password went through; both ends pay for them at each login. */
  readonly iterations: number;
  /** Checks what the client proves. */
  readonly storedKey: Uint8Array;
  /** Proves to the client that it talks to the server that has these keys. */
  readonly serverKey: Uint8Array;
}

/** What {@link deriveScramKeys} may be told. */
export interface DeriveScramKeysOptions {
  /** Default: 16 random bytes. The same salt for two users shows that their passwords are the same. */
  readonly salt?: Uint8Array;
  /** 4096 to 100,000 are understood by most clients; default {@link DEFAULT_SCRAM_ITERATIONS}. */
  readonly iterations?: number;
}

/** What RFC 7677 section 4 counts as 0.1 s of a client's time. More is better for the keys, and slower for phones. */
export const DEFAULT_SCRAM_ITERATIONS = 15_000;

/** The count that a server should announce at least (RFC 5802 section 5.1, RFC 7677 section 3). */
export const MIN_SCRAM_ITERATIONS = 4096;

/** What {@link parseScramKeys} reads, and WebCrypto takes, at most. */
const MAX_ITERATIONS = 999_999_999;

export const SALT_BYTES = 16;

/**
 * The keys to keep for a user with this password. Rejects with a local `ProtocolError`: `bad-credential` for a password that SASLprep does
 * not allow, `bad-scram-keys` for an empty salt or a count that is not from {@link MIN_SCRAM_ITERATIONS} to 999,999,999. Keep them as text by {@link formatScramKeys}.
 */
export async function deriveScramKeys(
  variant: ScramVariant,
  password: string | Secret<string>,
  options: DeriveScramKeysOptions = {},
): Promise<ScramKeys> {
  const { salt = randomBytes(SALT_BYTES), iterations = DEFAULT_SCRAM_ITERATIONS } = options;
  if (salt.length === 0 || !Number.isInteger(iterations) || iterations < MIN_SCRAM_ITERATIONS || iterations > MAX_ITERATIONS) {
    const rule = `keys need a salt and ${MIN_SCRAM_ITERATIONS} to ${MAX_ITERATIONS} iterations`;
    throw new ProtocolError("local", "bad-scram-keys", rule);
  }
  const prepared = requirePrepared("password", preparePassword(password));
  const salted = await saltPassword(variant, prepared, salt, iterations);
  return { variant, salt, iterations, storedKey: await storedKeyOf(variant, salted), serverKey: await serverKeyOf(variant, salted) };
}

/**
 * Whether this is the password of the keys, so that PLAIN and LOGIN can be served from them as well. Any text may be asked for. For a user
 * without keys it takes the time of keys by default, and the answer is no.
 */
export async function verifyScramPassword(keys: ScramKeys | undefined, password: string | Secret<string>): Promise<boolean> {
  const prepared = preparePassword(password);
  if (prepared === undefined) return false;
  const { variant, salt, iterations, storedKey } = keys ?? nobody();
  return equalBytes(storedKey, await storedKeyOf(variant, await saltPassword(variant, prepared, salt, iterations)));
}

/** What no password is right for, at the usual cost. */
function nobody(): ScramKeys {
  const none = new Uint8Array();
  return {
    variant: "SCRAM-SHA-256",
    salt: randomBytes(SALT_BYTES),
    iterations: DEFAULT_SCRAM_ITERATIONS,
    storedKey: none,
    serverKey: none,
  };
}

/** ClientKey := HMAC(SaltedPassword, "Client Key") */
export function clientKeyOf(variant: ScramVariant, salted: Uint8Array): Promise<Uint8Array> {
  return hmac(variant, salted, "Client Key");
}

/** ServerKey := HMAC(SaltedPassword, "Server Key") */
export function serverKeyOf(variant: ScramVariant, salted: Uint8Array): Promise<Uint8Array> {
  return hmac(variant, salted, "Server Key");
}

/** StoredKey := H(ClientKey) */
async function storedKeyOf(variant: ScramVariant, salted: Uint8Array): Promise<Uint8Array> {
  return digest(variant, await clientKeyOf(variant, salted));
}

/** Keys as one line of text, for a file or a database: `SCRAM-SHA-256$15000:salt$stored:server` (RFC 5803). {@link parseScramKeys} reads it. */
export function formatScramKeys(keys: ScramKeys): string {
  const [salt, storedKey, serverKey] = [keys.salt, keys.storedKey, keys.serverKey].map(encodeBase64);
  return `${keys.variant}$${keys.iterations}:${salt}$${storedKey}:${serverKey}`;
}

/**
 * The keys that a text of RFC 5803 stands for (PostgreSQL keeps the same form); `undefined` for anything else, keys of the wrong length
 * included.
 *
 *     scheme "$" iter-count ":" salt "$" stored-key ":" server-key
 */
export function parseScramKeys(text: string): ScramKeys | undefined {
  const [, scheme = "", count, ...base64] = /^([A-Z0-9-]+)\$([1-9][0-9]{0,8}):([^:$]+)\$([^:$]+):([^:$]+)$/.exec(text) ?? [];
  const [salt, storedKey, serverKey] = base64.map(decodeBase64);
  if (!isVariant(scheme) || salt === undefined || storedKey === undefined || serverKey === undefined) return undefined;
  const { bytes } = HASHES[scheme];
  if (storedKey.length !== bytes || serverKey.length !== bytes) return undefined;
  return { variant: scheme, salt, iterations: Number(count), storedKey, serverKey };
}

function isVariant(name: string): name is ScramVariant {
  return Object.hasOwn(HASHES, name);
}
