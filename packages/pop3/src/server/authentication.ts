// Who the client is: USER and PASS, APOP (RFC 1939), AUTH (RFC 5034), on the server's side, up to an identity.

import { equalBytes, offeredMechanisms, plainServer, startExchange } from "@mailwire/sasl";
import type { SaslServer, SaslServerMechanism } from "@mailwire/sasl";
import { Secret, utf8 } from "@mailwire/wire";
import type { TransportInfo } from "@mailwire/wire";
import { apopDigest } from "../codec/apop.ts";
import type { Command } from "../codec/command.ts";
import { err, ok } from "../codec/reply.ts";
import type { Reply } from "../codec/reply.ts";
import type { Pop3ServerOptions } from "./options.ts";

/** What a step of authentication comes to. */
export type AuthOutcome =
  | { readonly type: "reply"; readonly reply: Reply }
  | { readonly type: "challenge"; readonly data: Uint8Array }
  | { readonly type: "identity"; readonly identity: string };

/** How far the client is. */
type Progress =
  | { readonly type: "none" }
  | { readonly type: "named"; readonly user: string }
  | { readonly type: "exchange"; readonly server: SaslServer };

const NONE: Progress = { type: "none" };
const REFUSED: AuthOutcome = { type: "reply", reply: err("wrong name or password", "AUTH") };

/** The authentication of one connection. */
export class Authentication {
  readonly #options: Pop3ServerOptions;
  readonly #mechanisms: readonly SaslServerMechanism[];
  #progress: Progress = NONE;
  #timestamp: string | undefined;

  constructor(options: Pop3ServerOptions) {
    this.#options = options;
    this.#mechanisms = options.mechanisms ?? [plainServer(options.verify)];
  }

  /** The mechanisms that AUTH takes on this connection. */
  offered({ secure, tls }: TransportInfo): readonly SaslServerMechanism[] {
    const mayShowPasswords = secure || this.#options.allowPlaintextAuth === true;
    return offeredMechanisms(this.#mechanisms, { mayShowPasswords, ...(tls !== undefined && { tls }) });
  }

  /** A timestamp for the greeting; `undefined` when APOP is not offered. */
  stamp(hostname: string): string | undefined {
    if (this.#options.apopSecret !== undefined) this.#timestamp = `<${randomDigits()}@${hostname}>`;
    return this.#timestamp;
  }

  /** Begins anew inside TLS: the timestamp went over a plain way and is no good any more. */
  restart(): void {
    this.#progress = NONE;
    this.#timestamp = undefined;
  }

  /** Takes USER, PASS, APOP or AUTH. */
  async take(command: Command, info: TransportInfo): Promise<AuthOutcome> {
    const progress = this.#progress;
    this.#progress = NONE;
    switch (command.type) {
      case "user":
        this.#progress = { type: "named", user: command.name };
        return { type: "reply", reply: ok("and the password?") };
      case "pass":
        return progress.type === "named" ? this.#verify(progress.user, command.password) : REFUSED;
      case "apop":
        return this.#verifyApop(command.name, command.digest);
      case "auth":
        return this.#begin(command.mechanism, command.initialResponse?.reveal() ?? null, info);
      default:
        return { type: "reply", reply: err("not implemented") };
    }
  }

  /** Takes the response to a challenge. */
  async respond(data: Uint8Array): Promise<AuthOutcome> {
    const progress = this.#progress;
    this.#progress = NONE;
    return progress.type === "exchange" ? this.#step(progress.server, data) : REFUSED;
  }

  async #verify(user: string, password: Secret<string>): Promise<AuthOutcome> {
    const identity = await this.#options.verify({ user, password });
    return identity === undefined ? REFUSED : { type: "identity", identity };
  }

  async #verifyApop(user: string, digest: Secret<string>): Promise<AuthOutcome> {
    const { apopSecret } = this.#options;
    if (apopSecret === undefined || this.#timestamp === undefined) return { type: "reply", reply: err("APOP is not offered") };
    const secret = await apopSecret(user);
    // An unknown user takes the same time as a known one.
    const expected = apopDigest(this.#timestamp, secret ?? "");
    const equal = equalBytes(utf8(expected.reveal()), utf8(digest.reveal()));
    return equal && secret !== undefined ? { type: "identity", identity: user } : REFUSED;
  }

  async #begin(mechanism: string, initialResponse: Uint8Array | null, info: TransportInfo): Promise<AuthOutcome> {
    const offered = this.offered(info).find(({ name }) => name === mechanism);
    if (offered === undefined) return { type: "reply", reply: this.#refusalOf(mechanism, info) };
    return this.#step(startExchange(offered, info.tls === undefined ? {} : { tls: info.tls }), initialResponse);
  }

  async #step(server: SaslServer, response: Uint8Array | null): Promise<AuthOutcome> {
    const step = await server.next(response);
    if (step.type === "failure") return REFUSED;
    if (step.type === "success") return { type: "identity", identity: step.identity };
    this.#progress = { type: "exchange", server };
    return { type: "challenge", data: step.data };
  }

  /** Why a mechanism cannot be used here. */
  #refusalOf(mechanism: string, { secure }: TransportInfo): Reply {
    const needsTls = !secure && this.#mechanisms.some(({ name, plaintext }) => plaintext && name === mechanism);
    return needsTls ? err("not without TLS", "AUTH") : err("unknown mechanism");
  }
}

function randomDigits(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join(".");
}
