// One connection to a server, with promises: opened and introduced, inside TLS unless told otherwise, authenticated on request.

import { carryExchange, type SaslChoice, type SaslExchange } from "@mailwire/sasl";
import { type Closure, drive, type Driver } from "@mailwire/transport";
import { type ByteTransport, ConnectionError, ProtocolError, type TransportInfo } from "@mailwire/wire";
import { Dialogue } from "./dialogue.ts";
import { Delivery, expectPositive } from "./delivery.ts";
import { type Mail, type SendResult, transactionOf } from "./mail.ts";
import { type MessageParts, piecesOf, sendMessage } from "./message-stream.ts";
import type { SmtpClientOptions } from "./options.ts";
import { SmtpReplyError } from "./reply-error.ts";
import { untilAborted } from "./until-aborted.ts";
import type { Command, OnBehalfAttribute } from "../codec/command.ts";
import type { Extensions } from "../codec/extensions.ts";
import type { Reply } from "../codec/reply.ts";
import type { ReceivedReply } from "../codec/received-reply.ts";
import type { ClientEvent, ClientIntent, ClientSessionOptions } from "../session/client-events.ts";
import { ClientSession } from "../session/client-session.ts";
import { DEFAULT_CLIENT_LIMITS } from "../session/limits.ts";

/**
 * A connection to a server, ready for mail. A refusal that the method cannot live with rejects with {@link SmtpReplyError}; a broken protocol
 * with `ProtocolError`; a lost connection with `ConnectionError`.
 */
export class SmtpClient {
  readonly #driver: Driver<ClientEvent, ClientIntent>;
  readonly #dialogue: Dialogue;
  readonly #options: SmtpClientOptions;
  readonly #messageParts: MessageParts;
  /** Ends when all has ended that was begun so far and must not mix with anything else: mails, AUTH, STARTTLS, XCLIENT. */
  #turns: Promise<void> = Promise.resolve();
  #greeting: Reply | undefined;

