// The course of an exchange with a bearer token, on each side: one message, and when it is refused, the reason as a challenge whose answer means nothing.

import { ProtocolError, withLimits } from "@mailwire/wire";
import { readRefusal, refusalStep } from "./bearer-token.ts";
import type { TokenCredentials, TokenRefusal, TokenRefusedError, TokenServerOptions, VerifyToken } from "./bearer-token.ts";
import type { PasswordLimits } from "./credential.ts";
import type { SaslClient, SaslServer, SaslServerMechanism, SaslStep } from "./mechanism.ts";

/** A line of 12288 characters (RFC 4954 section 4) carries 9 KiB. */
const DEFAULT_TOKEN_LIMITS: PasswordLimits = { maxFieldBytes: 8192 };

/** Says `message`; answers the reason of a refusal with `dummy`. */
export function tokenClient(mechanism: string, message: Uint8Array, dummy: Uint8Array): SaslClient {
  let refusal: TokenRefusedError | undefined;
  return {
    mechanism,
    start: () => Promise.resolve(message),
    next: (challenge) => {
      if (refusal !== undefined) {
        return Promise.reject(
          new ProtocolError("remote", "sasl-unexpected-challenge", `${mechanism} has nothing to say to a second challenge`),
        );
      }
      refusal = readRefusal(challenge);
      return Promise.resolve(dummy);
    },
    finish: () => undefined,
    get refusal() {
      return refusal;
    },
  };
}

/** What a message says: credentials; `no-token` when it only asks what is needed; `undefined` when it is malformed. */
export type DecodeToken = (message: Uint8Array, limits: PasswordLimits) => TokenCredentials | "no-token" | undefined;

/** Offers a mechanism of this kind. A token in clear is as good as a password in clear. */
export function tokenServer(name: string, decode: DecodeToken, verify: VerifyToken, options: TokenServerOptions): SaslServerMechanism {
  const { refusal = { status: "invalid_token" } } = options;
  const limits = withLimits(DEFAULT_TOKEN_LIMITS, options.limits);
  const parts: TokenServerParts = {
    decode: (message) => decode(message, limits),
    check: async (credentials) => (credentials === "no-token" ? undefined : await verify(credentials)) ?? refusal,
  };
  return { name, plaintext: true, start: () => new TokenServer(name, parts) };
}

interface TokenServerParts {
  readonly decode: (message: Uint8Array) => ReturnType<DecodeToken>;
  readonly check: (credentials: TokenCredentials | "no-token") => Promise<string | TokenRefusal>;
}

class TokenServer implements SaslServer {
  readonly mechanism: string;
  readonly #parts: TokenServerParts;
  #refusal: TokenRefusal | undefined;

  constructor(mechanism: string, parts: TokenServerParts) {
    this.mechanism = mechanism;
    this.#parts = parts;
  }

  async next(response: Uint8Array | null): Promise<SaslStep> {
    if (this.#refusal !== undefined) return { type: "failure", reason: `token refused: ${this.#refusal.status}` };
    if (response === null) return { type: "challenge", data: new Uint8Array() };
    const credentials = this.#parts.decode(response);
    if (credentials === undefined) return { type: "failure", reason: `malformed ${this.mechanism} message` };
    const verdict = await this.#parts.check(credentials);
    if (typeof verdict === "string") return { type: "success", identity: verdict };
    this.#refusal = verdict;
    return refusalStep(verdict);
  }
}
