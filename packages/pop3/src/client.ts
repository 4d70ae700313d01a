/**
 * A POP3 client with promises, over any `ByteTransport`.
 * @packageDocumentation
 */
import { carryExchange, saslprep } from "@mailwire/sasl";
import type { SaslChoice, SaslExchange } from "@mailwire/sasl";
import { drive } from "@mailwire/transport";
import type { Closure, Driver } from "@mailwire/transport";
import { ConnectionError, ProtocolError, Secret, utf8, withLimits } from "@mailwire/wire";
import type { ByteTransport, TransportInfo } from "@mailwire/wire";
import { apopDigest } from "./codec/apop.ts";
import { Capabilities } from "./codec/capabilities.ts";
import { decodeCommand } from "./codec/command.ts";
import type { Command } from "./codec/command.ts";
import { MAX_COMMAND_BYTES } from "./codec/line.ts";
import type { DropListing, Language, Listing, ScanListing, UniqueIdListing } from "./codec/listing.ts";
import type { Reply } from "./codec/reply.ts";
import { Conversation } from "./client/conversation.ts";
import type { AskOptions } from "./client/conversation.ts";
import type { Pop3Answer } from "./client/asked.ts";
import type { Leaving, MessageBody } from "./client/message-body.ts";
import { fetchMessages } from "./client/messages.ts";
import type { FetchedMessage, MessagesOptions } from "./client/messages.ts";
import { DEFAULT_POP3_CLIENT_LIMITS } from "./client/options.ts";
import type { BodyOptions, Pop3ClientOptions } from "./client/options.ts";
import { Pop3ReplyError } from "./client/reply-error.ts";
import type { ClientEvent, ClientIntent } from "./session/client-events.ts";
import { ClientSession } from "./session/client-session.ts";

export type { AnswerLine, Pop3Answer } from "./client/asked.ts";
export type { ConversationLimits } from "./client/conversation.ts";
export { Pop3ReplyError } from "./client/reply-error.ts";
export type { Leaving, MessageBody } from "./client/message-body.ts";
export { DEFAULT_POP3_CLIENT_LIMITS } from "./client/options.ts";
export type { BodyOptions, Pop3ClientLimits, Pop3ClientOptions } from "./client/options.ts";
export type { FetchedMessage, ListedMessage, MessagesOptions } from "./client/messages.ts";

/** What a client is made of. */
interface Parts {
  readonly driver: Driver<ClientEvent, ClientIntent>;
  readonly session: ClientSession;
  readonly conversation: Conversation;
  readonly leaving: Leaving;
  readonly maxQueuedBytes: number;
  readonly greeting: Reply;
}

/**
 * A POP3 client. {@link Pop3Client.open} makes one; then log in, ask, and {@link Pop3Client.quit}: only that removes what was marked by
 * {@link Pop3Client.dele}.
 *
 * Each method rejects with `Pop3ReplyError` when the server says no, `ProtocolError` when a side breaks the protocol, `ConnectionError`
 * when the connection is lost. Call them without waiting for one another as you like: answers come in order, and commands go ahead of
 * answers where the server pipelines.
 */
export class Pop3Client {
  /** The server's first words. */
  readonly greeting: Reply;
  readonly #driver: Driver<ClientEvent, ClientIntent>;
  readonly #session: ClientSession;
  readonly #conversation: Conversation;
  readonly #leaving: Leaving;
  readonly #maxAheadBytes: number;
  #capabilities: Capabilities | undefined;

  private constructor(parts: Parts) {
    this.#driver = parts.driver;
    this.#session = parts.session;
    this.#conversation = parts.conversation;
    this.#leaving = parts.leaving;
    // Whatever else is asked meanwhile, none of these can fill its queue, unless it is several times as large as it was said to be.
    this.#maxAheadBytes = parts.maxQueuedBytes / 4;
    this.greeting = parts.greeting;
  }

  /**
   * Reads the greeting, asks for the capabilities and upgrades by STLS, unless the transport is secure already or `allowPlaintext`. Rejects with
   * `ConnectionError` (`tls`) when TLS cannot be had; no credentials were sent then. On any failure the transport is dropped.
   */
  static async open(transport: ByteTransport, options: Pop3ClientOptions = {}): Promise<Pop3Client> {
    const { limits, signal, serverName, tlsOptions, leaving = "drain", ...sessionOptions } = options;
    const { maxQueuedBytes, maxListingLines, ...sessionLimits } = withLimits(DEFAULT_POP3_CLIENT_LIMITS, limits);
    const upgrade = !transport.info.secure && options.allowPlaintext !== true;
    if (upgrade && serverName === undefined) {
      throw new ProtocolError("local", "no-server-name", "the upgrade to TLS needs serverName; allowPlaintext does without TLS");
    }
    const session = new ClientSession({ ...sessionOptions, secure: transport.info.secure, limits: sessionLimits });
    const driver = drive(session, transport, {
      whileWriting: "listen",
      ...(serverName !== undefined && { tls: { side: "client", serverName, tls: tlsOptions } }),
      ...(signal !== undefined && { signal }),
    });
    try {
      const conversation = new Conversation(driver, { maxQueuedBytes, maxListingLines });
      const greeting = await conversation.start();
      const client = new Pop3Client({ driver, session, conversation, leaving, maxQueuedBytes, greeting });
      await client.#prepare(upgrade ? "upgrade" : "stay");
      return client;
    } catch (error) {
      driver.abort(error);
      throw error;
    }
  }

