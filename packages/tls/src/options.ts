// What callers choose about TLS.

import { constants } from "node:crypto";
import type { ConnectionOptions, TlsOptions } from "node:tls";
import type { TlsSessions } from "./sessions.ts";

/**
 * TLS options of a client, most of them as in `node:tls`. The defaults: TLS 1.2 or newer, no renegotiation, and a certificate that is checked
 * against the authorities that the platform trusts (or `ca`) and against the server's name as RFC 9525 says.
 */
export interface ClientTlsOptions extends NodeClientTlsOptions {
  /**
   * Looks at the server after every other check and before anything is said; what it throws, or its promise rejects with, ends the connection. For
   * pinned keys, and for DANE (RFC 7672), which may stand in for the other checks: those report here only, if `rejectUnauthorized` is false.
   */
  readonly verifyPeer?: (peer: TlsPeer) => void | Promise<void>;
  /** Resumes sessions, which spares both sides most of the next handshake. A server that is met again so is the one that passed the checks before. */
  readonly sessions?: TlsSessions;
}

/** A server as {@link ClientTlsOptions.verifyPeer} sees it. */
export interface TlsPeer {
  /** Whom the client wants to talk to: a name in A-labels, or an IP address. */
  readonly serverName: string;
  /** The server's certificate, DER. */
  readonly certificate: Uint8Array;
  /** The certificates above it, as far as they are known, each DER and signed by the next. */
  readonly issuers: readonly Uint8Array[];
  /** The DNS names in the certificate, as they are written there. */
  readonly dnsNames: readonly string[];
  /** True when the other checks found the certificate good. */
  readonly authorized: boolean;
}

/** The options of a client that `node:tls` understands by itself. */
export type NodeClientTlsOptions = Pick<
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

/** For both sides, where the caller does not say otherwise. */
export const TLS_DEFAULTS = {
  /** Older versions are deprecated (RFC 8996) and no longer allowed for mail (RFC 8314 section 4). */
  minVersion: "TLSv1.2",
  /** No mail protocol needs renegotiation, and what comes before one must not be joined to what comes after (RFC 9325 section 3.5). */
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const;
