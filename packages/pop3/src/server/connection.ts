// One connection from the greeting to its end: takes each event, asks the hook, has it answered.

import { SplitTransport, drive } from "@mailwire/transport";
import type { Closure, Driver, ServedConnection } from "@mailwire/transport";
import { ConnectionError } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";
import { err, hasCode, ok } from "../codec/reply.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import { ServerSession } from "../session/server-session.ts";
import type { ServerAnswer } from "./answer.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { Authentication } from "./authentication.ts";
import type { AuthOutcome } from "./authentication.ts";
import { capabilityListings } from "./capabilities.ts";
import { SpokenLanguage } from "./language.ts";
import { MarkedMaildrop } from "./maildrop.ts";
import type { Maildrop } from "./maildrop.ts";
import type { OwnAnswer, Pop3Context, Pop3ServerOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import { prepared } from "./prepared.ts";
import { answerTransaction } from "./transaction.ts";

type Said = Extract<ServerEvent, { readonly type: "command" }>;

/** The maildrop of who is logged in. */
interface Opened {
  readonly identity: string;
  readonly maildrop: MarkedMaildrop;
}

/** A connection that is being served. */
export class Pop3Connection implements ServedConnection {
  readonly closed: Promise<Closure>;
  readonly #options: Pop3ServerOptions;
  readonly #session: ServerSession;
  /** There where a hook may want answers split. */
  readonly #splitting: SplitTransport | undefined;
  readonly #driver: Driver<ServerEvent, ServerIntent>;
  readonly #writer: AnswerWriter;
  readonly #authentication: Authentication;
  readonly #language: SpokenLanguage;
  readonly #pace: Pace;
  #opened: Opened | undefined;
  /** Whether a command is being answered now; `ending` once `close` was called. */
  #stage: "listening" | "answering" | "ending" = "answering";

  constructor(transport: ByteTransport, options: Pop3ServerOptions) {
    const { tls, allowPlaintextAuth = false, bodyLineEnds = "normalize", limits, utf8, observe, signal } = options;
    this.#options = options;
    this.#authentication = new Authentication(options);
    this.#language = new SpokenLanguage(options.languages);
    this.#session = new ServerSession({
      secure: transport.info.secure,
      allowPlaintextAuth,
      bodyLineEnds,
      stls: tls === undefined || transport.startTls === undefined ? "absent" : "offered",
      ...(utf8 !== undefined && { utf8 }),
      ...(limits !== undefined && { limits }),
      ...(observe !== undefined && { observe }),
    });
    this.#splitting = options.onCommand === undefined ? undefined : new SplitTransport(transport);
    this.#driver = drive(this.#session, this.#splitting ?? transport, {
      ...(tls !== undefined && { tls: { side: "server", tls } }),
      ...(signal !== undefined && { signal }),
    });
    this.#writer = new AnswerWriter(this.#driver);
    this.#pace = new Pace(options, this.#driver.closed);
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
    this.#writer.reply(ok(`${hostname} POP3 ready${timestamp === undefined ? "" : ` ${timestamp}`}`));
  }

  /** Says a last word where that is possible, and ends. */
  #shutDown(): void {
    try {
      this.#driver.send({ type: "shutdown", reply: this.#language.say(err("the server is shutting down", "SYS/TEMP")) });
    } catch {
      void this.#driver.close();
    }
  }

  async #handle(event: ServerEvent): Promise<void> {
    try {
      switch (event.type) {
        case "command":
          await this.#command(event);
          break;
        case "auth-response":
          await this.#settle(await this.#authentication.respond(event.data.reveal()));
          break;
        case "auth-abort":
          this.#say(event.refusal);
          break;
        case "tls":
          this.#authentication.restart();
          this.#language.restart();
          break;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A handler failed. Where the answer has begun already nothing can be said any more. */
  #fail(error: unknown): void {
    try {
      this.#writer.reply(err("something went wrong here", "SYS/TEMP"));
    } catch (refused) {
      // The connection is gone, and `closed` tells: that was no handler's fault.
      if (refused instanceof ConnectionError) return;
      this.#driver.abort(error);
    }
    this.#options.onError?.(error);
  }

  async #command(said: Said): Promise<void> {
    const { command } = said;
    await this.#pace.afterErrors(this.#session.errors);
    const intervention = await this.#options.onCommand?.(command, this.#context());
    if (intervention === "drop") {
      this.#driver.abort(new ConnectionError("aborted", "the connection was dropped by onCommand"));
    } else if (intervention === undefined || !("split" in intervention)) await this.#answer(said, intervention);
    else {
      this.#splitting?.split(intervention.split);
      await this.#answer(said, intervention.answer);
      await this.#driver.flush();
      this.#splitting?.split();
    }
  }

  async #answer({ command, refusal }: Said, own: OwnAnswer | undefined): Promise<void> {
    if (own !== undefined) await this.#writer.write("status" in own ? { reply: own } : own);
    else if (refusal !== undefined) this.#say(refusal);
    else await this.#obey(command);
  }

  async #obey(command: Command): Promise<void> {
    switch (command.type) {
      case "user":
      case "pass":
      case "apop":
      case "auth":
        await this.#settle(await this.#authenticate(command));
        break;
      case "capa":
        await this.#write({ reply: ok("capabilities follow"), lines: this.#capabilities() });
        break;
      case "lang":
        await this.#write(this.#language.answer(command.range));
        break;
      case "utf8":
        this.#say(ok("UTF-8 mode"));
        break;
      case "stls":
        this.#say(ok("begin TLS"));
        break;
      case "quit":
        this.#say(await this.#update());
        break;
      default:
        if (this.#opened === undefined) this.#say(err("no maildrop is open", "SYS/TEMP"));
        else await this.#write(await answerTransaction(command, this.#opened.maildrop, this.#mode()));
    }
  }

  async #authenticate(command: Command): Promise<AuthOutcome> {
    const said = this.#options.utf8?.user === true ? prepared(command) : command;
    if (said === undefined) return { type: "reply", reply: err("no name or password has such characters", "AUTH") };
    return this.#authentication.take(said, this.#driver.info);
  }

  async #settle(outcome: AuthOutcome): Promise<void> {
    if (outcome.type === "challenge") this.#driver.send({ type: "auth-challenge", data: outcome.data });
    else if (outcome.type === "identity") this.#say(await this.#open(outcome.identity));
    else {
      if (hasCode(outcome.reply, "AUTH")) await this.#pace.afterFailedLogin();
      this.#say(outcome.reply);
    }
  }

  async #open(identity: string): Promise<Reply> {
    const { loginDelays } = this.#options;
    if (loginDelays?.admits(identity) === false) return err("the last login was a short while ago", "LOGIN-DELAY");
    const maildrop = await this.#options.open(identity, this.#context());
    if (maildrop === "in-use") return err("the maildrop is in use", "IN-USE");
    if ("status" in maildrop) return { ...maildrop, status: "-ERR" };
    this.#opened = { identity, maildrop: await marked(maildrop) };
    loginDelays?.note(identity);
    const { messages, octets } = this.#opened.maildrop.drop;
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

  #capabilities(): ReturnType<typeof capabilityListings> {
    return capabilityListings(this.#options, {
      identity: this.#opened?.identity,
      mayLogIn: this.#mayLogIn(),
      mayStartTls: this.#session.mayStartTls,
      mechanisms: this.#authentication.offered(this.#driver.info).map(({ name }) => name),
    });
  }

  /** Where UTF8 is not offered nobody is asked to say it. */
  #mode(): "ascii" | "utf8" {
    return this.#options.utf8 === undefined ? "utf8" : this.#session.mode;
  }

  #mayLogIn(): boolean {
    return this.#session.secure || this.#options.allowPlaintextAuth === true;
  }

  #context(): Pop3Context {
    const identity = this.#opened?.identity;
    const language = this.#language.tag;
    return {
      info: this.#driver.info,
      state: this.#session.state,
      ...(identity !== undefined && { identity }),
      ...(language !== undefined && { language }),
    };
  }

  /** Says a reply in the client's language. */
  #say(reply: Reply): void {
    this.#writer.reply(this.#language.say(reply));
  }

  async #write(answer: ServerAnswer): Promise<void> {
    await this.#writer.write("listing" in answer ? answer : { ...answer, reply: this.#language.say(answer.reply) });
  }
}

/** A maildrop ready for marks; one that cannot be shown is let go of. */
async function marked(maildrop: Maildrop): Promise<MarkedMaildrop> {
  try {
    return new MarkedMaildrop(maildrop);
  } catch (error) {
    await maildrop.release();
    throw error;
  }
}
