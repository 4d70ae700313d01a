// PLAIN, both sides (RFC 4616): the password in clear, in one message. Only for secure connections.

import { ProtocolError, Secret, concat, withLimits } from "@mailwire/wire";
import { DEFAULT_LIMITS, decodeField, encodeField } from "./credential.ts";
import type { ClientCredentials, PasswordLimits } from "./credential.ts";
import type { PasswordCredentials, SaslClient, SaslServer, SaslServerMechanism, SaslStep, VerifyPassword } from "./mechanism.ts";

/** What a PLAIN client logs in with. */
export interface PlainCredentials extends ClientCredentials {
  /** Whom to act as, where that is somebody else. */
  readonly authorizationIdentity?: string;
}

const NAME = "PLAIN";
const NUL = new Uint8Array(1);
const NOTHING = new Uint8Array();

/** Logs in by PLAIN. Throws a local `ProtocolError` (`bad-credential`) for a field that is empty, ill-formed or has a NUL. */
export function plainClient(credentials: PlainCredentials): SaslClient {
  const { user, password, authorizationIdentity } = credentials;
  const message = concat([
    authorizationIdentity === undefined ? NOTHING : encodeField("authorizationIdentity", authorizationIdentity),
    NUL,
    encodeField("user", user),
    NUL,
    encodeField("password", password),
  ]);
  return {
    mechanism: NAME,
    start: () => Promise.resolve(message),
    next: () => Promise.reject(new ProtocolError("remote", "sasl-unexpected-challenge", "PLAIN has nothing to say to a challenge")),
    finish: () => undefined,
  };
}

/** Offers PLAIN; `verify` checks each password. */
export function plainServer(verify: VerifyPassword, options: { readonly limits?: Partial<PasswordLimits> } = {}): SaslServerMechanism {
  const limits = withLimits(DEFAULT_LIMITS, options.limits);
  return { name: NAME, plaintext: true, start: () => new PlainServer(verify, limits) };
}

class PlainServer implements SaslServer {
  readonly mechanism = NAME;
  readonly #verify: VerifyPassword;
  readonly #limits: PasswordLimits;

  constructor(verify: VerifyPassword, limits: PasswordLimits) {
    this.#verify = verify;
    this.#limits = limits;
  }

  async next(response: Uint8Array | null): Promise<SaslStep> {
    if (response === null) return { type: "challenge", data: NOTHING };
    const credentials = decodePlain(response, this.#limits);
    if (credentials === undefined) return { type: "failure", reason: "malformed PLAIN message" };
    const identity = await this.#verify(credentials);
    return identity === undefined ? { type: "failure", reason: "credentials refused" } : { type: "success", identity };
  }
}

/** message = [authzid] UTF8NUL authcid UTF8NUL passwd; `undefined` when it is anything else. */
function decodePlain(message: Uint8Array, limits: PasswordLimits): PasswordCredentials | undefined {
  const first = message.indexOf(0);
  const second = first < 0 ? -1 : message.indexOf(0, first + 1);
  if (second < 0) return undefined;
  const user = decodeField(message.subarray(first + 1, second), limits);
  const password = decodeField(message.subarray(second + 1), limits);
  if (user === undefined || password === undefined) return undefined;
  if (first === 0) return { user, password: new Secret(password) };
  const authorizationIdentity = decodeField(message.subarray(0, first), limits);
  return authorizationIdentity === undefined ? undefined : { user, password: new Secret(password), authorizationIdentity };
}
