/**
 * A POP3 server for one connection, over any `ByteTransport`.
 * @packageDocumentation
 */
import { drive } from "@mailwire/transport";
import type { Closure, Driver, ServedConnection } from "@mailwire/transport";
import { ConnectionError } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { Authentication } from "./server/authentication.ts";
import type { AuthOutcome } from "./server/authentication.ts";
import type { Command } from "./codec/command.ts";
import type { CapabilityListing } from "./codec/listing.ts";
import { err, ok } from "./codec/reply.ts";
import type { Reply } from "./codec/reply.ts";
import { MarkedMaildrop } from "./server/maildrop.ts";
import type { Pop3Context, Pop3ServerOptions } from "./server/options.ts";
import type { ServerEvent, ServerIntent } from "./session/server-events.ts";
import { ServerSession } from "./session/server-session.ts";
import { answerTransaction } from "./server/transaction.ts";
import type { ServerAnswer } from "./server/transaction.ts";

export type { Maildrop, MaildropMessage } from "./server/maildrop.ts";
export type { Intervention, Pop3Context, Pop3ServerOptions } from "./server/options.ts";

/** Serves POP3 on one connection; it is over, and its maildrop released, when `closed` of the result resolves. */
export function servePop3(transport: ByteTransport, options: Pop3ServerOptions): ServedConnection {
  return new Pop3Connection(transport, options);
}

/** The maildrop of who is logged in. */
interface Opened {
  readonly identity: string;
  readonly maildrop: MarkedMaildrop;
}

class Pop3Connection implements ServedConnection {
  readonly closed: Promise<Closure>;
  readonly #options: Pop3ServerOptions;
  readonly #session: ServerSession;
  readonly #driver: Driver<ServerEvent, ServerIntent>;
  readonly #authentication: Authentication;
  #opened: Opened | undefined;
  /** Whether a command is being answered now; `ending` once `close` was called. */
  #stage: "listening" | "answering" | "ending" = "answering";

