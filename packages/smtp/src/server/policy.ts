// What the options of a server mean for a command: the answers that no handler is asked for.

import type { SaslServerMechanism } from "@mailwire/sasl";
import type { Command, MailCommand, RcptCommand } from "../codec/command.ts";
import type { Extension } from "../codec/extensions.ts";
import { decodeMailParameters } from "../codec/mail-parameters.ts";
import type { Parameter } from "../codec/parameters.ts";
import { ehloReply } from "../codec/extensions.ts";
import { type Reply, reply } from "../codec/reply.ts";
import { DEFAULT_SERVER_LIMITS } from "../session/limits.ts";
import type { SmtpPeer, SmtpServerOptions } from "./options.ts";
import * as replies from "./replies.ts";

const DEFAULT_EXTENSIONS: readonly Extension[] = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"].map((keyword) => ({
  keyword,
  parameters: [],
}));

/** Commands that `requireTls` lets pass, RFC 3207 section 4. */
const BEFORE_TLS: ReadonlySet<string> = new Set(["HELO", "EHLO", "NOOP", "RSET", "HELP", "QUIT", "STARTTLS"]);

/** What a server refuses and offers because of its options, on one connection. */
export class Policy {
  readonly #options: SmtpServerOptions;
  readonly #extensions: readonly Extension[];
  readonly #canUpgrade: boolean;

  /** `canUpgrade`: whether the transport can do TLS. */
  constructor(options: SmtpServerOptions, canUpgrade: boolean) {
    this.#options = options;
    this.#extensions = options.extensions ?? DEFAULT_EXTENSIONS;
    this.#canUpgrade = canUpgrade;
  }

  /** The reply that refuses `command`, or nothing. */
  refusalOf(command: Command, peer: SmtpPeer): Reply | undefined {
    const { requireTls, requireAuth, tls, mechanisms = [] } = this.#options;
    if (requireTls === true && !peer.info.secure && !BEFORE_TLS.has(command.verb)) return replies.TLS_REQUIRED;
    switch (command.verb) {
      case "STARTTLS":
        return tls === undefined || !this.#canUpgrade ? replies.NOT_IMPLEMENTED : undefined;
      case "AUTH":
        if (mechanisms.length === 0) return replies.NOT_IMPLEMENTED;
        if (this.#mechanisms(peer).length === 0) return replies.AUTH_NEEDS_TLS;
        return this.mechanism(command.mechanism) === undefined ? replies.AUTH_MECHANISM_UNKNOWN : undefined;
      case "MAIL":
        if (requireAuth === true && peer.identity === undefined) return replies.AUTH_REQUIRED;
        return this.#refusalOfMail(command);
      case "RCPT":
        return this.#refusalOfRcpt(command, peer);
      default:
        return undefined;
    }
  }

  /** The answer to EHLO. */
  ehloReply(peer: SmtpPeer): Reply {
    const size = this.#options.limits?.maxMessageBytes ?? DEFAULT_SERVER_LIMITS.maxMessageBytes;
    const offered: Extension[] = [
      ...this.#extensions,
      { keyword: "SIZE", parameters: Number.isFinite(size) ? [String(Math.floor(size))] : [] },
    ];
    if (this.#options.tls !== undefined && this.#canUpgrade && !peer.info.secure) offered.push({ keyword: "STARTTLS", parameters: [] });
    const mechanisms = this.#mechanisms(peer);
    if (mechanisms.length > 0 && peer.identity === undefined) {
      offered.push({ keyword: "AUTH", parameters: mechanisms.map(({ name }) => name) });
    }
    return ehloReply(this.#options.hostname, "at your service", offered);
  }

  /** The answer to HELO. */
  heloReply(): Reply {
    return reply(250, `${this.#options.hostname} at your service`);
  }

  /** The mechanism of this name. */
  mechanism(name: string): SaslServerMechanism | undefined {
    return this.#options.mechanisms?.find((mechanism) => mechanism.name === name);
  }

  /** The mechanisms that may be used as things stand. */
  #mechanisms(peer: SmtpPeer): readonly SaslServerMechanism[] {
    const { mechanisms = [], allowPlaintextAuth } = this.#options;
    return peer.info.secure || allowPlaintextAuth === true ? mechanisms : [];
  }

  #refusalOfMail({ path, parameters }: MailCommand): Reply | undefined {
    const { known, unknown, invalid } = decodeMailParameters(parameters);
    if (invalid.length > 0) return replies.PARAMETER_INVALID;
    if (!unknown.every(this.#passes)) return replies.PARAMETER_UNKNOWN;
    if (known.body !== undefined && !this.#offers("8BITMIME")) return replies.PARAMETER_UNKNOWN;
    if (known.smtputf8 === true && !this.#offers("SMTPUTF8")) return replies.PARAMETER_UNKNOWN;
    return isAscii(path) || known.smtputf8 === true ? undefined : replies.NEEDS_SMTPUTF8;
  }

  #refusalOfRcpt({ path, parameters }: RcptCommand, { envelope }: SmtpPeer): Reply | undefined {
    if (!parameters.every(this.#passes)) return replies.PARAMETER_UNKNOWN;
    return isAscii(path) || envelope?.mail.smtputf8 === true ? undefined : replies.NEEDS_SMTPUTF8;
  }

  readonly #passes = ({ keyword }: Parameter): boolean => this.#options.parameterKeywords?.includes(keyword) === true;

  #offers(keyword: string): boolean {
    return this.#extensions.some((extension) => extension.keyword === keyword);
  }
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
