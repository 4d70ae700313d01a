// What a served connection is told: its name, what it offers, and the handlers that decide.

import type { SaslServerMechanism } from "@mailwire/sasl";
import type { Closure, Split } from "@mailwire/transport";
import type { LineEndPolicy, Observer, TransportInfo } from "@mailwire/wire";
import type { HelloCommand, LookupCommand } from "../codec/command.ts";
import type { Extension } from "../codec/extensions.ts";
import type { MailParameters } from "../codec/mail-parameters.ts";
import type { Parameter } from "../codec/parameters.ts";
import type { ForwardPath, ReversePath } from "../codec/path.ts";
import type { RcptParameters } from "../codec/rcpt-parameters.ts";
import type { ReceivedCommand } from "../codec/received-command.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerLimits } from "../session/limits.ts";
import type { Protocol, ServerSessionOptions } from "../session/server-events.ts";
import type { State } from "../session/state.ts";
import type { MessageBody } from "./message-body.ts";

/** The sender of a message, and what MAIL says about it. */
export interface MailRequest {
  /** The sender; `""` for none. */
  readonly from: ReversePath;
  /** The parameters that are known, typed. */
  readonly mail: MailParameters;
  /** All parameters, in order, as they came. */
  readonly parameters: readonly Parameter[];
}

/** A recipient, and what RCPT says about it. */
export interface RcptRequest {
  /** The recipient; `postmaster` may come without a domain. */
  readonly path: ForwardPath;
  /** The parameters that are known, typed. */
  readonly rcpt: RcptParameters;
  /** All parameters, in order, as they came. */
  readonly parameters: readonly Parameter[];
}

/** A transaction: its sender and the recipients accepted so far. */
export interface Envelope extends MailRequest {
  /** The accepted recipients, in order. */
  readonly recipients: readonly RcptRequest[];
}

/** What is known of the client of a connection. Its members change as the conversation goes on. */
export interface SmtpPeer {
  /** Facts about the transport. */
  readonly info: TransportInfo;
  /** How the client introduced itself; `undefined` before, and again after TLS. */
  readonly hello: HelloCommand | undefined;
  /** Who the client is by AUTH. */
  readonly identity: string | undefined;
  /** The transaction that is open. */
  readonly envelope: Envelope | undefined;
  /**
   * What a trusted relay said of the client that it speaks for: attributes by name, in capitals; `undefined` for what it does not know. Those of
   * XCLIENT hold until TLS, those of XFORWARD for one transaction.
   */
  readonly onBehalfOf: ReadonlyMap<string, string | undefined>;
  /** Where the conversation stands. */
  readonly state: State;
}

/** A value now or later. */
export type Awaitable<T> = T | Promise<T>;

/** What a handler decides: a reply, or nothing for the usual positive one. */
export type HandlerReply = Awaitable<Reply | undefined>;

/**
 * What a hook does to an answer: a reply takes the place of all that would follow (of the other handlers too); `"drop"` drops the connection; `split`
 * sends what is answered, `answer` or the usual, in pieces with pauses between them (behind DATA also what is answered to the message).
 */
export type Intervention = Reply | "drop" | { readonly split: Split; readonly answer?: Reply } | undefined;

/**
 * The application's part. Each is optional and may take its time: nothing is read from the client meanwhile. One that throws makes the
 * answer 451, is reported to {@link SmtpServerHandlers.onError}, and harms nothing else.
 */
