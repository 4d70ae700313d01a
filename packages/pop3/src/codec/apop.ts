// APOP (RFC 1939 section 7): the greeting's timestamp and the digest that proves the secret. Obsolete: it needs the secret in clear on the
// server, and MD5.

import { md5 } from "@mailwire/sasl";
import { Secret, concat, utf8 } from "@mailwire/wire";

/**
 * The timestamp in a greeting's text, angle brackets included; `undefined` when there is none.
 *
 *     timestamp = "<" local-part "@" domain ">" ;; a msg-id of RFC 822, printable ASCII
 *
 * Anything looser helps a man in the middle to find the secret by choosing timestamps (CVE-2007-1558).
 */
export function findTimestamp(greeting: string): string | undefined {
  return /<[!-;=?A-~]+@[!-;=?A-~]+>/.exec(greeting)?.[0];
}

/** What APOP says for `secret` under `timestamp`: MD5 of both, in 32 hexadecimal digits. */
export function apopDigest(timestamp: string, secret: string | Secret<string>): Secret<string> {
  const text = typeof secret === "string" ? secret : secret.reveal();
  const digest = md5(concat([utf8(timestamp), utf8(text)]));
  return new Secret(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
}