  private constructor(transport: ByteTransport, options: SmtpClientOptions) {
    const session = new ClientSession(sessionOptions(transport, options));
    this.#options = options;
    this.#driver = drive<ClientEvent, ClientIntent>(session, transport, {
      ...(options.serverName === undefined
        ? {}
        : {
            tls: {
              side: "client",
              serverName: options.serverName,
              ...(options.tlsOptions === undefined ? {} : { tls: options.tlsOptions }),
            },
          }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      writePatience: { phase: "data-block", ms: options.limits?.dataBlockMs ?? DEFAULT_CLIENT_LIMITS.dataBlockMs },
      whileWriting: "listen",
    });
    this.#dialogue = new Dialogue(session, this.#driver);
    this.#messageParts = { dialogue: this.#dialogue, flush: () => this.#driver.flush(), abort: (reason) => this.#driver.abort(reason) };
  }

  /**
   * Reads the greeting, introduces itself, and upgrades a transport that is not secure by STARTTLS. Where that cannot be had it rejects (with a
   * `ConnectionError`, code `tls`) before anything is shown, unless `allowPlaintext` is set.
   */
  static async open(transport: ByteTransport, options: SmtpClientOptions = {}): Promise<SmtpClient> {
    const client = new SmtpClient(transport, options);
    try {
      client.#greeting = expectCode(220, "greeting", await client.#dialogue.start());
      await client.#introduce();
      return client;
    } catch (error) {
      await client.#leave(error);
      throw error;
    }
  }

  /** The server's first words. */
  get greeting(): Reply | undefined {
    return this.#greeting;
  }

  /** What the server offers now. */
  get extensions(): Extensions {
    return this.#dialogue.extensions;
  }

  /** Facts about the transport, after TLS those of the secure one. */
  get info(): TransportInfo {
    return this.#driver.info;
  }

  /** False once the server said good-bye (421, or the answer to QUIT) or the connection is over. */
  get isOpen(): boolean {
    return this.#dialogue.isOpen;
  }

  /** Resolves when the connection is over, with the reason; never rejects. */
  get closed(): Promise<Closure> {
    return this.#driver.closed;
  }

  /** Says a command; resolves to its answer, whatever that is. Commands said at once are pipelined as far as RFC 2920 allows. DATA has a method of its own. */
  async command(command: Command): Promise<ReceivedReply> {
    if (command.verb === "DATA" || command.verb === "BDAT" || command.verb === "AUTH" || command.verb === "STARTTLS") {
      throw new ProtocolError("local", "bad-command", `${command.verb} has a method of its own`);
    }
    await this.#turns;
    return this.#dialogue.command(command);
  }

  /** Says a line that no type describes; resolves to its answer, whatever that is. Known verbs are refused: they have types. */
  raw(line: string): Promise<ReceivedReply> {
    const [name = "", ...rest] = line.split(" ");
    return this.command({ verb: "unknown", name, argument: rest.join(" ") });
  }

  /** Upgrades by STARTTLS and introduces itself again, on a connection that was opened with `allowPlaintext`. */
  startTls(): Promise<void> {
    return this.#inTurn(() => this.#upgrade());
  }

  /**
   * Authenticates by a SASL mechanism, or by the one that a function chooses. Rejects with a local `ProtocolError` (`mechanism-not-offered`) before
   * anything is said when the server does not offer the mechanism, with what the mechanism throws after the exchange was cancelled, and with
   * what it says to a success that it does not believe; the connection is dropped then.
   */
  auth(choice: SaslChoice): Promise<Reply> {
    return this.#inTurn(() => {
      const { secure, tls } = this.info;
      return carryExchange(choice, {
        offer: { mechanisms: this.extensions.authMechanisms, secure, ...(tls === undefined ? {} : { tls }) },
        fits: (length) => "AUTH \r\n".length + length <= MAX_AUTH_COMMAND_BYTES,
        say: (exchange) => this.#sayAuth(exchange),
        drop: (reason) => this.abort(reason),
      });
    });
  }

  /**
   * Sends a mail; resolves when the server took it for at least one recipient. Rejects with {@link SmtpReplyError} when it was taken for none; what was
   * said about each recipient is in the error. Mails sent at once go one after another. A message that cannot be sent whole (its source
   * fails, or it has bare line ends) costs the connection, since SMTP has no other way to take it back.
   */
  sendMail(mail: Mail): Promise<SendResult> {
    return this.sendMailOnce(mail, () => undefined);
  }

  /** {@link SmtpClient.sendMail}; `onBegun` is called once the server answered MAIL, from where on nobody may try again unasked. @internal */
  sendMailOnce(mail: Mail, onBegun: () => void): Promise<SendResult> {
    return this.#inTurn(() => this.#send(mail, onBegun), mail.signal);
  }

  /**
   * DATA and the message, in a transaction that was begun by {@link SmtpClient.command} with MAIL and RCPT: for relays, which must hear about each
   * recipient before they ask for the message. Resolves to what was said, whatever it is: to DATA where that was refused, else to the message (in
   * LMTP once for each recipient that was accepted). Lines end with CRLF as in {@link Mail}; a `body` that cannot be sent whole costs the connection.
   */
  data(body: Mail["body"]): Promise<readonly Reply[]> {
    return this.#inTurn(async () => {
      const reply = await this.#dialogue.commandAlone({ verb: "DATA" });
      if (reply.code !== 354) return [reply];
      const answersExpected = this.#options.protocol === "lmtp" ? this.#dialogue.recipients : 1;
      return sendMessage(this.#messageParts, piecesOf(body, this.#dialogue.ended), answersExpected);
    });
  }

  /** RSET: gives up whatever transaction is open. */
  async reset(): Promise<void> {
    expectPositive("RSET", await this.command({ verb: "RSET" }));
  }

  /** NOOP: is the server still there? */
  async noop(): Promise<void> {
    expectPositive("NOOP", await this.command({ verb: "NOOP" }));
  }

  /** VRFY; resolves to the answer, whatever it is. */
  verify(text: string): Promise<ReceivedReply> {
    return this.command({ verb: "VRFY", text });
  }

  /** EXPN; resolves to the answer, whatever it is. */
  expand(text: string): Promise<ReceivedReply> {
    return this.command({ verb: "EXPN", text });
  }

  /** ETRN (RFC 1985): asks the server to begin sending what waits for a node; resolves to the answer, whatever it is. */
  etrn(node: string): Promise<ReceivedReply> {
    return this.command({ verb: "ETRN", text: node });
  }

  /** XCLIENT: speaks for another client from now on, as a trusted relay, and introduces itself again. */
  xclient(attributes: readonly OnBehalfAttribute[]): Promise<void> {
    return this.#inTurn(async () => {
      expectCode(220, "XCLIENT", await this.#dialogue.command({ verb: "XCLIENT", attributes }));
      await this.#hello();
    });
  }

  /** HELP; resolves to the answer, whatever it is. */
  help(text?: string): Promise<ReceivedReply> {
    return this.command(text === undefined ? { verb: "HELP" } : { verb: "HELP", text });
  }

  /** QUIT; resolves when the connection is over. A server that only closes, or did so before, is as good. */
  async quit(): Promise<void> {
    await this.command({ verb: "QUIT" }).catch((error: unknown) => {
      if (this.isOpen && !(error instanceof ConnectionError)) throw error;
    });
    await this.#driver.close();
  }

  /** Drops the connection at once. */
  abort(reason?: unknown): void {
    this.#driver.abort(reason);
  }

  async #introduce(): Promise<void> {
    const { allowPlaintext } = this.#options;
    await this.#hello();
    if (this.info.secure || allowPlaintext === true) return;
    if (allowPlaintext !== "opportunistic") await this.#upgrade();
    else if (this.extensions.has("STARTTLS")) await this.#upgrade().catch(unlessRefused);
  }

  /** Acts when all is over that was begun before; a `signal` is heeded while waiting. */
  #inTurn<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#turns;
    const done = untilAborted(before, signal).then(act);
    // One that is given up while it waits is over sooner than what it waited for.
    const over = (): Promise<void> => before;
    this.#turns = done.then(over, over);
    return done;
  }

  async #sayAuth(exchange: SaslExchange): Promise<Reply> {
    if (!this.extensions.authMechanisms.includes(exchange.mechanism.toUpperCase())) {
      throw new ProtocolError("local", "mechanism-not-offered", `the server does not offer ${exchange.mechanism}`);
    }
    return expectPositive("AUTH", await this.#dialogue.authenticate(exchange));
  }

  async #upgrade(): Promise<void> {
    if (this.#options.serverName === undefined) {
      throw new ProtocolError("local", "server-name-missing", "STARTTLS needs serverName: the name in the server's certificate");
    }
    if (!this.extensions.has("STARTTLS")) throw new ConnectionError("tls", "the server does not offer STARTTLS");
    const reply = await this.#dialogue.startTls();
    if (reply.code !== 220) {
      throw new ConnectionError("tls", "the server refused STARTTLS", { cause: new SmtpReplyError("STARTTLS", reply) });
    }
    await this.#hello();
  }

  /** EHLO (in LMTP, LHLO); where even plaintext is allowed (or there is TLS) a server that knows only HELO will do. */
  async #hello(): Promise<void> {
    const { hostname = "[127.0.0.1]", allowPlaintext, protocol } = this.#options;
    const verb = protocol === "lmtp" ? "LHLO" : "EHLO";
    const reply = await this.#dialogue.command({ verb, domain: hostname });
    if (reply.code === 250) return;
    if (protocol === "lmtp") throw new SmtpReplyError(verb, reply);
    const mayBePlain = allowPlaintext === true || allowPlaintext === "opportunistic";
    if (reply.code < 500 || !(this.info.secure || mayBePlain)) throw new SmtpReplyError("EHLO", reply);
    expectPositive("HELO", await this.#dialogue.command({ verb: "HELO", domain: hostname }));
  }

  /** Says QUIT where the server can still hear it, and goes without waiting for the answer. */
  async #leave(reason: unknown): Promise<void> {
    if (reason instanceof SmtpReplyError || (reason instanceof ConnectionError && reason.code === "tls")) {
      void this.#dialogue.command({ verb: "QUIT" }).catch(() => undefined);
      await this.#driver.close();
    }
    this.#driver.abort(reason);
  }

  async #send(mail: Mail, onBegun: () => void): Promise<SendResult> {
    const transaction = transactionOf(mail, this.extensions);
    const { signal } = mail;
    const onAbort = (): void => this.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    try {
      const { dialogue, flush, abort } = this.#messageParts;
      const parts = { dialogue, flush, abort, options: this.#options, onBegun };
      return await new Delivery(parts, mail, transaction).run();
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }
}

/** RFC 4954 section 4: AUTH is not longer than any command (RFC 5321 section 4.5.3.1.4), whatever the initial response. */
const MAX_AUTH_COMMAND_BYTES = 512;

/** A server that does not grant TLS can still be talked to; one that cannot do it, or is not the right one, is gone. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof ConnectionError && error.cause instanceof SmtpReplyError)) throw error;
}

function expectCode<R extends Reply>(code: number, command: string, reply: R): R {
  if (reply.code !== code) throw new SmtpReplyError(command, reply);
  return reply;
}

function sessionOptions(
  transport: ByteTransport,
  { protocol, dataCommand, allowPlaintext, lineEnds, limits, observe }: SmtpClientOptions,
): ClientSessionOptions {
  return {
    secure: transport.info.secure,
    ...(protocol === undefined ? {} : { protocol }),
    ...(dataCommand === undefined ? {} : { dataCommand }),
    ...(allowPlaintext === undefined ? {} : { allowPlaintext }),
    ...(lineEnds === undefined ? {} : { lineEnds }),
    ...(limits === undefined ? {} : { limits }),
    ...(observe === undefined ? {} : { observe }),
  };
}
