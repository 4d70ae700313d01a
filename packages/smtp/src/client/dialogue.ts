// Promises over a client session: what is said goes to the session, each answer to whoever waits for it.

import type { SaslExchange } from "@mailwire/sasl";
import type { Driver, EventTaker } from "@mailwire/transport";
import { ConnectionError, Secret, type TlsInfo } from "@mailwire/wire";
import type { AuthCommand, Command } from "../codec/command.ts";
import type { Extensions } from "../codec/extensions.ts";
import type { ReceivedReply } from "../codec/received-reply.ts";
import type { ClientEvent, ClientIntent } from "../session/client-events.ts";
import type { ClientSession } from "../session/client-session.ts";
import { SmtpReplyError } from "./reply-error.ts";

/** Someone who waits. */
interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers in the order in which they came, at least one. */
export type Replies = readonly [ReceivedReply, ...ReceivedReply[]];

/** Someone who waits for several answers. */
class RepliesWaiter implements Waiter<ReceivedReply> {
  readonly #count: number;
  readonly #onFirst: (() => void) | undefined;
  readonly #all: Waiter<Replies>;
  #replies: [ReceivedReply, ...ReceivedReply[]] | undefined;

  constructor(count: number, onFirst: (() => void) | undefined, all: Waiter<Replies>) {
    this.#count = count;
    this.#onFirst = onFirst;
    this.#all = all;
  }

