// The client's public face: one method per command (RFC 3501 section 6).

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, Secret, TransportInfo } from "@mailwire/wire";
import { carryExchange } from "@mailwire/sasl";
import type { SaslChoice } from "@mailwire/sasl";
import { drive } from "@mailwire/transport";
import type { Closure, Driver } from "@mailwire/transport";
import type { FetchCommand } from "../codec/commands/fetch.ts";
import type { StatusAttribute } from "../codec/commands/status.ts";
import type { StoreCommand } from "../codec/commands/store.ts";
import type { Flag } from "../codec/flag.ts";
import type { ListResponse } from "../codec/responses/list.ts";
import type { StatusResponse } from "../codec/responses/status.ts";
import type { UntaggedData } from "../session/untagged-data.ts";
import type { ClientEvent, ClientIntent } from "../session/client-events.ts";
import { ClientSession } from "../session/client-session.ts";
import type { State } from "../session/state.ts";
import { toFetchItems, toMailbox, toSearchKeys, toSet } from "./arguments.ts";
import type { FetchArgument, MailboxArgument, SearchArgument, SetArgument } from "./arguments.ts";
import { Conversation } from "./conversation.ts";
import { IdleLoop } from "./idle-loop.ts";
import type { IdleOptions } from "./idle-loop.ts";
import type { ImapMessage } from "./message.ts";
import type { Operation, OperationOptions } from "./operation.ts";
import { append } from "./operations/append.ts";
import type { AppendOptions } from "./operations/append.ts";
import { authenticate } from "./operations/authenticate.ts";
import { expunge } from "./operations/expunge.ts";
import { fetchMessages } from "./operations/fetch.ts";
import { list } from "./operations/list.ts";
import { raw } from "./operations/raw.ts";
import type { RawAnswer } from "./operations/raw.ts";
import { search } from "./operations/search.ts";
import { select } from "./operations/select.ts";
import type { SelectedMailbox } from "./operations/select.ts";
import { capability, login, logout, plain } from "./operations/session.ts";
import { status } from "./operations/status.ts";
import { store } from "./operations/store.ts";
import type { ImapClientOptions } from "./options.ts";
import { ImapResponseError } from "./response-error.ts";

/** Enough for a few large messages; a reader that is slower than that should not say commands meanwhile. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;
/** A search that finds ten million messages, the most that are read, and more than any list of mailboxes. */
const MAX_COLLECTED_BYTES = 128 * 1024 * 1024;

/**
 * An IMAP connection as its client. Commands may be said without waiting for each other, also inside a loop over {@link ImapClient.fetch};
 * they are sent when RFC 3501 section 5.5 allows it and their answers can be told apart. NO and BAD reject with an {@link ImapResponseError};
 * a lost connection rejects with a `ConnectionError`, broken protocol with a `ProtocolError`.
 */
export class ImapClient {
  readonly #session: ClientSession;
  readonly #driver: Driver<ClientEvent, ClientIntent>;
  readonly #conversation: Conversation;
  readonly #options: ImapClientOptions;
  #mailbox: SelectedMailbox | undefined;

