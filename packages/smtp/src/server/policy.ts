// What the options of a server mean for a command: the answers that no handler is asked for.

import { offeredMechanisms, type SaslServerMechanism } from "@mailwire/sasl";
import type { AuthCommand, Command, MailCommand, RcptCommand } from "../codec/command.ts";
import { domainOf, type ForwardPath, type ReversePath } from "../codec/path.ts";
import { receivedParameters } from "../codec/received-parameters.ts";
import { type Reply, reply } from "../codec/reply.ts";
import { type Offer, Offers } from "./offer.ts";
import type { SmtpPeer, SmtpServerOptions } from "./options.ts";
import * as replies from "./replies.ts";

/** Commands that `requireTls` lets pass, RFC 3207 section 4. */
const BEFORE_TLS: ReadonlySet<string> = new Set(["HELO", "EHLO", "LHLO", "NOOP", "RSET", "HELP", "QUIT", "STARTTLS"]);

/** What a server refuses and offers because of its options, on one connection. */
export class Policy {
  readonly #options: SmtpServerOptions;
  readonly #offers: Offers;
  readonly #canUpgrade: boolean;

  /** `canUpgrade`: whether the transport can do TLS. */
  constructor(options: SmtpServerOptions, canUpgrade: boolean) {
    this.#options = options;
    this.#offers = Offers.of(options);
    this.#canUpgrade = canUpgrade;
  }

  /** The reply that refuses `command`, or nothing. */
  refusalOf(command: Command, peer: SmtpPeer): Reply | undefined {
    const { requireTls, requireAuth } = this.#options;
    if (requireTls === true && !peer.info.secure && !BEFORE_TLS.has(command.verb)) return replies.TLS_REQUIRED;
    switch (command.verb) {
      case "STARTTLS":
        return this.#mayUpgrade ? undefined : replies.NOT_IMPLEMENTED;
      case "AUTH":
        return this.#refusalOfAuth(command, peer);
      case "MAIL":
        if (requireAuth === true && peer.identity === undefined) return replies.AUTH_REQUIRED;
        return this.#refusalOfMail(command, peer);
      case "RCPT":
        return this.#refusalOfRcpt(command, peer);
      case "BDAT":
        return this.#offer(peer).takesChunks ? undefined : replies.NOT_IMPLEMENTED;
      case "XCLIENT":
      case "XFORWARD":
        return this.#trusts(peer) ? undefined : replies.NOT_TRUSTED;
      default:
        return undefined;
    }
  }

  /** The answer to EHLO or LHLO. */
  ehloReply(peer: SmtpPeer): Reply {
    return this.#offer(peer).ehloReply;
  }

  /** The answer to HELO. */
  heloReply(): Reply {
    return reply(250, `${this.#options.hostname} at your service`);
  }

  /** The mechanism of this name, where it is offered. */
  mechanism(name: string, peer: SmtpPeer): SaslServerMechanism | undefined {
    return this.#mechanisms(peer).find((mechanism) => mechanism.name === name);
  }

  #offer(peer: SmtpPeer): Offer {
    return this.#offers.for({
      secure: peer.info.secure,
      mayUpgrade: this.#mayUpgrade,
      isAnonymous: peer.identity === undefined,
      isTrusted: this.#trusts(peer),
      mechanisms: this.#mechanisms(peer),
    });
  }

  get #mayUpgrade(): boolean {
    return this.#options.tls !== undefined && this.#canUpgrade;
  }

  #trusts(peer: SmtpPeer): boolean {
    return this.#options.trustsRelay?.(peer) === true;
  }

  /** The mechanisms that may be used as things stand. */
  #mechanisms(peer: SmtpPeer): readonly SaslServerMechanism[] {
    const { tls } = peer.info;
    const mayShowPasswords = this.#mayShowPasswords(peer);
    return offeredMechanisms(this.#options.mechanisms ?? [], { mayShowPasswords, ...(tls === undefined ? {} : { tls }) });
  }

  #mayShowPasswords(peer: SmtpPeer): boolean {
    return peer.info.secure || this.#options.allowPlaintextAuth === true;
  }

  #refusalOfAuth({ mechanism }: AuthCommand, peer: SmtpPeer): Reply | undefined {
    const { mechanisms = [] } = this.#options;
    if (mechanisms.length === 0) return replies.NOT_IMPLEMENTED;
    if (this.mechanism(mechanism, peer) !== undefined) return undefined;
    const needsTls = this.#mechanisms(peer).length === 0 || mechanisms.some(({ name, plaintext }) => plaintext && name === mechanism);
    return needsTls && !this.#mayShowPasswords(peer) ? replies.AUTH_NEEDS_TLS : replies.AUTH_MECHANISM_UNKNOWN;
  }

  #refusalOfMail(command: MailCommand, peer: SmtpPeer): Reply | undefined {
    const { path, parameters } = command;
    const refusal =
      this.#refusalOfDomain(path) ?? (parameters.length > 0 ? this.#offer(peer).parameters.refusalOfMail(command) : undefined);
    return refusal ?? (isAscii(path) || receivedParameters(command).known.smtputf8 === true ? undefined : replies.NEEDS_SMTPUTF8);
  }

  #refusalOfRcpt(command: RcptCommand, peer: SmtpPeer): Reply | undefined {
    const { path, parameters } = command;
    const refusal =
      this.#refusalOfDomain(path) ?? (parameters.length > 0 ? this.#offer(peer).parameters.refusalOfRcpt(command) : undefined);
    return refusal ?? (isAscii(path) || peer.envelope?.mail.smtputf8 === true ? undefined : replies.NEEDS_SMTPUTF8);
  }

  #refusalOfDomain(path: ReversePath | ForwardPath): Reply | undefined {
    if (this.#options.requireFullDomains !== true || path === "") return undefined;
    const domain = domainOf(path);
    return domain === undefined || domain.startsWith("[") || /[^.]\.[^.]/.test(domain) ? undefined : replies.NOT_QUALIFIED;
  }
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
