// One session as its server's owner sees it: who, since when, how much, what was said, and the means to end it.

import { Recorder } from "@mailwire/transcript";
import type { Closure, ServedConnection } from "@mailwire/transport";
import type { ByteTransport, Observer, TransportInfo } from "@mailwire/wire";
import { ConnectionError } from "@mailwire/wire";
import { CountingTransport } from "./counting-transport.ts";
import { Expiry } from "./expiry.ts";
import type { MailServerLimits } from "./limits.ts";

/** What a service is given for each connection beside the transport. */
export interface Live {
  /** For the `observe` option of the protocol's server: the session's dialogue is recorded from it. */
  readonly observe: Observer;
  /** For the `signal` option: aborted when the session is dropped, and once it is over. */
  readonly signal: AbortSignal;
  /** Tells who is logged in. */
  identify(user: string): void;
}

/** Serves one connection: `serveSmtp`, `servePop3` or `serveImap` with its options filled in. */
export type Serve = (transport: ByteTransport, live: Live) => ServedConnection;

/** What a listener serves. */
export interface Service {
  /** The name by which sessions are listed: `SMTP`, `IMAPS` … */
  readonly protocol: string;
  /** Called for each connection; when it throws, the connection is dropped and the error reported. */
  readonly serve: Serve;
  /** What a connection over a quota is told, line end included (`421 …`, `-ERR …`, `* BYE …`); it is closed without a word by default. */
  readonly refusal?: Uint8Array;
}

/** What a session shares with the server that it belongs to. */
export interface SessionSurroundings {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The server's limits. */
  readonly limits: MailServerLimits;
  /** Called when a session has told its user's name. */
  readonly onIdentify: (session: LiveSession) => void;
}

/** A session that goes on, or did: what is known of it stays readable after its end. */
export class LiveSession {
  /** Number of the session, from 1, unique within its server. */
  readonly id: number;
  /** Name of its service. */
  readonly protocol: string;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
  /** What was said, redacted, as it happens: `entries` and `subscribe`. */
  readonly dialogue: Recorder;
  /** Resolves when it is over, with the reason; never rejects. */
  readonly closed: Promise<Closure>;
  readonly #connection: ServedConnection;
  readonly #surroundings: SessionSurroundings;
  readonly #abort = new AbortController();
  readonly #expiry: Expiry;
  #info: TransportInfo;
  #user: string | undefined;
  #bytesIn = 0;
  #bytesOut = 0;
  #lastActive: number;

  /** Begins to serve `transport`; throws what the service throws. */
  constructor(id: number, service: Service, transport: ByteTransport, surroundings: SessionSurroundings) {
    const { clock, limits } = surroundings;
    this.id = id;
    this.protocol = service.protocol;
    this.since = this.#lastActive = clock();
    this.#surroundings = surroundings;
    this.#info = transport.info;
    this.dialogue = new Recorder({ clock, limits: { maxRecordedChars: limits.maxDialogueChars } });
    this.#connection = service.serve(this.#counted(transport), this.#live());
    this.#expiry = new Expiry(
      () => this.msLeft,
      () => this.close(),
    );
    this.closed = this.#connection.closed.then((closure) => this.#over(closure));
  }

  /** Who is logged in; `undefined` until that is known. */
  get user(): string | undefined {
    return this.#user;
  }

  /** The client's address and the safety of the way, as they are now. */
  get info(): TransportInfo {
    return this.#info;
  }

  /** Bytes received from the client (inside TLS: plaintext). */
  get bytesIn(): number {
    return this.#bytesIn;
  }

  /** Bytes handed over for the client (inside TLS: plaintext). */
  get bytesOut(): number {
    return this.#bytesOut;
  }

  /** When the last byte passed, in milliseconds since 1970. */
  get lastActive(): number {
    return this.#lastActive;
  }

  /** Milliseconds until the server ends it if nothing more is said. */
  get msLeft(): number {
    const { clock, limits } = this.#surroundings;
    return Math.min(this.#lastActive + limits.maxIdleMs, this.since + limits.maxSessionMs) - clock();
  }

  /** Ends it politely as soon as the current command is answered; drops it when it is not over after `deadlineMs` (default: `maxFarewellMs`). */
  close(deadlineMs: number = this.#surroundings.limits.maxFarewellMs): void {
    this.#connection.close();
    const timer = setTimeout(() => this.drop(), deadlineMs);
    void this.closed.then(() => clearTimeout(timer));
  }

  /** Drops the connection at once. */
  drop(reason: unknown = new ConnectionError("aborted", "the session was dropped")): void {
    this.#abort.abort(reason);
    this.#connection.abort(reason);
  }

  #counted(transport: ByteTransport): ByteTransport {
    const active = (): void => {
      this.#lastActive = this.#surroundings.clock();
    };
    return new CountingTransport(transport, {
      received: (bytes) => {
        this.#bytesIn += bytes;
        active();
      },
      sent: (bytes) => {
        this.#bytesOut += bytes;
        active();
      },
      upgraded: (info) => {
        this.#info = info;
      },
    });
  }

  #live(): Live {
    return {
      observe: this.dialogue.observe,
      signal: this.#abort.signal,
      identify: (user) => {
        this.#user = user;
        this.#surroundings.onIdentify(this);
      },
    };
  }

  #over(closure: Closure): Closure {
    this.#expiry.stop();
    this.dialogue.finish();
    this.#abort.abort(closure.error);
    return closure;
  }
}
