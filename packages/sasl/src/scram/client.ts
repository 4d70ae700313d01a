// SCRAM as the client (RFC 5802 section 5): proves that it knows the password without saying it, and has the server prove the same.

import { ProtocolError, concat, encodeBase64, utf8, withLimits } from "@mailwire/wire";
import { encodeField } from "../credential.ts";
import { equalBytes } from "../equal-bytes.ts";
import type { SaslClient } from "../mechanism.ts";
import type { PlainCredentials } from "../plain.ts";
import { saslprep } from "../saslprep.ts";
import { ScramCache } from "./cache.ts";
import { digest, hmac, randomBytes, xor } from "./hash.ts";
import type { ScramVariant } from "./hash.ts";
import { clientKeyOf, serverKeyOf } from "./keys.ts";
import { DEFAULT_SCRAM_CLIENT_LIMITS } from "./limits.ts";
import type { ScramClientLimits } from "./limits.ts";
import {
  decodeServerFinal,
  decodeServerFirst,
  encodeClientFinalWithoutProof,
  encodeClientFirstBare,
  encodeHeader,
  messageText,
} from "./messages.ts";
import type { ServerFirst } from "./messages.ts";
import { preparePassword, requirePrepared } from "./prepare.ts";

/** How a client uses channel binding (RFC 5802 section 6). A wrong choice between the last two hides a downgrade. */
export type ScramBinding =
  /** The server offers the `-PLUS` form, and this is what binds the exchange to the connection: the mechanism is the `-PLUS` form. */
  | { readonly type: "used"; readonly name: string; readonly data: Uint8Array }
  /** This side has a binding, but the server does not offer the `-PLUS` form: a server that does offer it refuses then. */
  | { readonly type: "not-offered" }
  /** This side has no binding. */
  | { readonly type: "unsupported" };

/** What {@link scramClient} may be told. */
export interface ScramClientOptions {
  /** Default: unsupported. */
  readonly binding?: ScramBinding;
  /** One for all clients that log in with the same credentials spares them the slow part. */
  readonly cache?: ScramCache;
  /** Bounds of what the server may ask for. */
  readonly limits?: Partial<ScramClientLimits>;
}

/** The server ended a SCRAM exchange by saying why (`e=`). */
export class ScramServerError extends ProtocolError {
  /** What the server said: `invalid-proof`, `unknown-user` … (RFC 5802 section 7), or anything else. */
  readonly value: string;

  constructor(value: string) {
    super("remote", "scram-refused", `the server refuses: ${JSON.stringify(value)}`);
    this.value = value;
  }
}

/**
 * Logs in by SCRAM, in the `-PLUS` form where a binding is used. Throws a local `ProtocolError`: `bad-credential` for a user or a password
 * that SASLprep does not allow (and for an authorization identity that is empty, ill-formed or has NUL), `bad-binding` for a binding
 * without data or with an impossible name. `next` rejects with a {@link ScramServerError}, or a remote `ProtocolError`: `scram-malformed`,
 * `scram-nonce` (not ours), `scram-iterations` (out of bounds), `scram-signature` (the server does not know the keys).
 */
export function scramClient(variant: ScramVariant, credentials: PlainCredentials, options: ScramClientOptions = {}): SaslClient {
  return new ScramClient(variant, credentials, options, encodeBase64(randomBytes(18)));
}

type State =
  { readonly name: "start" | "first-sent" | "verified" | "failed" } | { readonly name: "final-sent"; readonly serverSignature: Uint8Array };

/** One exchange; takes the nonce, which for all but test vectors is random. */
export class ScramClient implements SaslClient {
  readonly mechanism: string;
  readonly #variant: ScramVariant;
  readonly #password: string;
  readonly #cache: ScramCache;
  readonly #limits: ScramClientLimits;
  readonly #nonce: string;
  /** The `client-first-message` is these two. */
  readonly #header: string;
  readonly #bare: string;
  readonly #bindingInput: Uint8Array;
  #state: State = { name: "start" };

