// One connection from the greeting to its end: takes each event, asks the hook, has it answered, and tells what changed.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import { type Closure, type Driver, drive, type ServedConnection, SplitTransport } from "@mailwire/transport";
import type { ByteTransport } from "@mailwire/wire";
import { shiftsNumbers } from "../session/ambiguity.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import { ServerSession } from "../session/server-session.ts";
import { answer } from "./answer.ts";
import { append } from "./append-command.ts";
import { Conversation } from "./conversation.ts";
import type { Completion, ImapServerOptions } from "./options.ts";
import { ImapRefusal } from "./refusal.ts";
import { capabilitiesOf } from "./session-commands.ts";

type Said = Extract<ServerEvent, { readonly type: "command" | "append" }>;

/** Commands whose success is more than a word: the state that they lead to must be there. */
const NOT_FOR_HOOKS: ReadonlySet<string> = new Set(["STARTTLS", "LOGOUT", "LOGIN", "AUTHENTICATE", "SELECT", "EXAMINE", "APPEND", "IDLE"]);
/** Commands that are answered without a word about changes (RFC 3501 section 6.4.2: CLOSE tells of no expunges). */
const QUIET: ReadonlySet<string> = new Set(["CLOSE", "UNSELECT", "LOGOUT"]);
const BROKEN: Completion = { status: "NO", code: { type: "SERVERBUG" }, text: "Something went wrong here" };

/** A connection that is being served. */
export class ImapConnection implements ServedConnection {
  readonly closed: Promise<Closure>;
  readonly #options: ImapServerOptions;
  readonly #driver: Driver<ServerEvent, ServerIntent>;
  readonly #conversation: Conversation;
  /** There where the hook may want answers split. */
  readonly #splitting: SplitTransport | undefined;
  /** Whether a command is being answered now; `ending` once `close` was called. */
  #stage: "listening" | "answering" | "ending" = "answering";

  constructor(transport: ByteTransport, options: ImapServerOptions) {
    const { tls, signal, allowPlaintextAuth, limits, observe } = options;
    this.#options = options;
    const session = new ServerSession({
      secure: transport.info.secure,
      ...(allowPlaintextAuth !== undefined && { allowPlaintextAuth }),
      ...(limits !== undefined && { limits }),
      ...(observe !== undefined && { observe }),
    });
    this.#splitting = options.onCommand === undefined ? undefined : new SplitTransport(transport);
    this.#driver = drive<ServerEvent, ServerIntent>(session, this.#splitting ?? transport, {
      ...(tls !== undefined && { tls: { side: "server", tls } }),
      ...(signal !== undefined && { signal }),
    });
    const upgradable = tls !== undefined && transport.startTls !== undefined;
    this.#conversation = new Conversation(session, this.#driver, options, upgradable);
    this.closed = this.#serve();
  }

  close(): void {
    const stage = this.#stage;
    this.#stage = "ending";
    if (stage === "listening" || this.#conversation.isIdling) this.#sayBye();
  }

  abort(reason?: unknown): void {
    this.#driver.abort(reason);
  }

  async #serve(): Promise<Closure> {
    try {
      this.#greet();
      for (;;) {
        if (this.#stage === "ending") this.#sayBye();
        else this.#stage = "listening";
        const event = await this.#driver.next();
        if (event === null) break;
        if (this.#stage === "listening") this.#stage = "answering";
        if (event.type === "command" || event.type === "append") await this.#take(event);
        if (this.#splitting?.isSplitting === true) {
          await this.#driver.flush();
          this.#splitting.split();
        }
      }
    } catch (error) {
      // Why a connection was lost is told by `closed`; anything else is our own fault.
      if (!(await this.#isLoss(error))) this.#report(error);
      this.#driver.abort(error);
    }
    await this.#conversation.release().catch((error: unknown) => this.#report(error));
    return this.#driver.closed;
  }

  #greet(): void {
    const code = { type: "CAPABILITY", capabilities: capabilitiesOf(this.#conversation) } as const;
    this.#driver.send({ type: "greeting", status: "OK", code, text: `${this.#options.hostname ?? "localhost"} IMAP4rev1 ready` });
  }

  #sayBye(): void {
    try {
      this.#driver.send({ type: "bye", text: "The server is shutting down" });
    } catch {
      // It is over, or a last word has been said.
    }
  }

  async #take(event: Said): Promise<void> {
    const { command } = event;
    const completion = await this.#answer(event);
    if (completion === undefined) return;
    // While the message of an APPEND that is refused is still to come, the session tells of no expunges.
    const expunges = shiftsNumbers(command) && (event.type === "command" || completion.status === "OK");
    if (completion.status !== "BAD" && !QUIET.has(command.name)) {
      await this.#beside(this.#conversation.update(expunges ? "with-expunges" : "without-expunges"));
    }
    this.#complete(completion);
    // CLOSE and UNSELECT deselect, and a SELECT that was answered NO by a hook.
    if (this.#conversation.state === "authenticated") await this.#beside(this.#conversation.select());
  }

  /** How a command is to be answered; `undefined` when that has been done, or nobody is there any more. */
  async #answer(event: Said): Promise<Completion | undefined> {
    try {
      const hooked = await this.#options.onCommand?.(event.command, this.#conversation);
      if (hooked === "drop") {
        this.#driver.abort(new ConnectionError("aborted", "the connection was dropped by onCommand"));
        return undefined;
      }
      if (hooked === undefined || !("split" in hooked)) return await this.#decide(event, hooked);
      // What was answered before leaves as it is.
      await this.#driver.flush();
      this.#splitting?.split(hooked.split);
      return await this.#decide(event, hooked.answer);
    } catch (error) {
      if (await this.#isLoss(error)) throw error;
      if (error instanceof ImapRefusal) return { status: "NO", code: error.code, text: oneLine(error.message) };
      this.#report(error);
      return BROKEN;
    }
  }

  #decide(event: Said, own: Completion | undefined): Completion | Promise<Completion | undefined> {
    if (own === undefined) return event.type === "append" ? append(this.#conversation, event) : answer(this.#conversation, event.command);
    return own.status === "OK" && NOT_FOR_HOOKS.has(event.command.name) ? { status: "NO", text: own.text } : own;
  }

  #complete(completion: Completion): void {
    try {
      this.#driver.send({ type: "complete", ...completion });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // What a hook or a refusal wants to say cannot be said.
      this.#report(error);
      this.#driver.send({ type: "complete", ...BROKEN });
    }
  }

  /** Waits for what is done beside the command itself, whose answer stays the same when this fails. */
  async #beside(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (await this.#isLoss(error)) throw error;
      this.#report(error);
    }
  }

  /** Whether `error` is that of this connection's loss, of which `closed` tells; a backend may lose connections of its own. */
  async #isLoss(error: unknown): Promise<boolean> {
    const closure = await Promise.race([this.#driver.closed, Promise.resolve(undefined)]);
    if (closure === undefined) return false;
    return error === closure.error || (error instanceof ConnectionError && error.cause === closure.error);
  }

  #report(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // Nobody is left to tell.
    }
  }
}

function oneLine(text: string): string {
  return text.replace(/[\0\r\n]+/g, " ");
}
