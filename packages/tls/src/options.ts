// What callers choose about TLS, and how long they let things take.

import type { ConnectionOptions, TlsOptions } from "node:tls";

/**
 * TLS options of a client, as in `node:tls`. The defaults: TLS 1.2 or newer, and a certificate that is checked against the authorities that the
 * platform trusts (or `ca`) and against the server's name.
 */
export type ClientTlsOptions = Pick<
  ConnectionOptions,
  | "ca"
  | "cert"
  | "key"
  | "pfx"
  | "passphrase"
  | "crl"
  | "ciphers"
  | "ecdhCurve"
  | "sigalgs"
  | "minVersion"
  | "maxVersion"
  | "ALPNProtocols"
  | "secureContext"
  | "session"
  | "checkServerIdentity"
  | "rejectUnauthorized"
>;

/**
 * TLS options of a server, as in `node:tls`. The default: TLS 1.2 or newer. What is made of them is kept for as long as the object lives, so give
 * the same object for every connection, and a new one when the certificate has changed.
 */
export type ServerTlsOptions = Pick<
  TlsOptions,
  | "ca"
  | "cert"
  | "key"
  | "pfx"
  | "passphrase"
  | "crl"
  | "ciphers"
  | "ecdhCurve"
  | "sigalgs"
  | "dhparam"
  | "honorCipherOrder"
  | "minVersion"
  | "maxVersion"
  | "ALPNProtocols"
  | "SNICallback"
  | "requestCert"
  | "rejectUnauthorized"
  | "sessionTimeout"
  | "ticketKeys"
>;

/** Older versions are deprecated (RFC 8996) and no longer allowed for mail (RFC 8314 section 4). */
export const OLDEST_TLS = "TLSv1.2";

/** How long things may take when the caller does not say. */
export const DEFAULT_LIMITS = {
  /** To connect, an implicit handshake included: twice the 30 seconds that slow networks need for lost SYNs. */
  connectTimeoutMs: 60_000,
  /** For one handshake: a few round trips on the slowest link, and short enough that stalled ones do not pile up at a server. */
  handshakeTimeoutMs: 30_000,
};
