// What a served or driven connection shows to whoever owns it.

import type { ConnectionErrorCode } from "@mailwire/wire";

/** Why a conversation ended: `done` (as the protocol ends it), `protocol` (the peer broke it), or how the connection was lost. */
export interface Closure {
  /** Which of these it was. */
  readonly reason: "done" | "protocol" | ConnectionErrorCode;
  /** The error behind any reason but `done`. */
  readonly error?: Error;
}

/** One connection that a server is talking on. */
export interface ServedConnection {
  /** Resolves when the connection is over; never rejects. */
  readonly closed: Promise<Closure>;
  /** Ends the conversation politely (421, BYE, or the like) as soon as the current command is answered. */
  close(): void;
  /** Drops the connection at once. */
  abort(reason?: unknown): void;
}
