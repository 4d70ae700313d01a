// Many connections: takes them from listeners or from the caller, keeps the quotas, and ends them all on request.

import { listen } from "@mailwire/tls";
import type { Listener, ListenOptions } from "@mailwire/tls";
import type { ByteTransport } from "@mailwire/wire";
import { ProtocolError, withLimits } from "@mailwire/wire";
import { DEFAULT_MAIL_SERVER_LIMITS } from "./limits.ts";
import type { MailServerLimits } from "./limits.ts";
import { LiveSession } from "./live-session.ts";
import type { Service, SessionSurroundings } from "./live-session.ts";
import { Quota } from "./quota.ts";
import { refuse } from "./refuse.ts";
import { SessionRegistry } from "./session-registry.ts";
import { proxyPreamble } from "./trusted-proxies.ts";
import type { ProxyProtocolOptions } from "./trusted-proxies.ts";

/** Connections beyond the quota that are waited for after they were turned away, up to `maxFarewellMs` each; the others hear the same and are dropped. */
const ROOM_FOR_REFUSALS = 32;

/** Sockets beyond the quota that a listener has for such connections, and for handshakes that have not ended; what comes then is dropped without a word. */
const ROOM_PER_LISTENER = 2 * ROOM_FOR_REFUSALS;

/** The same for one address at a listener, so that the handshakes of one do not keep others out. */
const ROOM_PER_ADDRESS = 8;

/**
 * Where and how a {@link MailServer} listens. Its `maxConnections` and `maxConnectionsPerAddress` are by default the quotas of the server and some
 * room to refuse others in.
 */
export interface MailListenOptions extends ListenOptions {
  /** Who is believed when it says, by the PROXY protocol, on whose behalf it connects; default: nobody. */
  readonly proxyProtocol?: ProxyProtocolOptions;
}

/** Options of a {@link MailServer}. */
export interface MailServerOptions {
  /** See {@link DEFAULT_MAIL_SERVER_LIMITS}. */
  readonly limits?: Partial<MailServerLimits>;
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly clock?: () => number;
  /** Hears of services that threw and of listeners that failed; it must not throw. Nothing is done with such errors by default. */
  readonly onError?: (error: unknown) => void;
}

/** Serves many connections, of any protocols. Without a listener it serves what {@link MailServer.accept} is given. */
export class MailServer {
  /** Its live sessions: list, find, watch, and drop them. */
  readonly sessions = new SessionRegistry();
  readonly #limits: MailServerLimits;
  readonly #surroundings: SessionSurroundings;
  readonly #onError: (error: unknown) => void;
  readonly #quota: Quota;
  readonly #listeners = new Set<Listener>();
  #lastId = 0;
  #refusals = 0;
  #phase: "open" | "closing" = "open";

  constructor(options: MailServerOptions = {}) {
    this.#limits = withLimits(DEFAULT_MAIL_SERVER_LIMITS, options.limits);
    this.#onError = options.onError ?? (() => undefined);
    this.#quota = new Quota(this.#limits.maxConnections, this.#limits.maxConnectionsPerAddress);
    this.#surroundings = {
      clock: options.clock ?? Date.now,
      limits: this.#limits,
      onIdentify: (session) => this.sessions.identified(session),
    };
  }

  /**
   * Listens and serves each connection; the answer says on which port, and closes it alone. Rejects with `ConnectionError` (`transport`) when the
   * address cannot be had, and with a local `ProtocolError` (`illegal-now`) once the server drains.
   */
  async listen(service: Service, { proxyProtocol, ...options }: MailListenOptions): Promise<Listener> {
    const maxConnections = this.#limits.maxConnections + ROOM_PER_LISTENER;
    const maxConnectionsPerAddress = this.#limits.maxConnectionsPerAddress + ROOM_PER_ADDRESS;
    const preamble = proxyProtocol && { preamble: proxyPreamble(proxyProtocol) };
    const listener = await listen(
      { maxConnections, maxConnectionsPerAddress, onError: this.#onError, ...preamble, ...options },
      (transport) => void this.accept(transport, service),
    );
    if (this.#phase === "closing") {
      await listener.close();
      throw new ProtocolError("local", "illegal-now", "the server is closing");
    }
    this.#listeners.add(listener);
    return listener;
  }

  /** Serves one connection from wherever it comes; `undefined` when it was refused (quota, drain) or its service threw. */
  accept(transport: ByteTransport, service: Service): LiveSession | undefined {
    const giveBack = this.#phase === "open" ? this.#quota.take(transport.info.remote) : undefined;
    if (giveBack === undefined) {
      void this.#refuse(transport, service);
      return undefined;
    }
    try {
      this.#lastId += 1;
      const session = new LiveSession(this.#lastId, service, transport, this.#surroundings);
      void session.closed.then(giveBack);
      this.sessions.add(session);
      return session;
    } catch (error) {
      giveBack();
      transport.abort(error);
      this.#onError(error);
      return undefined;
    }
  }

  async #refuse(transport: ByteTransport, { refusal }: Service): Promise<void> {
    const courtesy = this.#refusals < ROOM_FOR_REFUSALS ? "left" : "said";
    if (courtesy === "left") this.#refusals += 1;
    await refuse(transport, refusal, this.#limits.maxFarewellMs, courtesy);
    if (courtesy === "left") this.#refusals -= 1;
  }

  /**
   * Drains: stops listening, ends every session politely as soon as its current command is answered, and drops what is left after
   * `deadlineMs` (default: `maxFarewellMs`). Resolves when all are over.
   */
  async close(deadlineMs: number = this.#limits.maxFarewellMs): Promise<void> {
    this.#phase = "closing";
    const sessions = [...this.sessions];
    const released = [...this.#listeners].map((listener) => listener.close());
    for (const session of sessions) session.close(deadlineMs);
    await Promise.all([...released, ...sessions.map(({ closed }) => closed)]);
  }
}
