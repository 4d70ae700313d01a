// What the options of a server mean for a command: the answers that no handler is asked for.

import { offeredMechanisms, type SaslServerMechanism } from "@mailwire/sasl";
import { withLimits } from "@mailwire/wire";
import type { AuthCommand, Command, MailCommand, RcptCommand } from "../codec/command.ts";
import { type Extension, ehloReply } from "../codec/extensions.ts";
import { domainOf, type ForwardPath, type ReversePath } from "../codec/path.ts";
import { receivedParameters } from "../codec/received-parameters.ts";
import { type Reply, reply } from "../codec/reply.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../session/limits.ts";
import type { SmtpPeer, SmtpServerOptions } from "./options.ts";
import { ParameterPolicy } from "./parameter-policy.ts";
import * as replies from "./replies.ts";

const DEFAULT_EXTENSIONS: readonly Extension[] = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "CHUNKING", "LIMITS"].map(
  (keyword) => ({ keyword, parameters: [] }),
);

/** Commands that `requireTls` lets pass, RFC 3207 section 4. */
const BEFORE_TLS: ReadonlySet<string> = new Set(["HELO", "EHLO", "LHLO", "NOOP", "RSET", "HELP", "QUIT", "STARTTLS"]);

/** What is offered while a connection stands as it does. */
interface Offer {
  readonly secure: boolean;
  readonly anonymous: boolean;
  readonly trusted: boolean;
  readonly extensions: readonly Extension[];
  readonly parameters: ParameterPolicy;
}

/** What a server refuses and offers because of its options, on one connection. */
export class Policy {
  readonly #options: SmtpServerOptions;
  readonly #limits: ServerLimits;
  readonly #canUpgrade: boolean;
  #latestOffer: Offer | undefined;

  /** `canUpgrade`: whether the transport can do TLS. */
  constructor(options: SmtpServerOptions, canUpgrade: boolean) {
    this.#options = options;
    this.#limits = withLimits(DEFAULT_SERVER_LIMITS, options.limits);
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
        return this.#offer(peer).extensions.some(({ keyword }) => keyword === "CHUNKING") ? undefined : replies.NOT_IMPLEMENTED;
      case "XCLIENT":
      case "XFORWARD":
        return this.#trusts(peer) ? undefined : replies.NOT_TRUSTED;
      default:
        return undefined;
    }
  }

  /** The answer to EHLO or LHLO. */
  ehloReply(peer: SmtpPeer): Reply {
    return ehloReply(this.#options.hostname, "at your service", this.#offer(peer).extensions);
  }

  /** The answer to HELO. */
  heloReply(): Reply {
    return reply(250, `${this.#options.hostname} at your service`);
  }

  /** The mechanism of this name, where it is offered. */
  mechanism(name: string, peer: SmtpPeer): SaslServerMechanism | undefined {
    return this.#mechanisms(peer).find((mechanism) => mechanism.name === name);
  }

  /** What is offered as things stand, and the parameters that go with it. */
  #offer(peer: SmtpPeer): Offer {
    const latest = this.#latestOffer;
    const { secure } = peer.info;
    const anonymous = peer.identity === undefined;
    const trusted = this.#trusts(peer);
    if (latest !== undefined && latest.secure === secure && latest.anonymous === anonymous && latest.trusted === trusted) return latest;
    const extensions = trusted ? [...this.#offered(peer), ...ON_BEHALF] : this.#offered(peer);
    // AUTH has left the offer once it was used, but its parameter stays (RFC 4954 section 5).
    const used = this.#mechanisms(peer).length > 0 ? [{ keyword: "AUTH", parameters: [] }] : [];
    const parameters = new ParameterPolicy([...extensions, ...used], this.#options.parameterKeywords ?? []);
    this.#latestOffer = { secure, anonymous, trusted, extensions, parameters };
    return this.#latestOffer;
  }

  #offered(peer: SmtpPeer): readonly Extension[] {
    const { extensions = DEFAULT_EXTENSIONS } = this.#options;
    const { maxMessageBytes } = this.#limits;
    const offered = extensions
      // RFC 8689 section 2: REQUIRETLS is for those who came by TLS.
      .filter(({ keyword }) => keyword !== "REQUIRETLS" || peer.info.secure)
      .map((extension) => (extension.keyword === "LIMITS" && extension.parameters.length === 0 ? this.#limitsExtension : extension));
    offered.push({ keyword: "SIZE", parameters: Number.isFinite(maxMessageBytes) ? [String(Math.floor(maxMessageBytes))] : [] });
    if (this.#mayUpgrade && !peer.info.secure) offered.push({ keyword: "STARTTLS", parameters: [] });
    const mechanisms = this.#mechanisms(peer);
    if (mechanisms.length > 0 && peer.identity === undefined) {
      offered.push({ keyword: "AUTH", parameters: mechanisms.map(({ name }) => name) });
    }
    return offered;
  }

  /** RFC 9422 section 4: numbers of up to six digits. */
  get #limitsExtension(): Extension {
    const { maxMessages, maxRecipients } = this.#limits;
    const parameters = Object.entries({ MAILMAX: maxMessages, RCPTMAX: maxRecipients })
      .filter(([, limit]) => limit <= 999_999)
      .map(([name, limit]) => `${name}=${limit}`);
    return { keyword: "LIMITS", parameters };
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

/** What Postfix lets trusted relays say. */
const ON_BEHALF: readonly Extension[] = [
  { keyword: "XCLIENT", parameters: ["NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT"] },
  { keyword: "XFORWARD", parameters: ["NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"] },
];