  constructor(variant: ScramVariant, credentials: PlainCredentials, options: ScramClientOptions, nonce: string) {
    const { binding = { type: "unsupported" }, cache = new ScramCache() } = options;
    const { user, password, authorizationIdentity } = credentials;
    this.mechanism = binding.type === "used" ? `${variant}-PLUS` : variant;
    this.#variant = variant;
    this.#cache = cache;
    this.#limits = withLimits(DEFAULT_SCRAM_CLIENT_LIMITS, options.limits);
    this.#nonce = nonce;
    this.#password = requirePrepared("password", preparePassword(password));
    this.#bare = encodeClientFirstBare(requirePrepared("user", saslprep(user, "query")), nonce);
    if (authorizationIdentity !== undefined) encodeField("authorizationIdentity", authorizationIdentity);
    if (binding.type === "used" && (binding.data.length === 0 || !/^[A-Za-z0-9.-]+$/.test(binding.name))) {
      throw new ProtocolError("local", "bad-binding", "a channel binding has a name of letters, digits, dots and hyphens, and data");
    }
    this.#header = encodeHeader(binding, authorizationIdentity);
    this.#bindingInput = binding.type === "used" ? concat([utf8(this.#header), binding.data]) : utf8(this.#header);
  }

  start(): Promise<Uint8Array> {
    this.#state = { name: "first-sent" };
    return Promise.resolve(utf8(this.#header + this.#bare));
  }

  async next(challenge: Uint8Array): Promise<Uint8Array> {
    const state = this.#state;
    this.#state = { name: "failed" }; // until the challenge is found to be good
    const message = messageText(challenge, this.#limits.maxMessageBytes) ?? "";
    const final = decodeServerFinal(message);
    if (final?.type === "error") throw new ScramServerError(final.value);
    switch (state.name) {
      case "first-sent":
        return this.#prove(message);
      case "final-sent":
        if (final === undefined) throw malformed("server-final-message");
        if (!equalBytes(state.serverSignature, final.signature)) throw remote("scram-signature", "the server does not have the keys");
        this.#state = { name: "verified" };
        return new Uint8Array();
      case "start":
        throw new ProtocolError("local", "illegal-now", "start() comes before next()");
      case "verified":
      case "failed":
        throw remote("sasl-unexpected-challenge", "SCRAM has nothing to say to this challenge");
    }
  }

  finish(): void {
    if (this.#state.name !== "verified") throw remote("sasl-unfinished", "the server did not prove that it has the keys of the password");
  }

  /** Answers the `server-first-message` with the `client-final-message`. */
  async #prove(serverFirst: string): Promise<Uint8Array> {
    const { nonce, salt, iterations } = this.#checked(decodeServerFirst(serverFirst));
    const salted = await this.#cache.saltedPassword(this.#variant, this.#password, salt, iterations);
    const clientKey = await clientKeyOf(this.#variant, salted);
    const withoutProof = encodeClientFinalWithoutProof(this.#bindingInput, nonce);
    const authMessage = `${this.#bare},${serverFirst},${withoutProof}`;
    const clientSignature = await hmac(this.#variant, await digest(this.#variant, clientKey), authMessage);
    const serverSignature = await hmac(this.#variant, await serverKeyOf(this.#variant, salted), authMessage);
    this.#state = { name: "final-sent", serverSignature };
    return utf8(`${withoutProof},p=${encodeBase64(xor(clientKey, clientSignature))}`);
  }

  #checked(first: ServerFirst | undefined): ServerFirst {
    if (first === undefined) throw malformed("server-first-message");
    if (!first.nonce.startsWith(this.#nonce) || first.nonce === this.#nonce) {
      throw remote("scram-nonce", "the server's nonce does not continue this side's");
    }
    const { minIterations, maxIterations } = this.#limits;
    if (first.iterations < minIterations || first.iterations > maxIterations) {
      const bounds = `${minIterations} to ${maxIterations}`;
      throw remote("scram-iterations", `the server asks for ${first.iterations} iterations; ${bounds} are allowed`);
    }
    return first;
  }
}

function malformed(what: string): ProtocolError {
  return remote("scram-malformed", `malformed ${what}`);
}

function remote(code: string, message: string): ProtocolError {
  return new ProtocolError("remote", code, message);
}
