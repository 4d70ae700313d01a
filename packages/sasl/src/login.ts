// LOGIN, both sides (draft-murchison-sasl-login-00): obsolete, the password in clear, still the only one of some old peers.

import { ProtocolError, Secret, utf8, withLimits } from "@mailwire/wire";
import { DEFAULT_LIMITS, decodeField, encodeField } from "./credential.ts";
import type { ClientCredentials, PasswordLimits } from "./credential.ts";
import type { SaslClient, SaslServer, SaslServerMechanism, SaslStep, VerifyPassword } from "./mechanism.ts";

const NAME = "LOGIN";

// Not the draft's own words: Outlook knows only these.
const USER_CHALLENGE = utf8("Username:");
const PASSWORD_CHALLENGE = utf8("Password:");

/**
 * Logs in by LOGIN: waits for a challenge, says the user, waits, says the password, whatever the challenges read. Throws a local
 * `ProtocolError` (`bad-credential`) for a field that is empty, ill-formed or has a NUL.
 */
export function loginClient(credentials: ClientCredentials): SaslClient {
  const answers = [encodeField("user", credentials.user), encodeField("password", credentials.password)];
  return {
    mechanism: NAME,
    start: () => Promise.resolve(null),
    next: () => {
      const answer = answers.shift();
      if (answer !== undefined) return Promise.resolve(answer);
      return Promise.reject(new ProtocolError("remote", "sasl-unexpected-challenge", "LOGIN has nothing to say to a third challenge"));
    },
    finish: () => undefined,
  };
}

/** Offers LOGIN; `verify` checks each password. An initial response is taken as the user's name. */
export function loginServer(verify: VerifyPassword, options: { readonly limits?: Partial<PasswordLimits> } = {}): SaslServerMechanism {
  const limits = withLimits(DEFAULT_LIMITS, options.limits);
  return { name: NAME, plaintext: true, start: () => new LoginServer(verify, limits) };
}

class LoginServer implements SaslServer {
  readonly mechanism = NAME;
  readonly #verify: VerifyPassword;
  readonly #limits: PasswordLimits;
  #user: string | undefined;

  constructor(verify: VerifyPassword, limits: PasswordLimits) {
    this.#verify = verify;
    this.#limits = limits;
  }

  async next(response: Uint8Array | null): Promise<SaslStep> {
    if (response === null) return { type: "challenge", data: USER_CHALLENGE };
    const said = decodeField(response, this.#limits);
    if (said === undefined) return { type: "failure", reason: "malformed LOGIN response" };
    if (this.#user === undefined) {
      this.#user = said;
      return { type: "challenge", data: PASSWORD_CHALLENGE };
    }
    const identity = await this.#verify({ user: this.#user, password: new Secret(said) });
    return identity === undefined ? { type: "failure", reason: "credentials refused" } : { type: "success", identity };
  }
}
