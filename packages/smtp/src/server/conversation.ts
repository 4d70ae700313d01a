// One conversation as the server: each command is put to the hook, to the rules, to its handler, and answered.

import type { Closure, Driver } from "@mailwire/transport";
import { ConnectionError, ProtocolError, type TransportInfo } from "@mailwire/wire";
import type { AuthCommand, Command, HelloCommand, LookupCommand, MailCommand, OnBehalfCommand, RcptCommand } from "../codec/command.ts";
import { decodeMailParameters } from "../codec/mail-parameters.ts";
import { decodeRcptParameters } from "../codec/rcpt-parameters.ts";
import type { ReceivedCommand } from "../codec/received-command.ts";
import { isPositive, type Reply, reply } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import type { ServerSession } from "../session/server-session.ts";
import type { State } from "../session/state.ts";
import { authenticate } from "./authentication.ts";
import type { AttentiveTransport } from "./early-talk.ts";
import { MessageBody, type MessageEnd, type MessageSource } from "./message-body.ts";
import type { Awaitable, Envelope, RcptRequest, SmtpPeer, SmtpServerOptions } from "./options.ts";
import type { Policy } from "./policy.ts";
import * as replies from "./replies.ts";

/** What a conversation works with. */
export interface ConversationParts {
  readonly session: ServerSession;
  readonly driver: Driver<ServerEvent, ServerIntent>;
  readonly policy: Policy;
  readonly transport: AttentiveTransport;
  readonly options: SmtpServerOptions;
}

/** A transaction that is open. */
interface OpenEnvelope extends Envelope {
  readonly recipients: RcptRequest[];
}

