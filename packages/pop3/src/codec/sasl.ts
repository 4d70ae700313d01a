// The lines of an AUTH exchange (RFC 5034 section 4): challenges behind `+ `, responses alone, both in base64, `*` to give up.

import { decodeBase64, encodeBase64, latin1 } from "@mailwire/wire";
import { encodeLine } from "./line.ts";

/**
 * Reads a server's line without its line end: the challenge, `malformed` when it is not base64, `undefined` when the line is no
 * continuation (a reply, then).
 *
 *     continue-req = "+" SP [base64]
 */
export function decodeChallenge(line: Uint8Array): Uint8Array | "malformed" | undefined {
  const [, data] = /^\+(?:[ \t]+(.*?))?[ \t]*$/s.exec(latin1(line)) ?? [undefined, undefined];
  if (data !== undefined) return decodeBase64(data) ?? "malformed";
  return line.length === 1 && line[0] === PLUS ? new Uint8Array() : undefined;
}

const PLUS = 0x2b;

/** A challenge as a line with CRLF, of any length. */
export function encodeChallenge(data: Uint8Array): Uint8Array {
  return encodeLine(`+ ${encodeBase64(data)}`, Infinity);
}

/**
 * Reads a client's line without its line end: the response, `cancel`, or `malformed`.
 *
 *     auth-response = base64 / "*"
 */
export function decodeSaslResponse(line: Uint8Array): Uint8Array | "cancel" | "malformed" {
  const text = latin1(line).trim();
  return text === "*" ? "cancel" : (decodeBase64(text) ?? "malformed");
}

/** A response as a line with CRLF, of any length. */
export function encodeSaslResponse(data: Uint8Array): Uint8Array {
  return encodeLine(encodeBase64(data), Infinity);
}

/** The line that gives an exchange up. */
export function encodeSaslCancel(): Uint8Array {
  return encodeLine("*", Infinity);
}
