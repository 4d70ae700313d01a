// One conversation as the server: each command is put to the hook, to the rules, to its handler, and answered. What was said decides what it
// meant, for us as for the client.

import { type Closure, type Driver, type EventTaker, pause, type Split, type SplitTransport } from "@mailwire/transport";
import { ConnectionError, ProtocolError, type TransportInfo } from "@mailwire/wire";
import type { AuthCommand, Command, HelloCommand, LookupCommand, MailCommand, OnBehalfCommand, RcptCommand } from "../codec/command.ts";
import { decodeRcptParameters } from "../codec/rcpt-parameters.ts";
import { receivedParameters } from "../codec/received-parameters.ts";
import { type Reply, reply } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import type { ServerSession } from "../session/server-session.ts";
import { answerOf, type State } from "../session/state.ts";
import { Application } from "./application.ts";
import { authenticate } from "./authentication.ts";
import type { AttentiveTransport } from "./early-talk.ts";
import { type CommandEvent, MessageTaker } from "./message-taker.ts";
import { OnBehalf } from "./on-behalf.ts";
import type { Awaitable, Envelope, Intervention, RcptRequest, SmtpPeer, SmtpServerOptions } from "./options.ts";
import type { Policy } from "./policy.ts";
import * as replies from "./replies.ts";
import { isPromised, when } from "./when.ts";

/** What a conversation works with. */
export interface ConversationParts {
  readonly session: ServerSession;
  readonly driver: Driver<ServerEvent, ServerIntent>;
  readonly policy: Policy;
  /** There where early talk is to be heard. */
  readonly attentive: AttentiveTransport | undefined;
  readonly options: SmtpServerOptions;
  /** There where a hook may want answers split. */
  readonly splitting: SplitTransport | undefined;
}

/** A transaction that is open. */
interface OpenEnvelope extends Envelope {
  readonly recipients: RcptRequest[];
}

