// CRAM-MD5, both sides (RFC 2195). Obsolete: the server must keep every password in clear, and who listens can try passwords at leisure.

import { ProtocolError, Secret, concat, decodeUtf8, utf8, withLimits } from "@mailwire/wire";
import { DEFAULT_LIMITS, decodeField, encodeField } from "./credential.ts";
import type { ClientCredentials, PasswordLimits } from "./credential.ts";
import { equalBytes } from "./equal-bytes.ts";
import { hmacMd5 } from "./md5.ts";
import type { SaslClient, SaslServer, SaslServerMechanism, SaslStep } from "./mechanism.ts";

const NAME = "CRAM-MD5";

/** Logs in by CRAM-MD5. Throws a local `ProtocolError` (`bad-credential`) for a field that is empty, ill-formed or has a NUL. */
export function cramMd5Client(credentials: ClientCredentials): SaslClient {
  const user = encodeField("user", credentials.user);
  const key = new Secret(encodeField("password", credentials.password));
  let answered = false;
  return {
    mechanism: NAME,
    start: () => Promise.resolve(null),
    next: (challenge) => {
      if (answered) return Promise.reject(new ProtocolError("remote", "sasl-unexpected-challenge", "CRAM-MD5 has one challenge"));
      answered = true;
      return Promise.resolve(concat([user, utf8(` ${digestOf(key.reveal(), challenge)}`)]));
    },
    finish: () => undefined,
  };
}

/** Gives the password of a user in clear; `undefined` when there is no such user. */
export type PasswordOf = (user: string) => Promise<Secret<string> | undefined>;

/** How CRAM-MD5 is offered. */
export interface CramMd5Options {
  /** The name of the server in its challenges; `localhost` by default. */
  readonly hostname?: string;
  /** See {@link PasswordLimits}. */
  readonly limits?: Partial<PasswordLimits>;
}

/** Offers CRAM-MD5; the identity is the name that the client gave. */
export function cramMd5Server(passwordOf: PasswordOf, { hostname = "localhost", limits }: CramMd5Options = {}): SaslServerMechanism {
  const bounds = withLimits(DEFAULT_LIMITS, limits);
  return { name: NAME, plaintext: false, start: () => new CramMd5Server(passwordOf, hostname, bounds) };
}

class CramMd5Server implements SaslServer {
  readonly mechanism = NAME;
  readonly #passwordOf: PasswordOf;
  readonly #limits: PasswordLimits;
  /** msg-id of RFC 822, never used twice. */
  readonly #challenge: Uint8Array;
  #asked = false;

  constructor(passwordOf: PasswordOf, hostname: string, limits: PasswordLimits) {
    this.#passwordOf = passwordOf;
    this.#limits = limits;
    this.#challenge = utf8(`<${crypto.getRandomValues(new Uint32Array(4)).join(".")}@${hostname}>`);
  }

  async next(response: Uint8Array | null): Promise<SaslStep> {
    if (!this.#asked && response === null) {
      this.#asked = true;
      return { type: "challenge", data: this.#challenge };
    }
    const said = this.#asked && response !== null ? decodeResponse(response, this.#limits) : undefined;
    if (said === undefined) return { type: "failure", reason: "malformed CRAM-MD5 response" };
    const { user, digest } = said;
    const password = await this.#passwordOf(user);
    // An unknown user takes the same time as a known one.
    const expected = digestOf(utf8(password?.reveal() ?? ""), this.#challenge);
    const isRight = equalBytes(utf8(expected), utf8(digest)) && password !== undefined;
    return isRight ? { type: "success", identity: user } : { type: "failure", reason: "credentials refused" };
  }
}

function digestOf(password: Uint8Array, challenge: Uint8Array): string {
  return Array.from(hmacMd5(password, challenge), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * RFC 2195 section 2: the user, a space, the digest in 32 lower-case hexadecimal digits; `undefined` for anything else. The user may
 * have spaces.
 */
function decodeResponse(response: Uint8Array, limits: PasswordLimits): { readonly user: string; readonly digest: string } | undefined {
  const space = response.lastIndexOf(0x20);
  const user = space < 0 ? undefined : decodeField(response.subarray(0, space), limits);
  const digest = decodeUtf8(response.subarray(space + 1));
  return user === undefined || digest === undefined || !/^[0-9a-f]{32}$/.test(digest) ? undefined : { user, digest };
}