  async #prepare(tls: "upgrade" | "stay"): Promise<void> {
    await this.#probe();
    if (tls === "stay") return;
    // Servers without CAPA may know STLS all the same.
    if (this.#capabilities?.has("STLS") === false) throw new ConnectionError("tls", "the server does not offer STLS");
    const reply = await this.#conversation.ask({ type: "stls" }, replyOf);
    if (reply.status === "-ERR") throw new ConnectionError("tls", "the server refused STLS", { cause: new Pop3ReplyError("stls", reply) });
    this.#capabilities = undefined;
    await this.#probe();
  }

  async #probe(): Promise<void> {
    await this.capa().catch((error: unknown) => {
      if (!(error instanceof Pop3ReplyError)) throw error;
    });
  }

  /** What the server can do, as it last told; `undefined` when it does not know CAPA. Ask again by {@link Pop3Client.capa} after logging in. */
  get capabilities(): Capabilities | undefined {
    return this.#capabilities;
  }

  /** The greeting's timestamp, which makes {@link Pop3Client.apop} possible; `undefined` when there was none, and after STLS. */
  get timestamp(): string | undefined {
    return this.#session.timestamp;
  }

  /** Facts about the connection. */
  get info(): TransportInfo {
    return this.#driver.info;
  }

  /** Resolves when the connection is over, with the reason; never rejects. */
  get closed(): Promise<Closure> {
    return this.#driver.closed;
  }

  /** Logs in by USER and PASS. */
  async login(user: string, password: string | Secret<string>): Promise<Reply> {
    await this.#ask({ type: "user", name: user }, replyOf);
    return this.#ask({ type: "pass", password: typeof password === "string" ? new Secret(password) : password }, replyOf);
  }

  /**
   * Logs in by APOP, with name and secret prepared by SASLprep (RFC 6856 section 2.2). Rejects with a local `ProtocolError`: `no-timestamp` when the
   * greeting had no timestamp or TLS began since, `bad-argument` for characters that no name or secret may have.
   */
  async apop(user: string, secret: string | Secret<string>): Promise<Reply> {
    const name = saslprep(user, "query");
    const password = saslprep(typeof secret === "string" ? secret : secret.reveal(), "stored");
    if (name === undefined || password === undefined) {
      throw new ProtocolError("local", "bad-argument", "the name or the secret has characters that none may have");
    }
    return this.#ask({ type: "apop", name, digest: apopDigest(this.timestamp ?? "", password) }, replyOf);
  }

  /**
   * Logs in by AUTH with a SASL mechanism, or with the one that a function chooses. Its initial response goes with the command where the server
   * knows RFC 5034 and the line is short enough for it, else it answers the server's first challenge. Rejects with what the mechanism throws after
   * the exchange was cancelled, and with what it says to a success that it does not believe; the connection is dropped then.
   */
  authenticate(choice: SaslChoice): Promise<Reply> {
    const { secure, tls } = this.info;
    const mechanisms = this.capabilities?.get("SASL");
    return carryExchange(choice, {
      offer: { mechanisms: mechanisms?.map((name) => name.toUpperCase()) ?? [], secure, ...(tls !== undefined && { tls }) },
      fits: (length) => mechanisms !== undefined && "AUTH \r\n".length + length <= MAX_COMMAND_BYTES,
      say: (exchange) => this.#sayAuth(exchange),
      drop: (reason) => this.abort(reason),
    });
  }

  /** How many messages there are, without those marked as deleted, and their size together. */
  stat(): Promise<DropListing> {
    return this.#ask({ type: "stat" }, dataOf("drop"));
  }

  /** Sizes of all messages that are not marked as deleted, or of one. Lines of the server that cannot be read are left out. */
  list(): Promise<readonly ScanListing[]>;
  list(message: number): Promise<ScanListing>;
  list(message?: number): Promise<readonly ScanListing[]> | Promise<ScanListing> {
    return message === undefined ? this.#ask({ type: "list" }, linesOf("scan")) : this.#ask({ type: "list", message }, dataOf("scan"));
  }

  /** Unique-ids of all messages that are not marked as deleted, or of one. Lines of the server that cannot be read are left out. */
  uidl(): Promise<readonly UniqueIdListing[]>;
  uidl(message: number): Promise<UniqueIdListing>;
  uidl(message?: number): Promise<readonly UniqueIdListing[]> | Promise<UniqueIdListing> {
    return message === undefined
      ? this.#ask({ type: "uidl" }, linesOf("unique-id"))
      : this.#ask({ type: "uidl", message }, dataOf("unique-id"));
  }

  /** A message, as it arrives. What goes wrong is thrown by the loop that reads it. */
  retr(message: number, options: BodyOptions = {}): MessageBody {
    return this.#conversation.fetch({ type: "retr", message }, options.leaving ?? this.#leaving);
  }

  /** The header of a message and the first `lines` lines of its body, as they arrive. */
  top(message: number, lines: number, options: BodyOptions = {}): MessageBody {
    return this.#conversation.fetch({ type: "top", message, lines }, options.leaving ?? this.#leaving);
  }

  /**
   * All messages that are not marked as deleted, or some of them, in order. Those that come next are asked for while one is read, as far as a quarter
   * of `maxQueuedBytes` goes; they arrive only as fast as all is read. Other commands may be given inside the loop.
   */
  messages(options: MessagesOptions = {}): AsyncGenerator<FetchedMessage, void, undefined> {
    return fetchMessages(this, options, this.#maxAheadBytes);
  }

  /** Marks a message as deleted. It goes at {@link Pop3Client.quit}; until then its number stays its own. */
  dele(message: number): Promise<Reply> {
    return this.#ask({ type: "dele", message }, replyOf);
  }

  /** Unmarks all messages marked as deleted. */
  rset(): Promise<Reply> {
    return this.#ask({ type: "rset" }, replyOf);
  }

  /** Asks for nothing, to keep the session alive. */
  noop(): Promise<Reply> {
    return this.#ask({ type: "noop" }, replyOf);
  }

  /**
   * Switches to UTF-8 mode (RFC 6856), before the login: messages with characters beyond ASCII in their headers come as they are, where without it
   * the server may refuse them with `[UTF8]`.
   */
  utf8(): Promise<Reply> {
    return this.#ask({ type: "utf8" }, replyOf);
  }

  /** The languages that the server's texts may be in (RFC 6856 section 3). */
  async languages(): Promise<readonly Language[]> {
    return (await this.#ask({ type: "lang" }, linesOf("language"))).map(({ tag, description }) => ({ tag, description }));
  }

  /** Chooses a language by its tag, the beginning of one, or `*`, the server's own choice; resolves to the one chosen, its description is in it. */
  async lang(range: string): Promise<Language> {
    const { tag, description } = await this.#ask({ type: "lang", range }, dataOf("language"));
    return { tag, description };
  }

  /** Asks what the server can do. */
  async capa(): Promise<Capabilities> {
    const capabilities = new Capabilities(await this.#ask({ type: "capa" }, linesOf("capability")));
    this.#capabilities = capabilities;
    return capabilities;
  }

  /**
   * Says any line, without its line end, and gives the raw answer, positive or negative. `multi-line` says that lines follow a positive one; for the
   * commands of this library that is known. Messages cannot be fetched so.
   */
  async raw(line: string, answer: "single-line" | "multi-line" = "single-line"): Promise<Pop3Answer> {
    const command = decodeCommand(utf8(line));
    if (command.type === "retr" || command.type === "top") throw new ProtocolError("local", "illegal-now", "use retr() and top()");
    return this.#conversation.ask(command, (whole) => whole, answer === "multi-line" ? { follows: "lines" } : {});
  }

  /** Ends the session: what is marked as deleted goes now. Rejects with `Pop3ReplyError` when the server could not remove all of it. */
  quit(): Promise<Reply> {
    return this.#ask({ type: "quit" }, replyOf);
  }

  /** Drops the connection; nothing is deleted. */
  abort(reason?: unknown): void {
    this.#driver.abort(reason);
  }

  async #sayAuth({ mechanism, initialResponse, respond }: SaslExchange): Promise<Reply> {
    const command: Command = { type: "auth", mechanism, ...(initialResponse !== null && { initialResponse }) };
    return this.#ask(command, replyOf, { respond });
  }

  /** Asks, and reads what is wanted out of a positive answer. */
  #ask<T>(command: Command, read: (answer: Pop3Answer) => T, options?: AskOptions): Promise<T> {
    const positive = (answer: Pop3Answer): T => {
      if (answer.reply.status === "-ERR") throw new Pop3ReplyError(command.type, answer.reply);
      return read(answer);
    };
    return this.#conversation.ask(command, positive, options);
  }
}

function replyOf({ reply }: Pop3Answer): Reply {
  return reply;
}

/** Reads the data in a reply. */
function dataOf<Type extends Listing["type"]>(type: Type): (answer: Pop3Answer) => Extract<Listing, { type: Type }> {
  return ({ listing }) => {
    if (listing !== undefined && isOf(type, listing)) return listing;
    throw new ProtocolError("remote", "bad-listing", `there is no ${type} listing in the reply`);
  };
}

/** Reads the lines behind a reply; those that cannot be read are left out. */
function linesOf<Type extends Listing["type"]>(type: Type): (answer: Pop3Answer) => Extract<Listing, { type: Type }>[] {
  return ({ lines }) => lines.map(({ listing }) => listing).filter((listing) => isOf(type, listing));
}

function isOf<Type extends Listing["type"]>(type: Type, listing: Listing): listing is Extract<Listing, { type: Type }> {
  return listing.type === type;
}
