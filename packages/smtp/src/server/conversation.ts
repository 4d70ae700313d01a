// One conversation as the server: each command is put to the hook, to the rules, to its handler, and answered.

import type { Closure, Driver } from "@mailwire/transport";
import { ConnectionError, ProtocolError, type TransportInfo } from "@mailwire/wire";
import type { AuthCommand, Command, HelloCommand, MailCommand, RcptCommand } from "../codec/command.ts";
import { decodeMailParameters } from "../codec/mail-parameters.ts";
import type { ReceivedCommand } from "../codec/received-command.ts";
import { isPositive, type Reply, reply } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import type { ServerSession } from "../session/server-session.ts";
import type { State } from "../session/state.ts";
import { MessageBody } from "./message-body.ts";
import type { Awaitable, Envelope, RcptRequest, SmtpPeer, SmtpServerOptions } from "./options.ts";
import type { Policy } from "./policy.ts";
import * as replies from "./replies.ts";

/** What a conversation works with. */
export interface ConversationParts {
  readonly session: ServerSession;
  readonly driver: Driver<ServerEvent, ServerIntent>;
  readonly policy: Policy;
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

  get state(): State {
    return this.#parts.session.state;
  }

  /** Talks until the conversation is over; never rejects. */
  async run(): Promise<void> {
    const { driver, options } = this.#parts;
    try {
      const greeting = await this.#ask(() => options.onConnect?.(this));
      this.#reply(greeting ?? reply(220, `${options.hostname} ${options.greeting ?? "ESMTP ready"}`));
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
      else this.#reply(await this.#grant(command, hooked));
    }
  }

  /** Finds the answer to a command that may be granted, and does what it means. */
  async #grant(command: Grantable, hooked: Reply | undefined): Promise<Reply> {
    switch (command.verb) {
      case "HELO":
      case "EHLO":
        return this.#greet(command, hooked);
      case "MAIL":
        return this.#mail(command, hooked);
      case "RCPT":
        return this.#rcpt(command, hooked);
      case "RSET":
        await this.#reset();
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
    const request = { path, parameters };
    const answer = hooked ?? (await this.#ask(() => this.#parts.options.onRcpt?.(request, this))) ?? replies.RECIPIENT_OK;
    if (isPositive(answer)) this.#envelope?.recipients.push(request);
    return answer;
  }

  async #data(answer: Reply): Promise<void> {
    const { driver, options } = this.#parts;
    this.#reply(answer);
    const envelope = this.#envelope;
    if (this.state !== "data" || envelope === undefined) return;
    const body = new MessageBody(driver);
    let handled: Reply | undefined;
    try {
      handled = await options.onMessage?.(envelope, body, this);
    } catch (error) {
      // What the body throws to its reader is the client's fault, and is answered as such below.
      if (!(error instanceof ProtocolError && error.side === "remote")) this.report(error);
      handled = replies.FAILED;
    }
    const refusal = await body.finish();
    this.#envelope = undefined;
    this.#reply(refusal ?? handled ?? replies.MESSAGE_OK);
  }

  async #authenticate({ mechanism, initialResponse }: AuthCommand): Promise<void> {
    const { tls } = this.info;
    const exchange = this.#parts.policy.mechanism(mechanism)?.start(tls === undefined ? {} : { tls });
    let response = initialResponse?.reveal() ?? null;
    for (;;) {
      const said = response;
      const step = await this.#ask(() => exchange?.next(said));
      if (step === undefined || !("type" in step) || step.type === "failure") {
        this.#reply(step === undefined || "type" in step ? replies.AUTH_FAILED : step);
        return;
      }
      // What a success has to say travels as one more challenge, which the client answers with nothing (RFC 4954 section 4).
      if (step.data !== undefined) {
        response = await this.#challenge(step.data);
        if (response === null) return;
      }
      if (step.type === "success") {
        this.#reply(replies.AUTH_OK, step.identity);
        return;
      }
    }
  }

  /** Asks the client; `null` when it gave the exchange up and heard that. */
  async #challenge(data: Uint8Array): Promise<Uint8Array | null> {
    const { driver } = this.#parts;
    driver.send({ type: "auth-challenge", data });
    const event = await driver.next();
    if (event?.type === "auth-response") return event.data.reveal();
    if (event?.type !== "auth-cancel") throw new ConnectionError("eof", "the connection ended inside AUTH", { phase: "auth" });
    this.#reply(event.refusal);
    return null;
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

type Grantable = Exclude<Command, { readonly verb: "unknown" | "AUTH" | "DATA" }>;

/** What commands get for which there is no handler. */
const PLAIN_REPLIES = {
  NOOP: replies.OK,
  HELP: replies.HELP,
  VRFY: replies.CANNOT_VERIFY,
  QUIT: replies.BYE,
  STARTTLS: replies.START_TLS,
} as const;