  resolve(reply: ReceivedReply): void {
    if (this.#replies !== undefined) this.#replies.push(reply);
    else {
      this.#replies = [reply];
      this.#onFirst?.();
    }
    if (this.#replies.length === this.#count) this.#all.resolve(this.#replies);
  }

  reject(error: unknown): void {
    this.#all.reject(error);
  }
}

/** An exchange that is going on, and what went wrong in it on our side. */
interface RunningExchange {
  readonly exchange: SaslExchange;
  failure?: Error;
}

/** The dialogue of one connection. Its loop runs until the connection is over; whoever waits then gets the reason. */
export class Dialogue implements EventTaker<ClientEvent> {
  readonly #session: ClientSession;
  readonly #driver: Driver<ClientEvent, ClientIntent>;
  /** In the order of the commands, which is the order of the answers. */
  readonly #waiters: Waiter<ReceivedReply>[] = [];
  readonly #end = new AbortController();
  #tlsWaiter: Waiter<TlsInfo> | undefined;
  #running: RunningExchange | undefined;
  /** Why nothing more can be said. */
  #reason: Error | undefined;
  /** The answer that was asked for last. */
  #latest: Promise<unknown> = Promise.resolve();

  constructor(session: ClientSession, driver: Driver<ClientEvent, ClientIntent>) {
    this.#session = session;
    this.#driver = driver;
  }

  /** What the server offers. */
  get extensions(): Extensions {
    return this.#session.extensions;
  }

  /** How many recipients of the open transaction were accepted. */
  get recipients(): number {
    return this.#session.recipients;
  }

  /** False once the server said good-bye or the connection is over. */
  get isOpen(): boolean {
    return this.#reason === undefined;
  }

  /** Is aborted when the connection is over. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Begins to listen; the greeting. */
  start(): Promise<ReceivedReply> {
    const greeting = this.expectReply();
    this.#driver.runFor(this);
    return greeting;
  }

  /** Says a command; its answer, whatever it is. */
  command(command: Command): Promise<ReceivedReply> {
    try {
      this.#say({ type: "command", command });
    } catch (error) {
      return Promise.reject(asError(error));
    }
    return this.expectReply();
  }

  /** Says commands of one group (RFC 2920), at least one; the answers, whatever they are. `onFirst` is called as soon as the first has come. */
  group(commands: readonly Command[], onFirst?: () => void): Promise<Replies> {
    let said = 0;
    try {
      for (const command of commands) {
        this.#say({ type: "command", command });
        said += 1;
      }
    } catch (error) {
      // What was said before is answered all the same.
      if (said > 0) void this.expectReplies(said);
      return Promise.reject(asError(error));
    }
    return this.expectReplies(commands.length, onFirst);
  }

  /** Says a command that needs all earlier ones answered (DATA, AUTH, STARTTLS); its answer. */
  async commandAlone(command: Command): Promise<ReceivedReply> {
    while (this.#waiters.length > 0) await this.#latest;
    return this.command(command);
  }

  /** Says bytes of a message, or its end. */
  body(intent: Extract<ClientIntent, { readonly type: "data" | "end-of-data" | "chunk" }>): void {
    this.#say(intent);
  }

  /** The next answer that nobody waits for yet. It may be left alone. */
  expectReply(): Promise<ReceivedReply> {
    const reply = new Promise<ReceivedReply>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    this.#latest = reply.catch(ignore);
    return reply;
  }

  /** The next `count` answers, at least one, that nobody waits for yet. They may be left alone. */
  expectReplies(count: number, onFirst?: () => void): Promise<Replies> {
    const replies = new Promise<Replies>((resolve, reject) => {
      const waiter = new RepliesWaiter(count, onFirst, { resolve, reject });
      for (let left = count; left > 0; left -= 1) this.#waiters.push(waiter);
    });
    this.#latest = replies.catch(ignore);
    return replies;
  }

  /** Says STARTTLS and, if the answer is 220, waits for the handshake. */
  async startTls(): Promise<ReceivedReply> {
    const tls = new Promise<TlsInfo>((resolve, reject) => {
      this.#tlsWaiter = { resolve, reject };
    });
    tls.catch(() => undefined);
    const reply = await this.commandAlone({ verb: "STARTTLS" });
    if (reply.code === 220) await tls;
    return reply;
  }

  /** Says AUTH and lets `exchange` answer the challenges; the final answer. */
  async authenticate(exchange: SaslExchange): Promise<ReceivedReply> {
    const { mechanism, initialResponse } = exchange;
    const command: AuthCommand = { verb: "AUTH", mechanism, ...(initialResponse === null ? {} : { initialResponse }) };
    const running: RunningExchange = { exchange };
    this.#running = running;
    const reply = await this.commandAlone(command);
    if (running.failure !== undefined) throw running.failure;
    return reply;
  }

  done(): void {
    this.#over(new ConnectionError("closed", "the connection is over"));
  }

  fail(error: unknown): void {
    this.#over(asError(error));
  }

  take(event: ClientEvent): undefined {
    switch (event.type) {
      case "greeting":
      case "reply":
      case "message-reply":
        // Whoever hears 421 must not be able to say anything any more.
        if (event.reply.code === 421) this.#close(event.reply);
        this.#waiters.shift()?.resolve(event.reply);
        break;
      case "closing":
        this.#close(event.reply);
        break;
      case "auth-challenge":
        void this.#respond(event.data);
        break;
      case "tls":
        this.#tlsWaiter?.resolve(event.info);
        break;
      case "extensions":
    }
  }

  async #respond(challenge: Uint8Array): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    let response: ClientIntent;
    try {
      response = { type: "auth-response", data: new Secret(await running.exchange.respond(challenge)) };
    } catch (error) {
      running.failure = asError(error);
      response = { type: "auth-cancel" };
    }
    try {
      this.#say(response);
    } catch {
      // The connection is over, which whoever waits hears anyway.
    }
  }

  #say(intent: ClientIntent): void {
    if (this.#reason !== undefined) throw this.#reason;
    try {
      this.#driver.send(intent);
    } catch (error) {
      // The driver may know before the loop does, and so may the session: of a good-bye that came with what was before it.
      if (error instanceof ConnectionError) this.#reason = error;
      else if (this.#session.state === "closed") throw new ConnectionError("closed", "the server has said good-bye", { cause: error });
      throw error;
    }
  }

  #close(reply: ReceivedReply): void {
    this.#reason ??= new SmtpReplyError("connection", reply);
  }

  /** Tells all who wait. A server that said good-bye is the reason, whatever the connection's end looked like. */
  #over(error: Error): void {
    const reason = (this.#reason ??= error);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
    this.#tlsWaiter?.reject(reason);
    this.#end.abort(reason);
  }
}

function ignore(): undefined {}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
