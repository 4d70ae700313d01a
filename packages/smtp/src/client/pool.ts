// A few connections to one server, shared by many mails.

import { ConnectionError } from "@mailwire/wire";
import type { Mail, SendResult } from "./mail.ts";
import type { SmtpClient } from "./smtp-client.ts";
import { untilAborted } from "./until-aborted.ts";

/** How an {@link SmtpPool} behaves. */
export interface SmtpPoolOptions {
  /** Connects to the server; the client is ready for mail, authenticated where that is needed. */
  readonly open: () => Promise<SmtpClient>;
  /** Most connections at a time; default 5. */
  readonly maxConnections?: number;
  /** Mails after which a connection is left; default 100. A lower MAILMAX of the server (RFC 9422) counts too. */
  readonly maxMailsPerConnection?: number;
  /** Milliseconds after which an idle connection is left; default 30000. */
  readonly maxIdleMs?: number;
}

/** A connection, and how much it was used. */
interface Connection {
  readonly client: SmtpClient;
  mails: number;
  idleTimer?: ReturnType<typeof setTimeout>;
}

/** A mail that waits for its turn. */
interface Waiting {
  readonly begin: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Sends mails over connections that are kept and used again. Mails begin in the order in which they came. No mail is sent twice: only one that a
 * used connection lost before it answered MAIL is tried again, once and over a fresh connection.
 */
export class SmtpPool {
  readonly #options: Required<SmtpPoolOptions>;
  readonly #queue = new Set<Waiting>();
  /** Mails whose turn it is, each with a connection of its own or opening one. */
  #underWay = 0;
  /** Open and waiting for a mail, the latest used last. */
  readonly #idle: Connection[] = [];
  /** Connections that no mail waits for: being left, or still opening. */
  readonly #unattended = new Set<Promise<void>>();
  readonly #mails = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  constructor({ open, maxConnections = 5, maxMailsPerConnection = 100, maxIdleMs = 30_000 }: SmtpPoolOptions) {
    this.#options = { open, maxConnections, maxMailsPerConnection, maxIdleMs };
  }

  /**
   * Sends a mail as soon as it is its turn; settles as {@link SmtpClient.sendMail} does, with what `open` throws where no connection can be had,
   * and with a `ConnectionError` (`closed`) when the pool is closed before. The mail's `signal` is heeded all the while.
   */
  sendMail(mail: Mail): Promise<SendResult> {
    const sent = this.#send(mail);
    const forget = (): void => void this.#mails.delete(sent);
    this.#mails.add(sent);
    sent.then(forget, forget);
    return sent;
  }

  /** Lets the mails under way finish, rejects those that wait, and quits all connections; resolves when they are over. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    for (const { reject } of this.#queue) reject(closed());
    this.#queue.clear();
    for (const connection of this.#idle.splice(0)) this.#leave(connection);
    await Promise.allSettled(this.#mails);
    while (this.#unattended.size > 0) await Promise.all(this.#unattended);
  }

  async #send(mail: Mail): Promise<SendResult> {
    await this.#turn(mail.signal);
    try {
      return await this.#deliver(mail);
    } finally {
      this.#underWay -= 1;
      this.#next();
    }
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#closing !== undefined) throw closed();
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.delete(waiting);
        reject(signal?.reason as Error);
      };
      const begin = (): void => {
        signal?.removeEventListener("abort", onAbort);
        this.#underWay += 1;
        resolve();
      };
      const waiting: Waiting = { begin, reject };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.add(waiting);
      this.#next();
    });
  }

  /** Lets those begin for whom there is a connection, or room for one. */
  #next(): void {
    for (const waiting of this.#queue) {
      if (this.#underWay + this.#unattended.size >= this.#options.maxConnections) return;
      this.#queue.delete(waiting);
      waiting.begin();
    }
  }

  async #deliver(mail: Mail): Promise<SendResult> {
    const used = this.#idle.pop();
    if (used !== undefined) {
      const progress = { isBegun: false };
      try {
        return await this.#sendOver(used, mail, () => (progress.isBegun = true));
      } catch (error) {
        if (progress.isBegun || used.client.isOpen || mail.signal?.aborted === true) throw error;
      }
    }
    return this.#sendOver(await this.#connect(mail.signal), mail, () => undefined);
  }

  async #sendOver(connection: Connection, mail: Mail, onBegun: () => void): Promise<SendResult> {
    clearTimeout(connection.idleTimer);
    connection.mails += 1;
    try {
      return await connection.client.sendMailOnce(mail, onBegun);
    } finally {
      this.#release(connection);
    }
  }

  /** A connection that comes too late for who asked is kept for others. */
  async #connect(signal: AbortSignal | undefined): Promise<Connection> {
    const opening = this.#open();
    try {
      return await untilAborted(opening, signal);
    } catch (error) {
      this.#leaveAlone(
        opening.then(
          (connection) => this.#release(connection),
          () => undefined,
        ),
      );
      throw error;
    }
  }

  async #open(): Promise<Connection> {
    const connection: Connection = { client: await this.#options.open(), mails: 0 };
    void connection.client.closed.then(() => this.#forget(connection));
    return connection;
  }

  #release(connection: Connection): void {
    const { client, mails } = connection;
    const { maxMailsPerConnection, maxIdleMs } = this.#options;
    const { MAILMAX = Infinity } = client.extensions.limits;
    const isSpent = mails >= Math.min(maxMailsPerConnection, MAILMAX);
    if (this.#closing !== undefined || isSpent || !client.isOpen) this.#leave(connection);
    else {
      this.#idle.push(connection);
      connection.idleTimer = setTimeout(() => {
        this.#forget(connection);
        this.#leave(connection);
      }, maxIdleMs);
    }
  }

  /** It is not idle any more. */
  #forget(connection: Connection): void {
    clearTimeout(connection.idleTimer);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  #leave({ client, idleTimer }: Connection): void {
    clearTimeout(idleTimer);
    this.#leaveAlone(client.quit().catch((error: unknown) => client.abort(error)));
  }

  #leaveAlone(work: Promise<void>): void {
    const unattended = work.then(() => {
      this.#unattended.delete(unattended);
      this.#next();
    });
    this.#unattended.add(unattended);
  }
}

function closed(): ConnectionError {
  return new ConnectionError("closed", "the pool is closed");
}