/** Runs one conversation from the greeting to its end. */
export class Conversation implements SmtpPeer, EventTaker<ServerEvent> {
  readonly #parts: ConversationParts;
  readonly #application: Application;
  /** There while a handler has a message: further chunks are its. */
  #message: MessageTaker | undefined;
  #hello: HelloCommand | undefined;
  #envelope: OpenEnvelope | undefined;
  #onBehalf = OnBehalf.none;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    this.#application = new Application(parts.options, this);
  }

  get info(): TransportInfo {
    return this.#parts.driver.info;
  }

  get hello(): HelloCommand | undefined {
    return this.#hello;
  }

  get identity(): string | undefined {
    return this.#parts.session.identity;
  }

  get envelope(): Envelope | undefined {
    return this.#envelope;
  }

  get onBehalfOf(): ReadonlyMap<string, string | undefined> {
    return this.#onBehalf.attributes;
  }

  get state(): State {
    return this.#parts.session.state;
  }

  /** Greets, and begins to listen; never rejects. Nothing waits for the end here, which may be hours away. */
  async begin(): Promise<void> {
    const { driver } = this.#parts;
    try {
      this.#reply(await this.#firstGreeting());
    } catch (error) {
      this.fail(error);
    }
    driver.runFor(this);
  }

  fail(error: unknown): void {
    // Why a connection was lost is told by `closed`; anything else is our own fault.
    if (error instanceof ConnectionError || (error instanceof ProtocolError && error.side === "remote")) return;
    this.#application.report(error);
    this.#parts.driver.abort(error);
  }

  take(event: ServerEvent): PromiseLike<unknown> | undefined {
    if (event.type === "tls") this.#forget();
    const answered = event.type === "command" ? this.#answer(event) : undefined;
    return isPromised(answered) ? answered : undefined;
  }

  done(): void {
    // The end is told by `over`.
  }

  /** The connection is over. */
  over(closure: Closure): void {
    this.#application.over(closure);
  }

  async #firstGreeting(): Promise<Reply> {
    const { options, attentive } = this.#parts;
    const early = await attentive?.talksWithin(options.greetAfterMs ?? 0);
    return early === true ? replies.EARLY_TALK : this.#greeting();
  }

  async #greeting(): Promise<Reply> {
    const { options } = this.#parts;
    const { hostname, protocol = "smtp", greeting = `${protocol === "lmtp" ? "LMTP" : "ESMTP"} ready` } = options;
    return (await this.#application.ask((handlers, peer) => handlers.onConnect?.(peer))) ?? reply(220, `${hostname} ${greeting}`);
  }

  /** RFC 3207 section 4.2: inside TLS, what was said before is not to be known any more. */
  #forget(): void {
    this.#hello = undefined;
    this.#onBehalf = OnBehalf.none;
  }

  /** Answers a command; what was said, or nothing where the command went another way. */
  #answer(event: CommandEvent): Awaitable<Reply | undefined> {
    return when(this.#beforeAnswer(), () => {
      const { options } = this.#parts;
      const hooked = options.onCommand && this.#application.ask((handlers, peer) => handlers.onCommand?.(event.received, peer));
      return when(hooked, (hooked) => (isSplit(hooked) ? this.#answerSplit(event, hooked) : this.#decide(event, hooked)));
    });
  }

  #beforeAnswer(): Awaitable<void> {
    const { session, driver, options } = this.#parts;
    const { afterErrors, ms } = options.errorDelay ?? DEFAULT_ERROR_DELAY;
    // A last chunk that was refused has ended its transaction by itself.
    const done = this.#envelope !== undefined && this.state === "ready" ? this.#reset() : undefined;
    // A client that errs again and again waits for each answer, as long as it stays.
    return session.errors > afterErrors ? when(done, () => pause(ms, driver.closed)) : done;
  }

  #decide({ received: { command }, refusal }: CommandEvent, hooked: Reply | "drop" | undefined): Awaitable<Reply | undefined> {
    if (hooked === "drop") {
      this.#parts.driver.abort();
      return undefined;
    }
    if (command.verb === "unknown") return this.#reply(hooked ?? refusal ?? replies.FAILED);
    if (command.verb === "invalid") return this.#reply(refuse(hooked, refusal ?? replies.FAILED));
    const no = refusal ?? (hooked === undefined ? this.#refusalOf(command) : undefined);
    return no === undefined ? this.#grant(command, hooked) : this.#reply(refuse(hooked, no));
  }

  /** Neither the answers before nor those behind leave split, if they belong to the same batch. */
  async #answerSplit(event: CommandEvent, { split, answer }: SplitAnswer): Promise<Reply | undefined> {
    const { splitting } = this.#parts;
    await this.#flush();
    splitting?.split(split);
    const said = await this.#decide(event, answer);
    await this.#flush();
    splitting?.split();
    return said;
  }

  async #flush(): Promise<void> {
    const { driver } = this.#parts;
    driver.send({ type: "flush" });
    await driver.flush();
  }

  #refusalOf(command: Command): Reply | undefined {
    try {
      return this.#parts.policy.refusalOf(command, this);
    } catch (error) {
      this.#application.report(error);
      return replies.FAILED;
    }
  }

  /** Answers a command that may be granted, and does what it means. */
  #grant(command: Grantable, hooked: Reply | undefined): Awaitable<Reply | undefined> {
    switch (command.verb) {
      case "HELO":
      case "EHLO":
      case "LHLO":
        return this.#greet(command, hooked);
      case "MAIL":
        return this.#mail(command, hooked);
      case "RCPT":
        return this.#rcpt(command, hooked);
      case "DATA":
        return this.#data(hooked ?? replies.GO_AHEAD);
      case "BDAT":
        return this.#bdat(hooked);
      case "RSET":
        return this.#resetting(command, hooked ?? replies.OK);
      case "AUTH":
        return hooked === undefined ? this.#authenticate(command) : this.#reply(refuse(hooked, replies.FAILED));
      case "VRFY":
      case "EXPN":
      case "ETRN":
        return this.#lookUp(command, hooked);
      case "XCLIENT":
        return this.#xclient(command, hooked);
      case "XFORWARD":
        return this.#xforward(command, hooked ?? replies.OK);
      default:
        return this.#reply(hooked ?? PLAIN_REPLIES[command.verb]);
    }
  }

  #greet(command: HelloCommand, hooked: Reply | undefined): Awaitable<Reply> {
    const { policy } = this.#parts;
    const answer = hooked ?? this.#application.ask((_, peer) => (command.verb === "HELO" ? policy.heloReply() : policy.ehloReply(peer)));
    return when(
      when(answer, (answer) => this.#resetting(command, answer)),
      (said) => {
        if (isGranted(command, said)) this.#hello = command;
        return said;
      },
    );
  }

  /** Answers a command that gives up the transaction. */
  #resetting(command: Command, answer: Reply): Awaitable<Reply> {
    const said = this.#reply(answer);
    return isGranted(command, said) ? when(this.#reset(), () => said) : said;
  }

  #lookUp(command: LookupCommand, hooked: Reply | undefined): Awaitable<Reply> {
    const answer = hooked ?? this.#application.ask((handlers, peer) => handlers.onLookup?.(command, peer));
    return when(answer, (answer) => this.#reply(answer ?? lookupReply(command)));
  }

  #mail(command: MailCommand, hooked: Reply | undefined): Awaitable<Reply> {
    const { path, parameters } = command;
    const { options } = this.#parts;
    const mail = receivedParameters(command).known;
    const request = { from: path, mail, parameters };
    const decided = hooked ?? (options.onMail && this.#application.ask((handlers, peer) => handlers.onMail?.(request, peer)));
    return when(decided, (decided) => {
      const said = this.#reply(decided ?? replies.SENDER_OK);
      if (isGranted(command, said)) this.#envelope = { from: path, mail, parameters, recipients: [] };
      return said;
    });
  }

  #rcpt(command: RcptCommand, hooked: Reply | undefined): Awaitable<Reply> {
    const { path, parameters } = command;
    const { options } = this.#parts;
    const request = { path, rcpt: decodeRcptParameters(parameters).known, parameters };
    const decided = hooked ?? (options.onRcpt && this.#application.ask((handlers, peer) => handlers.onRcpt?.(request, peer)));
    return when(decided, (decided) => {
      const said = this.#reply(decided ?? replies.RECIPIENT_OK);
      if (isGranted(command, said)) this.#envelope?.recipients.push(request);
      return said;
    });
  }

  async #data(answer: Reply): Promise<Reply> {
    const said = this.#reply(answer);
    if (this.state === "data") await this.#takeMessage();
    return said;
  }

  /** The first chunk of a message gives it to the handler; the handler's reading then brings on the next ones. */
  async #bdat(hooked: Reply | undefined): Promise<Reply | undefined> {
    if (hooked !== undefined && hooked.code >= 400) return this.#reply(hooked);
    // The hook kept the client from giving up what the handler has let go already.
    if (this.state === "chunks" && this.#message === undefined) return this.#reply(replies.GIVEN_UP);
    this.#parts.driver.send({ type: "take-chunk" });
    if (this.#message === undefined) await this.#takeMessage();
    return undefined;
  }

  async #takeMessage(): Promise<void> {
    if (this.#envelope === undefined) return;
    const { driver, options } = this.#parts;
    this.#message = new MessageTaker({
      driver,
      peer: this,
      handlers: options,
      reply: (reply) => this.#reply(reply),
      answer: (event) => this.#answer(event),
      report: (error) => this.#application.report(error),
    });
    const taken = await this.#message.takeMessage(this.#envelope);
    this.#message = undefined;
    if (taken.type === "over") this.#endTransaction();
    else if (taken.unanswered !== undefined) await this.#answer(taken.unanswered);
  }

  /** The client is someone else from now on, and has said nothing yet; unless that someone is not welcome. */
  async #xclient(command: XclientCommand, hooked: Reply | undefined): Promise<Reply> {
    const [hello, onBehalf] = [this.#hello, this.#onBehalf];
    this.#hello = undefined;
    this.#onBehalf = onBehalf.claiming(command.attributes);
    const login = command.attributes.find(({ name }) => name === "LOGIN")?.value;
    const said = this.#reply(hooked ?? (await this.#greeting()), login);
    if (!isGranted(command, said)) [this.#hello, this.#onBehalf] = [hello, onBehalf];
    return said;
  }

  #xforward(command: OnBehalfCommand, answer: Reply): Reply {
    const said = this.#reply(answer);
    if (isGranted(command, said)) this.#onBehalf = this.#onBehalf.forwarding(command.attributes);
    return said;
  }

  async #authenticate(command: AuthCommand): Promise<Reply> {
    const { driver, policy } = this.#parts;
    const ask: <T>(step: () => Awaitable<T>) => Awaitable<T | Reply> = (step) => this.#application.ask(step);
    const { reply, identity } = await authenticate({ driver, mechanism: policy.mechanism(command.mechanism, this), ask }, command);
    return this.#reply(reply, identity);
  }

  #reset(): Awaitable<void> {
    const envelope = this.#envelope;
    this.#endTransaction();
    if (envelope === undefined || this.#parts.options.onReset === undefined) return undefined;
    const told = this.#application.ask((handlers, peer) => handlers.onReset?.(envelope, peer));
    return when(told, () => undefined);
  }

  #endTransaction(): void {
    this.#envelope = undefined;
    this.#onBehalf = this.#onBehalf.betweenTransactions();
  }

  /** Answers; 451 where a handler's reply cannot be sent. What was said. */
  #reply(reply: Reply, identity?: string): Reply {
    const { driver } = this.#parts;
    try {
      driver.send(identity === undefined ? { type: "reply", reply } : { type: "reply", reply, identity });
      return reply;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#application.report(error);
      driver.send({ type: "reply", reply: replies.FAILED });
      return replies.FAILED;
    }
  }
}