/** Runs one conversation from the greeting to its end. */
export class Conversation implements SmtpPeer {
  readonly #parts: ConversationParts;
  #hello: HelloCommand | undefined;
  #envelope: OpenEnvelope | undefined;
  readonly #onBehalfOf = new Map<string, string | undefined>();
  /** `chunks` while a handler takes a message that comes by BDAT. */
  #taking: "nothing" | "chunks" = "nothing";
  /** The command that gave such a message up, to be answered when its handler is done. */
  #unanswered: CommandEvent | undefined;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
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
    return this.#onBehalfOf;
  }

  get state(): State {
    return this.#parts.session.state;
  }

  /** Talks until the conversation is over; never rejects. */
  async run(): Promise<void> {
    const { driver } = this.#parts;
    try {
      this.#reply(await this.#greeting());
      for (let event = await driver.next(); event !== null; event = await driver.next()) await this.#take(event);
    } catch (error) {
      // Why a connection was lost is told by `closed`; anything else is our own fault.
      if (!(error instanceof ConnectionError) && !(error instanceof ProtocolError && error.side === "remote")) {
        this.report(error);
        driver.abort(error);
      }
    }
  }

  /** Tells the application of an error; never throws. */
  report(error: unknown): void {
    try {
      this.#parts.options.onError?.(error, this);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Tells the application that the connection is over; never throws. */
  over(closure: Closure): void {
    try {
      this.#parts.options.onClose?.(closure, this);
    } catch (error) {
      this.report(error);
    }
  }

  async #greeting(): Promise<Reply> {
    const { options, transport } = this.#parts;
    const { hostname, protocol = "smtp", greeting = `${protocol === "lmtp" ? "LMTP" : "ESMTP"} ready`, greetAfterMs } = options;
    if (greetAfterMs !== undefined && (await transport.talksWithin(greetAfterMs))) return replies.EARLY_TALK;
    return (await this.#ask(() => options.onConnect?.(this))) ?? reply(220, `${hostname} ${greeting}`);
  }

  async #take(event: ServerEvent): Promise<void> {
    if (event.type === "command") await this.#answer(event.received, event.refusal);
    else if (event.type === "tls") {
      this.#hello = undefined;
      await this.#reset();
    }
  }

  async #answer(received: ReceivedCommand, refusal: Reply | undefined): Promise<void> {
    const { driver, policy, options } = this.#parts;
    const { command } = received;
    await this.#slowDown();
    const hooked = await this.#ask(() => options.onCommand?.(received, this));
    if (hooked === "drop") driver.abort();
    else if (command.verb === "invalid") this.#reply(refuse(hooked, refusal ?? replies.FAILED));
    else if (command.verb === "unknown") this.#reply(hooked ?? refusal ?? replies.FAILED);
    else {
      const no = refusal ?? (hooked === undefined ? policy.refusalOf(command, this) : undefined);
      if (no !== undefined) this.#reply(refuse(hooked, no));
      else if (command.verb === "AUTH" && hooked === undefined) await this.#authenticate(command);
      else if (command.verb === "AUTH") this.#reply(refuse(hooked, replies.FAILED));
      else if (command.verb === "DATA") await this.#data(hooked ?? replies.GO_AHEAD);
      else if (command.verb === "BDAT") await this.#bdat(hooked);
      else if (command.verb === "XCLIENT") await this.#xclient(command, hooked);
      else this.#reply(await this.#grant(command, hooked));
    }
  }

  /** Finds the answer to a command that may be granted, and does what it means. */
  async #grant(command: Grantable, hooked: Reply | undefined): Promise<Reply> {
    switch (command.verb) {
      case "HELO":
      case "EHLO":
      case "LHLO":
        return this.#greet(command, hooked);
      case "MAIL":
        return this.#mail(command, hooked);
      case "RCPT":
        return this.#rcpt(command, hooked);
      case "RSET":
        await this.#reset();
        return hooked ?? replies.OK;
      case "VRFY":
      case "EXPN":
      case "ETRN":
        return hooked ?? (await this.#ask(() => this.#parts.options.onLookup?.(command, this))) ?? lookupReply(command);
      case "XFORWARD":
        for (const { name, value } of command.attributes) this.#onBehalfOf.set(name, value);
        return hooked ?? replies.OK;
      default:
        return hooked ?? PLAIN_REPLIES[command.verb];
    }
  }

  async #greet(command: HelloCommand, hooked: Reply | undefined): Promise<Reply> {
    const { policy } = this.#parts;
    const answer = hooked ?? (command.verb === "HELO" ? policy.heloReply() : policy.ehloReply(this));
    if (isPositive(answer)) {
      this.#hello = command;
      await this.#reset();
    }
    return answer;
  }

  async #mail({ path, parameters }: MailCommand, hooked: Reply | undefined): Promise<Reply> {
    const request = { from: path, mail: decodeMailParameters(parameters).known, parameters };
    const answer = hooked ?? (await this.#ask(() => this.#parts.options.onMail?.(request, this))) ?? replies.SENDER_OK;
    if (isPositive(answer)) this.#envelope = { ...request, recipients: [] };
    return answer;
  }

  async #rcpt({ path, parameters }: RcptCommand, hooked: Reply | undefined): Promise<Reply> {
    const request = { path, rcpt: decodeRcptParameters(parameters).known, parameters };
    const answer = hooked ?? (await this.#ask(() => this.#parts.options.onRcpt?.(request, this))) ?? replies.RECIPIENT_OK;
    if (isPositive(answer)) this.#envelope?.recipients.push(request);
    return answer;
  }

  async #data(answer: Reply): Promise<void> {
    const { driver } = this.#parts;
    this.#reply(answer);
    if (this.state !== "data") return;
    await this.#takeMessage(async () => {
      const event = await driver.next();
      return event === null || event.type === "data" || event.type === "end-of-data" ? event : { type: "given-up" };
    });
  }

  /** The first chunk of a message gives it to the handler; the handler's reading then brings on the next ones. */
  async #bdat(hooked: Reply | undefined): Promise<void> {
    if (hooked !== undefined && hooked.code >= 400) {
      this.#reply(hooked);
      return;
    }
    this.#parts.driver.send({ type: "take-chunk" });
    if (this.#taking === "chunks") return;
    this.#taking = "chunks";
    await this.#takeMessage(() => this.#nextOfChunks());
    this.#taking = "nothing";
    const unanswered = this.#unanswered;
    this.#unanswered = undefined;
    if (unanswered !== undefined) await this.#answer(unanswered.received, unanswered.refusal);
  }

  async #nextOfChunks(): ReturnType<MessageSource> {
    const { driver } = this.#parts;
    for (let event = await driver.next(); event !== null; event = await driver.next()) {
      if (event.type === "data" || event.type === "end-of-data") return event;
      if (event.type === "end-of-chunk") this.#reply(event.refusal ?? replies.CHUNK_OK);
      else if (event.type === "command") {
        if (this.state !== "chunks" || ABANDONING.has(event.received.command.verb)) {
          this.#unanswered = event;
          return { type: "given-up" };
        }
        await this.#answer(event.received, event.refusal);
      }
    }
    return null;
  }

  async #takeMessage(source: MessageSource): Promise<void> {
    const { options } = this.#parts;
    const envelope = this.#envelope;
    if (envelope === undefined) return;
    const body = new MessageBody(source);
    let handled: Reply | readonly Reply[] | undefined;
    try {
      handled = await options.onMessage?.(envelope, body, this);
    } catch (error) {
      // What the body throws to its reader is the client's fault, and is answered as such below.
      if (!(error instanceof ProtocolError && error.side === "remote")) this.report(error);
      handled = replies.FAILED;
    }
    const end = await body.finish();
    if (end.type === "given-up") return;
    this.#envelope = undefined;
    this.#answerMessage(end, handled);
  }

  /** Once in SMTP, once for each recipient in LMTP. */
  #answerMessage(
    { recipients, refusal }: Exclude<MessageEnd, { readonly type: "given-up" }>,
    handled: Reply | readonly Reply[] | undefined,
  ): void {
    for (let at = 0; at < recipients; at += 1) {
      const own = isList(handled) ? (handled[at] ?? replies.FAILED) : (handled ?? replies.MESSAGE_OK);
      this.#reply(refusal ?? own);
    }
  }

  /** The client is someone else from now on, and has said nothing yet. */
  async #xclient({ attributes }: Extract<OnBehalfCommand, { readonly verb: "XCLIENT" }>, hooked: Reply | undefined): Promise<void> {
    if (hooked !== undefined && hooked.code >= 400) {
      this.#reply(hooked);
      return;
    }
    for (const { name, value } of attributes) this.#onBehalfOf.set(name, value);
    this.#hello = undefined;
    await this.#reset();
    const greeting = await this.#greeting();
    const login = attributes.find(({ name }) => name === "LOGIN")?.value;
    this.#reply(greeting, greeting.code === 220 ? login : undefined);
  }

  async #authenticate(command: AuthCommand): Promise<void> {
    const { driver, policy } = this.#parts;
    const ask: <T>(step: () => Awaitable<T>) => Promise<T | Reply> = (step) => this.#ask(step);
    const { reply, identity } = await authenticate({ driver, mechanism: policy.mechanism(command.mechanism), ask }, command);
    this.#reply(reply, identity);
  }

  /** A client that errs again and again waits for each answer, as long as it stays. */
  async #slowDown(): Promise<void> {
    const { session, driver, options } = this.#parts;
    const { afterErrors, ms } = options.errorDelay ?? DEFAULT_ERROR_DELAY;
    if (session.errors <= afterErrors) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const pause = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([pause, driver.closed]);
    clearTimeout(timer);
  }

  async #reset(): Promise<void> {
    const envelope = this.#envelope;
    this.#envelope = undefined;
    if (envelope !== undefined) await this.#ask(() => this.#parts.options.onReset?.(envelope, this));
  }

  /** What a handler says; 451 when it fails. */
  async #ask<T>(handler: () => Awaitable<T>): Promise<T | Reply> {
    try {
      return await handler();
    } catch (error) {
      this.report(error);
      return replies.FAILED;
    }
  }

  /** Answers; 451 where a handler's reply cannot be sent. */
  #reply(reply: Reply, identity?: string): void {
    const { driver } = this.#parts;
    try {
      driver.send(identity === undefined ? { type: "reply", reply } : { type: "reply", reply, identity });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.report(error);
      driver.send({ type: "reply", reply: replies.FAILED });
    }
  }
}

/** The hook's refusal, or ours where it gives none: what cannot be granted is not granted. */
function refuse(hooked: Reply | undefined, refusal: Reply): Reply {
  return hooked !== undefined && hooked.code >= 400 ? hooked : refusal;
}

type CommandEvent = Extract<ServerEvent, { readonly type: "command" }>;
type Grantable = Exclude<Command, { readonly verb: "unknown" | "AUTH" | "DATA" | "BDAT" | "XCLIENT" }>;

/** Postfix's smtpd_soft_error_limit and smtpd_error_sleep_time. */
const DEFAULT_ERROR_DELAY = { afterErrors: 10, ms: 1000 } as const;

/** Commands that give up a message of which some chunks have come. */
const ABANDONING: ReadonlySet<string> = new Set(["RSET", "QUIT", "HELO", "EHLO", "LHLO"]);

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

function isList(handled: Reply | readonly Reply[] | undefined): handled is readonly Reply[] {
  return Array.isArray(handled);
}
