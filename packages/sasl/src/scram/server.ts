// SCRAM as the server (RFC 5802 section 5): knows keys, never a password, and answers unknown users as it answers a wrong password.

import { concat, encodeBase64, utf8 } from "@mailwire/wire";
import type { TlsInfo } from "@mailwire/wire";
import { equalBytes } from "../equal-bytes.ts";
import type { SaslContext, SaslServer, SaslServerMechanism, SaslStep } from "../mechanism.ts";
import { saslprep } from "../saslprep.ts";
import { ScramAccounts } from "./accounts.ts";
import type { ScramLookup, ScramServerOptions } from "./accounts.ts";
import { digest, hmac, randomBytes, xor } from "./hash.ts";
import type { ScramVariant } from "./hash.ts";
import type { ScramKeys } from "./keys.ts";
import { decodeClientFinal, decodeClientFirst, encodeServerFirst, messageText } from "./messages.ts";
import type { BindingFlag, ClientFinal } from "./messages.ts";

/**
 * Offers SCRAM, in the `-PLUS` form on connections that have a channel binding, and in the plain form. Offer both, or the first alone to
 * require channel binding: where there is a binding, the plain form refuses clients that have seen no `-PLUS` form and could have used it,
 * because somebody on the way took it from the list. Throws a local `ProtocolError` (`bad-decoy`) for a short secret or an impossible count.
 */
export function scramServer(
  variant: ScramVariant,
  lookup: ScramLookup,
  options: ScramServerOptions = {},
): readonly [plus: SaslServerMechanism, plain: SaslServerMechanism] {
  const accounts = new ScramAccounts(variant, lookup, options);
  const mechanism = (name: string): SaslServerMechanism => ({
    name,
    plaintext: false,
    start: ({ tls }) => new ScramServer(name, accounts, tls, encodeBase64(randomBytes(18))),
  });
  return [{ ...mechanism(`${variant}-PLUS`), offeredOn: hasBinding }, mechanism(variant)];
}

function hasBinding({ tls }: SaslContext): boolean {
  return tls !== undefined && tls.channelBindings.length > 0;
}

type State =
  | { readonly name: "start" | "over" }
  | {
      readonly name: "first-answered";
      readonly user: string;
      readonly authorizationIdentity: string | undefined;
      readonly keys: ScramKeys;
      /** What the client must say again: this side's whole nonce, and the header with the channel binding. */
      readonly nonce: string;
      readonly bindingInput: Uint8Array;
      /** The first messages, as they are hashed. */
      readonly firsts: string;
    };

/** One exchange; takes its part of the nonce, which for all but test vectors is random. */
export class ScramServer implements SaslServer {
  readonly mechanism: string;
  readonly #accounts: ScramAccounts;
  readonly #tls: TlsInfo | undefined;
  readonly #nonce: string;
  #state: State = { name: "start" };

  constructor(mechanism: string, accounts: ScramAccounts, tls: TlsInfo | undefined, nonce: string) {
    this.mechanism = mechanism;
    this.#accounts = accounts;
    this.#tls = tls;
    this.#nonce = nonce;
  }

  async next(response: Uint8Array | null): Promise<SaslStep> {
    const state = this.#state;
    if (response === null && state.name === "start") return { type: "challenge", data: new Uint8Array() };
    this.#state = { name: "over" }; // until there is something to go on with
    const message = messageText(response ?? new Uint8Array(), this.#accounts.limits.maxMessageBytes);
    if (message === undefined) return failure("a SCRAM message that is too long or not UTF-8");
    switch (state.name) {
      case "start":
        return this.#answerFirst(message);
      case "first-answered":
        return this.#answerFinal(state, message);
      case "over":
        return failure("the SCRAM exchange is over");
    }
  }

  async #answerFirst(message: string): Promise<SaslStep> {
    const first = decodeClientFirst(message);
    if (first === undefined) return failure("malformed client-first-message");
    const binding = await this.#binding(first.flag);
    if (typeof binding === "string") return failure(binding);
    const user = saslprep(first.user, "query");
    if (user === undefined || user === "") return failure("a user's name that SASLprep does not allow");
    const keys = await this.#accounts.keysOf(user);
    const nonce = first.nonce + this.#nonce;
    const serverFirst = encodeServerFirst({ nonce, salt: keys.salt, iterations: keys.iterations });
    const bindingInput = concat([utf8(first.header), binding]);
    const { authorizationIdentity } = first;
    this.#state = {
      name: "first-answered",
      user,
      authorizationIdentity,
      keys,
      nonce,
      bindingInput,
      firsts: `${first.bare},${serverFirst}`,
    };
    return { type: "challenge", data: utf8(serverFirst) };
  }

  /** What binds the exchange to the connection, nothing in the plain form; or why the client's choice is refused (RFC 5802 section 6). */
  async #binding(flag: BindingFlag): Promise<Uint8Array | string> {
    const isBound = this.mechanism !== this.#accounts.variant;
    if (isBound !== (flag.type === "used")) return "the client's channel binding flag is not that of the mechanism";
    if (flag.type === "unsupported") return new Uint8Array();
    const offered = this.#tls?.channelBindings ?? [];
    if (flag.type === "not-offered") {
      return offered.length > 0 ? "downgrade: the client believes that there is no channel binding here" : new Uint8Array();
    }
    const type = offered.find((name) => name === flag.name);
    const data = type === undefined ? undefined : await this.#tls?.channelBinding(type);
    return data ?? "a channel binding that is not to be had here";
  }

  async #answerFinal(state: State & { readonly name: "first-answered" }, message: string): Promise<SaslStep> {
    const { user, authorizationIdentity, keys, nonce, bindingInput, firsts } = state;
    const final = decodeClientFinal(message);
    if (final === undefined) return failure("malformed client-final-message");
    if (final.nonce !== nonce) return failure("not this exchange's nonce");
    if (!equalBytes(bindingInput, final.bindingInput)) return failure("the channel bindings do not match");
    const authMessage = `${firsts},${final.withoutProof}`;
    if (!(await isProven(keys, authMessage, final))) return failure("credentials refused");
    const identity = await this.#accounts.authorize({ user, ...(authorizationIdentity !== undefined && { authorizationIdentity }) });
    if (identity === undefined) return failure("the user may not act as that identity");
    const signature = await hmac(keys.variant, keys.serverKey, authMessage);
    return { type: "success", identity, data: utf8(`v=${encodeBase64(signature)}`) };
  }
}

/** ClientKey := ClientProof XOR ClientSignature, and its hash must be the stored key. */
async function isProven({ variant, storedKey }: ScramKeys, authMessage: string, { proof }: ClientFinal): Promise<boolean> {
  const clientSignature = await hmac(variant, storedKey, authMessage);
  const clientKey = xor(proof, clientSignature);
  return equalBytes(storedKey, await digest(variant, clientKey));
}

function failure(reason: string): SaslStep {
  return { type: "failure", reason };
}
