// The contract of every conversation: bytes and intents in, outputs out, no I/O inside.

import type { TlsInfo } from "./transport.ts";

/**
 * A conversation without I/O: bytes and intents go in, outputs come out, in order.
 *
 * A session never waits, never reads a clock and never calls back except `observe`. Whoever drives it
 * (`drive` of `@mailwire/transport`, a test, a proxy) calls {@link Session.poll} until the answer says what to do next.
 */
export interface Session<Event, Intent> {
  /** Takes bytes from the peer; the session keeps views of them, so the caller must not reuse the memory. */
  receive(chunk: Uint8Array): void;
  /** Tells the session that the peer will send no more. */
  receiveEof(): void;
  /** Tells the session that the handshake asked for by `start-tls` is done: it begins anew, keeping only its options. */
  receiveTls(info: TlsInfo): void;
  /** Asks the session to say something to the peer; throws a local `ProtocolError` when that is illegal now. */
  send(intent: Intent): void;
  /**
   * Answers what happens next, one thing per call. Throws a remote `ProtocolError` once when the peer broke the protocol
   * beyond repair; from then on it answers `closed`.
   */
  poll(): Output<Event>;
  /** How long the current wait may last; a new wait is a new object, so drivers compare by identity. */
  readonly patience: Patience;
}

/** One answer of {@link Session.poll}; a driver switches on `type` alone. */
export type Output<Event> =
  /** Something happened that the application should know. */
  | { readonly type: "event"; readonly event: Event }
  /** Write these bytes to the peer, in this order. */
  | { readonly type: "transmit"; readonly chunks: readonly Uint8Array[] }
  /** Nothing to do until the peer sends more. */
  | { readonly type: "need-input" }
  /** The application must `send()` first: do not read (backpressure). */
  | { readonly type: "paused" }
  /** Hand over to the transport for a TLS handshake, writing `reply` first; given only with an empty receive buffer. */
  | { readonly type: "start-tls"; readonly reply?: Uint8Array }
  /** The conversation is over; end the transport. */
  | { readonly type: "closed" };

/** The time that one wait for the peer may take: `ms + bytes received / minBytesPerSecond`. */
export interface Patience {
  /** What is waited for, in the words of the protocol (`greeting`, `command`, `data-block` …). */
  readonly phase: string;
  /** Milliseconds; bytes that trickle in do not start it again. */
  readonly ms: number;
  /** For bodies: each second's worth of bytes received buys one second more. */
  readonly minBytesPerSecond?: number;
  /** What the peer is told when that was too long, where the protocol has a word for it; the connection ends behind it. */
  readonly farewell?: Uint8Array;
}

/** An output that carries nothing, shared so that a poll allocates nothing. */
export const NEED_INPUT: { readonly type: "need-input" } = { type: "need-input" };
/** See {@link NEED_INPUT}. */
export const PAUSED: { readonly type: "paused" } = { type: "paused" };
/** See {@link NEED_INPUT}. */
export const CLOSED: { readonly type: "closed" } = { type: "closed" };