/** The hook's refusal, or ours where it gives none: what cannot be granted is not granted. */
function refuse(hooked: Reply | undefined, refusal: Reply): Reply {
  return hooked !== undefined && hooked.code >= 400 ? hooked : refusal;
}

function isSplit(hooked: Intervention): hooked is SplitAnswer {
  return typeof hooked === "object" && "split" in hooked;
}

/** Whether `said` grants `command`, as the session sees it too. */
function isGranted({ verb }: Command, said: Reply): boolean {
  return answerOf(verb, said.code) === "ok";
}

type Grantable = Exclude<Command, { readonly verb: "unknown" }>;
type SplitAnswer = Extract<Intervention, { readonly split: Split }>;
type XclientCommand = Extract<OnBehalfCommand, { readonly verb: "XCLIENT" }>;

/** Postfix's smtpd_soft_error_limit and smtpd_error_sleep_time. */
const DEFAULT_ERROR_DELAY = { afterErrors: 10, ms: 1000 } as const;

/** What commands get for which there is no handler. */
const PLAIN_REPLIES = {
  NOOP: replies.OK,
  HELP: replies.HELP,
  QUIT: replies.BYE,
  STARTTLS: replies.START_TLS,
} as const;

function lookupReply({ verb }: LookupCommand): Reply {
  return verb === "VRFY" ? replies.CANNOT_VERIFY : replies.NOT_IMPLEMENTED;
}