export interface SmtpServerHandlers {
  /** A client connected, or a relay said by XCLIENT for whom it speaks; a reply takes the place of the greeting (554 refuses service, 421 closes). */
  readonly onConnect?: (peer: SmtpPeer) => HandlerReply;
  /**
   * Sees each command before it is answered, and may delay that, replace the answer, split it or drop the connection. What is wrong with a command
   * (bad syntax, out of order, over a limit) cannot be granted, nor can AUTH: only another refusal is taken.
   */
  readonly onCommand?: (received: ReceivedCommand, peer: SmtpPeer) => Awaitable<Intervention>;
  /** MAIL: may this sender send? */
  readonly onMail?: (request: MailRequest, peer: SmtpPeer) => HandlerReply;
  /** RCPT: is this recipient welcome? */
  readonly onRcpt?: (request: RcptRequest, peer: SmtpPeer) => HandlerReply;
  /**
   * DATA was granted: take the message. The client hears 250 only after this resolved; what is left of the body is thrown away. The body
   * ends with an error when it is too large, given up, or the client vanished: nothing may be delivered then. In LMTP the answer may be a list,
   * one reply for each recipient of the envelope, in order; a single reply is said for all.
   */
  readonly onMessage?: (envelope: Envelope, body: MessageBody, peer: SmtpPeer) => Awaitable<Reply | readonly Reply[] | undefined>;
  /** VRFY, EXPN or ETRN; without a reply VRFY is answered 252 and the others 502. */
  readonly onLookup?: (command: LookupCommand, peer: SmtpPeer) => HandlerReply;
  /** The transaction was given up: by RSET, a new EHLO, or a last chunk that was refused. */
  readonly onReset?: (envelope: Envelope, peer: SmtpPeer) => Awaitable<void>;
  /** The connection is over. */
  readonly onClose?: (closure: Closure, peer: SmtpPeer) => void;
  /** A handler, or the verification of a credential, failed. */
  readonly onError?: (error: unknown, peer: SmtpPeer) => void;
}

/** How {@link serveSmtp} serves. */
export interface SmtpServerOptions extends SmtpServerHandlers {
  /** The name of this server, as it says it in the greeting and in the answers to HELO and EHLO. */
  readonly hostname: string;
  /** Which of the two is spoken (LMTP: RFC 2033); default `smtp`. */
  readonly protocol?: Protocol;
  /** What follows the name in the greeting; default `ESMTP ready`, or `LMTP ready`. */
  readonly greeting?: string;
  /** Milliseconds to wait with the greeting; a client that talks meanwhile is refused (554). Default: none. */
  readonly greetAfterMs?: number;
  /** See {@link ServerSessionOptions.eagerness}. */
  readonly eagerness?: ServerSessionOptions["eagerness"];
  /** Milliseconds that each answer waits once the client made more than `afterErrors` errors; default 1000 after 10, as Postfix does. */
  readonly errorDelay?: { readonly afterErrors: number; readonly ms: number };
  /**
   * Offered besides SIZE, STARTTLS, AUTH, and XCLIENT and XFORWARD; default PIPELINING, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, CHUNKING and
   * LIMITS (whose parameters are the limits). Parameters of MAIL and RCPT, and BDAT, are taken only where their extension is offered. What DSN,
   * DELIVERBY, MT-PRIORITY, FUTURERELEASE, REQUIRETLS and BINARYMIME promise is for the handlers to keep.
   */
  readonly extensions?: readonly Extension[];
  /** Keywords of MAIL and RCPT parameters that are left to the handlers; all others that are not known here are answered 555. */
  readonly parameterKeywords?: readonly string[];
  /** TLS options for the transport's upgrade; STARTTLS is offered where they are given and the transport can do it. */
  readonly tls?: unknown;
  /** Refuses all but introductions and STARTTLS outside TLS (530). */
  readonly requireTls?: boolean;
  /** The SASL mechanisms offered: wherever they can be used, but those that show a password only on secure connections. */
  readonly mechanisms?: readonly SaslServerMechanism[];
  /** Offers AUTH without TLS too: whoever sees the bytes on the way learns the credentials. */
  readonly allowPlaintextAuth?: boolean;
  /** Refuses MAIL before AUTH (530). */
  readonly requireAuth?: boolean;
  /** Refuses addresses whose domain is not fully qualified (554), as a submission server must (RFC 6409 section 4.2). */
  readonly requireFullDomains?: boolean;
  /** Which clients may speak for others by XCLIENT and XFORWARD: relays of your own. Default: none. */
  readonly trustsRelay?: (peer: SmtpPeer) => boolean;
  /** What to do with bare CR and LF in messages; default: refuse with 554 and close. */
  readonly lineEnds?: LineEndPolicy;
  /** Limits other than `DEFAULT_SERVER_LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
  /** Drops the connection when aborted. */
  readonly signal?: AbortSignal;
  /** Sees every line and body, both ways, secrets wrapped. */
  readonly observe?: Observer;
}
