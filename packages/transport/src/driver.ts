// What a session in motion is asked and told.

import type { Patience, TransportInfo } from "@mailwire/wire";
import type { Closure } from "./connection.ts";

/** How {@link drive} runs a session. */
export interface DriveOptions {
  /** What a TLS upgrade needs when the session asks for one; `tls` is passed to the transport. */
  readonly tls?:
    { readonly side: "client"; readonly serverName: string; readonly tls?: unknown } | { readonly side: "server"; readonly tls: unknown };
  /** Drops the connection when aborted. */
  readonly signal?: AbortSignal;
  /** How long the peer may take to accept what is written; default 5 minutes per write (RFC 5321 section 4.5.3.2). */
  readonly writePatience?: Patience;
  /**
   * While the peer does not take what is written: to `wait` (default), as a server does that takes no more commands than it can answer; or to `listen`
   * all the same, as a client must, whose server may wait to be heard itself. What was said before then comes by {@link Driver.next} also when
   * nothing more can be written, for that may be why; only then the loss, which is also when a flush fails that waits.
   */
  readonly whileWriting?: "wait" | "listen";
}

/** Whoever is given the events of a {@link Driver}. */
export interface EventTaker<Event> {
  /**
   * Takes one. The next one comes once what this returns has resolved, and none does after `enough`, said at once or resolved to. What it throws or
   * rejects with, `fail` is told.
   */
  take(event: Event): PromiseLike<unknown> | "enough" | undefined;
  /** It was enough, or the conversation is over. */
  done(): void;
  /** As {@link Driver.next} rejects, or {@link EventTaker.take} did. */
  fail(error: unknown): void;
}

/** A session in motion over a transport. */
export interface Driver<Event, Intent> {
  /**
   * Runs the conversation until its next event; `null` once it is over. One call at a time. Rejects with a `ProtocolError` when the peer broke
   * the protocol, and with a `ConnectionError` when the connection was lost.
   */
  next(): Promise<Event | null>;
  /**
   * Runs the conversation until it is over and gives each event to `take`, the next one once what `take` returned has resolved; meanwhile
   * {@link Driver.next} may be called for what comes next, such as the chunks of a message. Rejects as `next` does, and with what `take` throws.
   */
  run(take: (event: Event) => PromiseLike<unknown> | undefined): Promise<void>;
  /** As {@link Driver.run}, but tells `taker`: of thousands of conversations nearly all stand still, and each promise that waits costs memory. */
  runFor(taker: EventTaker<Event>): void;
  /** Hands an intent to the session and wakes the loop; throws what the session throws, and `ConnectionError` (`closed`) after the end. */
  send(intent: Intent): void;
  /** Resolves when the transport has accepted all that the session had to transmit. */
  flush(): Promise<void>;
  /** Flushes and ends the transport, without another word in the protocol. */
  close(): Promise<void>;
  /** Drops the connection at once. */
  abort(reason?: unknown): void;
  /** Facts about the current transport (another one after a TLS upgrade). */
  readonly info: TransportInfo;
  /** Resolves when the connection is over, with the reason; never rejects. */
  readonly closed: Promise<Closure>;
}