  private constructor(transport: ByteTransport, options: ImapClientOptions) {
    const { serverName, tlsOptions, signal, allowPlaintext, limits, observe } = options;
    this.#options = options;
    this.#session = new ClientSession({
      secure: transport.info.secure,
      ...(allowPlaintext !== undefined && { allowPlaintext }),
      ...(limits !== undefined && { limits }),
      ...(observe !== undefined && { observe }),
    });
    this.#driver = drive(this.#session, transport, {
      whileWriting: "listen",
      ...(serverName !== undefined && { tls: { side: "client", serverName, tls: tlsOptions } as const }),
      ...(signal !== undefined && { signal }),
    });
    this.#conversation = new Conversation(this.#driver, {
      maxCollectedBytes: options.maxCollectedBytes ?? MAX_COLLECTED_BYTES,
      isSent: (tag) => this.#session.isSent(tag),
      hasLeft: () => this.#session.state === "logout" || this.#session.state === "closed",
      onUntagged: (response) => {
        this.#mailbox?.update(response);
        options.onUntagged?.(response);
      },
    });
  }

  /**
   * Takes over a transport: reads the greeting, upgrades to TLS by STARTTLS unless the transport is secure already or `allowPlaintext` is
   * given, and asks what the server can do. Rejects, with the connection dropped and no credentials said, when TLS cannot be had.
   */
  static async open(transport: ByteTransport, options: ImapClientOptions = {}): Promise<ImapClient> {
    const upgrade = !transport.info.secure && options.allowPlaintext !== true;
    if (upgrade && options.serverName === undefined) {
      throw new ProtocolError("local", "missing-server-name", "the upgrade to TLS needs the name of the server: serverName");
    }
    const client = new ImapClient(transport, options);
    try {
      await client.#conversation.start();
      if (client.#session.capabilities === undefined) await client.capability();
      if (upgrade) await client.#upgrade();
      return client;
    } catch (error) {
      client.abort(error);
      throw error;
    }
  }

  /** Where the conversation stands. */
  get state(): State {
    return this.#session.state;
  }

  /** Facts about the transport. */
  get info(): TransportInfo {
    return this.#driver.info;
  }

  /** What the server said it can do, in capitals; `undefined` when it has not said so since TLS or login: ask with {@link ImapClient.capability}. */
  get capabilities(): ReadonlySet<string> | undefined {
    return this.#session.capabilities;
  }

  /** The mailbox that `select` or `examine` opened, kept up to date; `undefined` when none is selected. */
  get mailbox(): SelectedMailbox | undefined {
    return this.state === "selected" ? this.#mailbox : undefined;
  }

  /** Resolves when the connection is over, with the reason; never rejects. */
  get closed(): Promise<Closure> {
    return this.#driver.closed;
  }

  /** Drops the connection at once; better: {@link ImapClient.logout}. */
  abort(reason?: unknown): void {
    this.#driver.abort(reason);
  }

  /** Says the command of an operation: the way to commands that have no method here. */
  run<Result>(operation: Operation<Result>, options?: OperationOptions): Promise<Result> {
    return this.#conversation.run(operation, options);
  }

  /**
   * Says a command as it is written, without tag and line end; secrets in it are shown to observers. What the server says meanwhile is told to
   * `onUntagged`, too.
   */
  raw(line: string, options?: OperationOptions): Promise<RawAnswer> {
    return this.run(raw(line), options);
  }

  /** CAPABILITY: asks what the server can do. */
  async capability(options?: OperationOptions): Promise<ReadonlySet<string>> {
    await this.run(capability(), options);
    return this.#session.capabilities ?? new Set();
  }

  /** NOOP: lets the server tell what is new. */
  noop(options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "NOOP" }), options);
  }

  /** LOGOUT: leaves politely; resolves when the connection is over, also for a server that says BYE and no more. */
  async logout(options?: OperationOptions): Promise<void> {
    try {
      await this.run(logout(), options);
    } catch (error) {
      if (!(error instanceof ConnectionError && error.code === "closed")) throw error;
    }
    await this.closed;
  }

  /** LOGIN: never without TLS unless `allowPlaintext`, nor where the server says LOGINDISABLED. */
  async login(user: string, password: string | Secret<string>, options?: OperationOptions): Promise<void> {
    await this.run(login(user, password), options);
  }

  /**
   * AUTHENTICATE with a SASL mechanism, or with the one that a function chooses; an initial response goes at once where the server says
   * SASL-IR. Rejects with what the mechanism throws after the exchange was cancelled, and with what it says to a success that it does not
   * believe; the connection is dropped then.
   */
  async authenticate(choice: SaslChoice, options?: OperationOptions): Promise<void> {
    const { secure, tls } = this.info;
    await carryExchange(choice, {
      offer: { mechanisms: mechanismsIn(this.capabilities), secure, ...(tls !== undefined && { tls }) },
      fits: () => this.capabilities?.has("SASL-IR") === true,
      say: (exchange) => this.run(authenticate(exchange), options),
      drop: (reason) => this.abort(reason),
    });
  }

  /** SELECT: opens a mailbox to read and change it. */
  select(mailbox: MailboxArgument, options?: OperationOptions): Promise<SelectedMailbox> {
    return this.#open("SELECT", mailbox, options);
  }

  /** EXAMINE: opens a mailbox to read it only. */
  examine(mailbox: MailboxArgument, options?: OperationOptions): Promise<SelectedMailbox> {
    return this.#open("EXAMINE", mailbox, options);
  }

  /** CREATE: makes a mailbox. */
  async create(mailbox: MailboxArgument, options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "CREATE", mailbox: toMailbox(mailbox) }), options);
  }

  /** DELETE: removes a mailbox. */
  async delete(mailbox: MailboxArgument, options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "DELETE", mailbox: toMailbox(mailbox) }), options);
  }

  /** RENAME: gives a mailbox another name. */
  async rename(from: MailboxArgument, to: MailboxArgument, options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "RENAME", from: toMailbox(from), to: toMailbox(to) }), options);
  }

  /** SUBSCRIBE: adds a mailbox to those that LSUB lists. */
  async subscribe(mailbox: MailboxArgument, options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "SUBSCRIBE", mailbox: toMailbox(mailbox) }), options);
  }

  /** UNSUBSCRIBE: takes a mailbox from those that LSUB lists. */
  async unsubscribe(mailbox: MailboxArgument, options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "UNSUBSCRIBE", mailbox: toMailbox(mailbox) }), options);
  }

  /** LIST: the mailboxes whose names match `pattern` (`*` and `%` stand for anything), seen from `reference`. */
  async list(
    pattern: MailboxArgument = "*",
    reference: MailboxArgument = "",
    options?: OperationOptions,
  ): Promise<readonly ListResponse[]> {
    return this.run(list("LIST", toMailbox(reference), toMailbox(pattern)), options);
  }

  /** LSUB: the subscriptions whose names match. */
  async lsub(
    pattern: MailboxArgument = "*",
    reference: MailboxArgument = "",
    options?: OperationOptions,
  ): Promise<readonly ListResponse[]> {
    return this.run(list("LSUB", toMailbox(reference), toMailbox(pattern)), options);
  }

  /** STATUS: figures of a mailbox that need not be selected. */
  async status(mailbox: MailboxArgument, items: readonly StatusAttribute[], options?: OperationOptions): Promise<StatusResponse> {
    return this.run(status(toMailbox(mailbox), items), options);
  }

  /**
   * APPEND: adds a message. A stream needs its `size` and is read as fast as the server takes it; one that fails or has another size costs the
   * connection, because the size is announced before.
   */
  async append(mailbox: MailboxArgument, message: Uint8Array | AsyncIterable<Uint8Array>, options: AppendOptions = {}): Promise<void> {
    await this.run(append(toMailbox(mailbox), message, options), options);
  }

  /** CHECK: asks the server to put the mailbox in order. */
  check(options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "CHECK" }), options);
  }

  /** CLOSE: removes messages with \Deleted and leaves the mailbox. */
  close(options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "CLOSE" }), options);
  }

  /** UNSELECT: leaves the mailbox as it is; servers have it that say UNSELECT or IMAP4rev2. */
  unselect(options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "UNSELECT" }), options);
  }

  /** EXPUNGE: removes messages with \Deleted; gives the numbers told meanwhile, each as it was at that moment. */
  expunge(options?: OperationOptions): Promise<readonly number[]> {
    return this.run(expunge(), options);
  }

  /** SEARCH: sequence numbers of the messages that satisfy all keys, whether they are told as SEARCH or, as IMAP4rev2 has it, as ESEARCH. */
  async search(keys: SearchArgument, options?: OperationOptions): Promise<readonly number[]> {
    return this.run(search("SEARCH", toSearchKeys(keys)), options);
  }

  /** UID SEARCH: UIDs of the messages that satisfy all keys. */
  async uidSearch(keys: SearchArgument, options?: OperationOptions): Promise<readonly number[]> {
    return this.run(search("UID SEARCH", toSearchKeys(keys)), options);
  }

  /**
   * FETCH: the messages, one by one, as they are read. The command is said when the loop begins; leaving early lets the rest pass. Other
   * commands may be said inside the loop: what comes before their answers waits for the loop, up to `maxQueuedBytes`.
   */
  fetch(set: SetArgument, items: FetchArgument, options?: OperationOptions): AsyncIterable<ImapMessage> {
    return this.#fetch("FETCH", set, items, options);
  }

  /** UID FETCH: as {@link ImapClient.fetch}, by UIDs. */
  uidFetch(set: SetArgument, items: FetchArgument, options?: OperationOptions): AsyncIterable<ImapMessage> {
    return this.#fetch("UID FETCH", set, items, options);
  }

  /** STORE: changes flags; gives the messages as the server tells them. */
  store(set: SetArgument, action: StoreCommand["action"], flags: readonly Flag[], options?: StoreOptions): Promise<readonly ImapMessage[]> {
    return this.#store("STORE", set, action, flags, options);
  }

  /** UID STORE: as {@link ImapClient.store}, by UIDs. */
  uidStore(
    set: SetArgument,
    action: StoreCommand["action"],
    flags: readonly Flag[],
    options?: StoreOptions,
  ): Promise<readonly ImapMessage[]> {
    return this.#store("UID STORE", set, action, flags, options);
  }

  /** COPY: copies messages to another mailbox. */
  async copy(set: SetArgument, mailbox: MailboxArgument, options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "COPY", set: toSet(set), mailbox: toMailbox(mailbox) }), options);
  }

  /** UID COPY: as {@link ImapClient.copy}, by UIDs. */
  async uidCopy(set: SetArgument, mailbox: MailboxArgument, options?: OperationOptions): Promise<void> {
    return this.run(plain({ name: "UID COPY", set: toSet(set), mailbox: toMailbox(mailbox) }), options);
  }

  /**
   * IDLE (RFC 2177): what the server tells that belongs to no command, as it comes, to `onUntagged`, too. Leaving the loop says DONE. Other commands may be
   * said inside the loop and beside it: IDLE is ended for them, and said again once the loop waits; what comes meanwhile waits for the loop, up to
   * `maxQueuedBytes`. The loop ends by itself after `logout`. Throws a local `ProtocolError` (`extension-needed`) where the server has no IDLE.
   */
  async *idle(options: IdleOptions = {}): AsyncGenerator<UntaggedData, void, undefined> {
    const { renewMs } = options;
    if (renewMs !== undefined && !(renewMs > 0)) throw new ProtocolError("local", "bad-argument", "renewMs is a time in milliseconds");
    const capabilities = this.capabilities ?? (await this.capability());
    if (!capabilities.has("IDLE") && !capabilities.has("IMAP4REV2")) {
      throw new ProtocolError("local", "extension-needed", "the server does not offer IDLE");
    }
    yield* new IdleLoop(this.#conversation, options, this.#options.maxQueuedBytes ?? MAX_QUEUED_BYTES).read();
  }

  async #upgrade(): Promise<void> {
    if (this.capabilities?.has("STARTTLS") !== true) {
      throw new ConnectionError("tls", "TLS is required, but the server does not offer STARTTLS", { phase: "starttls" });
    }
    try {
      const upgraded = this.#conversation.upgraded();
      await Promise.all([this.run(plain({ name: "STARTTLS" })), upgraded]);
    } catch (error) {
      if (!(error instanceof ImapResponseError)) throw error;
      throw new ConnectionError("tls", "TLS is required, but the server refuses STARTTLS", { phase: "starttls", cause: error });
    }
    await this.capability();
  }

  async #open(name: "SELECT" | "EXAMINE", mailbox: MailboxArgument, options?: OperationOptions): Promise<SelectedMailbox> {
    return this.run(
      select(name, toMailbox(mailbox), (selected) => (this.#mailbox = selected)),
      options,
    );
  }

  #fetch(name: FetchCommand["name"], set: SetArgument, items: FetchArgument, options: OperationOptions = {}): AsyncIterable<ImapMessage> {
    const command: FetchCommand = { name, set: toSet(set), items: toFetchItems(items) };
    return fetchMessages(this.#conversation, command, this.#options.maxQueuedBytes ?? MAX_QUEUED_BYTES, options);
  }

  async #store(
    name: StoreCommand["name"],
    set: SetArgument,
    action: StoreCommand["action"],
    flags: readonly Flag[],
    { silent = false, ...options }: StoreOptions = {},
  ): Promise<readonly ImapMessage[]> {
    return this.run(store({ name, set: toSet(set), action, silent, flags }), options);
  }
}

function mechanismsIn(capabilities: ReadonlySet<string> | undefined): readonly string[] {
  return [...(capabilities ?? [])].filter((name) => name.startsWith("AUTH=")).map((name) => name.slice("AUTH=".length));
}

/** How flags are changed. */
export interface StoreOptions extends OperationOptions {
  /** Asks the server not to tell the new flags. */
  readonly silent?: boolean;
}
