// EXTERNAL, both sides (RFC 4422 appendix A): who the client is shows outside SASL, by its TLS certificate; it says at most whom to act as.

import { ProtocolError, withLimits } from "@mailwire/wire";
import { DEFAULT_LIMITS, decodeField, encodeField } from "./credential.ts";
import type { PasswordLimits } from "./credential.ts";
import type { SaslClient, SaslContext, SaslServerMechanism, SaslStep } from "./mechanism.ts";

const NAME = "EXTERNAL";
const NOTHING = new Uint8Array();

/** What an EXTERNAL client says. */
export interface ExternalCredentials {
  /** Whom to act as; absent when the server is to take that from the certificate. */
  readonly authorizationIdentity?: string;
}

/** Logs in as whom the client's certificate shows. Throws a local `ProtocolError` (`bad-credential`) for an ill-formed identity. */
export function externalClient({ authorizationIdentity }: ExternalCredentials = {}): SaslClient {
  const message = authorizationIdentity === undefined ? NOTHING : encodeField("authorizationIdentity", authorizationIdentity);
  return {
    mechanism: NAME,
    start: () => Promise.resolve(message),
    next: () => Promise.reject(new ProtocolError("remote", "sasl-unexpected-challenge", "EXTERNAL has nothing to say to a challenge")),
    finish: () => undefined,
  };
}

/** What a client shows of itself, and what it says. */
export interface ExternalRequest {
  /** The client's certificate, DER. It was checked against the authorities that the server trusts. */
  readonly certificate: Uint8Array;
  /** Whom to act as; absent when the client leaves that to the server. */
  readonly authorizationIdentity?: string;
}

/** Resolves to the identity that a certificate stands for, or to `undefined` to refuse it or the `authorizationIdentity`. */
export type VerifyExternal = (request: ExternalRequest) => Promise<string | undefined>;

/** Offers EXTERNAL to clients that showed a good certificate in the TLS handshake (the server must ask for one: `requestCert`). */
export function externalServer(verify: VerifyExternal, options: { readonly limits?: Partial<PasswordLimits> } = {}): SaslServerMechanism {
  const limits = withLimits(DEFAULT_LIMITS, options.limits);
  return {
    name: NAME,
    plaintext: false,
    offeredOn: (context) => certificateOf(context) !== undefined,
    start: (context) => ({
      mechanism: NAME,
      next: async (response): Promise<SaslStep> => {
        if (response === null) return { type: "challenge", data: NOTHING };
        const certificate = certificateOf(context);
        if (certificate === undefined) return { type: "failure", reason: "there is no client certificate that was found good" };
        const authorizationIdentity = decodeField(response, limits);
        if (authorizationIdentity === undefined && response.length > 0) return { type: "failure", reason: "malformed EXTERNAL message" };
        const identity = await verify({ certificate, ...(authorizationIdentity !== undefined && { authorizationIdentity }) });
        return identity === undefined ? { type: "failure", reason: "certificate refused" } : { type: "success", identity };
      },
    }),
  };
}

function certificateOf({ tls }: SaslContext): Uint8Array | undefined {
  return tls?.authorized === true ? tls.peerCertificate : undefined;
}
