// One text field of a password exchange (user, password, authorization identity): UTF-8, not empty, no NUL, bounded.
// SAFE = UTF1 / UTF2 / UTF3 / UTF4 ;; any UTF-8 encoded Unicode character except NUL (RFC 4616 section 2)

import { ProtocolError, Secret, decodeUtf8, utf8 } from "@mailwire/wire";

/** Limits of password exchanges. */
export interface PasswordLimits {
  /** Bytes of a user name, a password or an authorization identity. */
  readonly maxFieldBytes: number;
}

/** RFC 4616 section 2 demands at least 255 per field; access tokens in the place of passwords reach some kilobytes. */
export const DEFAULT_LIMITS: PasswordLimits = { maxFieldBytes: 4096 };

/** What a client logs in with. */
export interface ClientCredentials {
  /** Whose password it is. */
  readonly user: string;
  /** The password; wrapped or not, it is never shown. */
  readonly password: string | Secret<string>;
}

/** The bytes of a field that this side says; throws a local `ProtocolError` (`bad-credential`) that does not show the value. */
export function encodeField(name: string, value: string | Secret<string>): Uint8Array {
  const text = typeof value === "string" ? value : value.reveal();
  const bytes = utf8(text);
  // A lone surrogate would leave as U+FFFD, which is another user's name.
  if (text === "" || text.includes("\0") || decodeUtf8(bytes) !== text) {
    throw new ProtocolError("local", "bad-credential", `${name} must be well-formed text, not empty, without NUL`);
  }
  return bytes;
}

/** The text of a field that the peer said; `undefined` when it is empty, too long, not UTF-8 or has a NUL. */
export function decodeField(bytes: Uint8Array, limits: PasswordLimits): string | undefined {
  if (bytes.length === 0 || bytes.length > limits.maxFieldBytes || bytes.includes(0)) return undefined;
  return decodeUtf8(bytes);
}