  constructor(transport: ByteTransport, options: Pop3ServerOptions) {
    const { tls, allowPlaintextAuth = false, bodyLineEnds = "normalize", limits, observe, signal } = options;
    this.#options = options;
    this.#authentication = new Authentication(options);
    this.#session = new ServerSession({
      secure: transport.info.secure,
      allowPlaintextAuth,
      bodyLineEnds,
      stls: tls === undefined || transport.startTls === undefined ? "absent" : "offered",
      ...(limits !== undefined && { limits }),
      ...(observe !== undefined && { observe }),
    });
    this.#driver = drive(this.#session, transport, {
      ...(tls !== undefined && { tls: { side: "server", tls } }),
      ...(signal !== undefined && { signal }),
    });
    this.closed = this.#serve();
  }

  close(): void {
    const stage = this.#stage;
    this.#stage = "ending";
    if (stage === "listening") this.#shutDown();
  }

  abort(reason?: unknown): void {
    this.#driver.abort(reason);
  }

  async #serve(): Promise<Closure> {
    try {
      this.#greet();
      for (;;) {
        if (this.#stage === "ending") this.#shutDown();
        else this.#stage = "listening";
        const event = await this.#driver.next();
        if (event === null) break;
        if (this.#stage === "listening") this.#stage = "answering";
        await this.#handle(event);
      }
    } catch (error) {
      // What the driver rejects with is told by its `closed`.
      this.#driver.abort(error);
    }
    await this.#release();
    return this.#driver.closed;
  }

  #greet(): void {
    const { hostname = "localhost" } = this.#options;
    const timestamp = this.#mayLogIn() ? this.#authentication.stamp(hostname) : undefined;
    this.#driver.send({ type: "reply", reply: ok(`${hostname} POP3 ready${timestamp === undefined ? "" : ` ${timestamp}`}`) });
  }

  /** Says a last word where that is possible, and ends. */
  #shutDown(): void {
    try {
      this.#driver.send({ type: "shutdown", reply: err("the server is shutting down", "SYS/TEMP") });
    } catch {
      void this.#driver.close();
    }
  }

  async #handle(event: ServerEvent): Promise<void> {
    try {
      switch (event.type) {
        case "command":
          await this.#command(event.command, event.refusal);
          break;
        case "auth-response":
          await this.#settle(await this.#authentication.respond(event.data.reveal()));
          break;
        case "auth-abort":
          this.#reply(event.refusal);
          break;
        case "tls":
          this.#authentication.restart();
          break;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A handler failed. Where the answer has begun already nothing can be said any more. */
  #fail(error: unknown): void {
    try {
      this.#reply(err("something went wrong here", "SYS/TEMP"));
    } catch (refused) {
      // The connection is gone, and `closed` tells: that was no handler's fault.
      if (refused instanceof ConnectionError) return;
      this.#driver.abort(error);
    }
    this.#options.onError?.(error);
  }

  async #command(command: Command, refusal: Reply | undefined): Promise<void> {
    const intervention = await this.#options.onCommand?.(command, this.#context());
    if (intervention === "drop") this.#driver.abort(new ConnectionError("aborted", "the connection was dropped by onCommand"));
    else if (intervention !== undefined) this.#reply(intervention);
    else if (refusal !== undefined) this.#reply(refusal);
    else await this.#answer(command);
  }

  async #answer(command: Command): Promise<void> {
    switch (command.type) {
      case "user":
      case "pass":
      case "apop":
      case "auth":
        await this.#settle(await this.#authentication.take(command, this.#driver.info));
        break;
      case "capa":
        await this.#send({ reply: ok("capabilities follow"), lines: this.#capabilities() });
        break;
      case "stls":
        this.#reply(ok("begin TLS"));
        break;
      case "quit":
        this.#reply(await this.#update());
        break;
      default:
        if (this.#opened === undefined) this.#reply(err("no maildrop is open", "SYS/TEMP"));
        else await this.#send(answerTransaction(command, this.#opened.maildrop));
    }
  }

  async #settle(outcome: AuthOutcome): Promise<void> {
    if (outcome.type === "challenge") this.#driver.send({ type: "auth-challenge", data: outcome.data });
    else this.#reply(outcome.type === "reply" ? outcome.reply : await this.#open(outcome.identity));
  }

  async #open(identity: string): Promise<Reply> {
    const maildrop = await this.#options.open(identity, this.#context());
    if (maildrop === "in-use") return err("the maildrop is in use", "IN-USE");
    const opened = { identity, maildrop: new MarkedMaildrop(maildrop) };
    this.#opened = opened;
    const { messages, octets } = opened.maildrop.drop;
    return ok(`${messages} messages (${octets} octets)`);
  }

  /** QUIT. The maildrop is free again before the client hears of it, who may come back at once. */
  async #update(): Promise<Reply> {
    const opened = this.#opened;
    this.#opened = undefined;
    try {
      await opened?.maildrop.update();
      return ok("bye");
    } catch (error) {
      this.#options.onError?.(error);
      return err("the messages marked as deleted were not removed", "SYS/TEMP");
    }
  }

  async #release(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    try {
      await opened?.maildrop.release();
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  *#capabilities(): Generator<CapabilityListing> {
    for (const name of ["TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING"]) yield { type: "capability", name, parameters: [] };
    if (this.#mayLogIn()) yield { type: "capability", name: "USER", parameters: [] };
    const mechanisms = this.#authentication.offered(this.#driver.info).map(({ name }) => name);
    if (mechanisms.length > 0) yield { type: "capability", name: "SASL", parameters: mechanisms };
    if (this.#session.mayStartTls) yield { type: "capability", name: "STLS", parameters: [] };
  }

  #mayLogIn(): boolean {
    return this.#session.secure || this.#options.allowPlaintextAuth === true;
  }

  #context(): Pop3Context {
    const identity = this.#opened?.identity;
    return { info: this.#driver.info, state: this.#session.state, ...(identity !== undefined && { identity }) };
  }

  #reply(reply: Reply): void {
    this.#driver.send({ type: "reply", reply });
  }

  async #send({ reply, lines, body }: ServerAnswer): Promise<void> {
    if (lines !== undefined) this.#sendLines(reply, lines);
    else if (body !== undefined) await this.#sendBody(reply, body);
    else this.#reply(reply);
  }

  #sendLines(reply: Reply, lines: NonNullable<ServerAnswer["lines"]>): void {
    this.#driver.send({ type: "reply", reply, follows: "lines" });
    for (const listing of lines) this.#driver.send({ type: "line", listing });
    this.#driver.send({ type: "end" });
  }

  /** Streams as fast as the client takes it. The reply waits for the first chunk: until then a failure can still be told. */
  async #sendBody(reply: Reply, body: NonNullable<ServerAnswer["body"]>): Promise<void> {
    let begun = false;
    for await (const chunk of body) {
      if (!begun) this.#driver.send({ type: "reply", reply, follows: "body" });
      begun = true;
      this.#driver.send({ type: "body", chunk });
      await this.#driver.flush();
    }
    if (!begun) this.#driver.send({ type: "reply", reply, follows: "body" });
    this.#driver.send({ type: "end" });
  }
}
