// How a client behaves: its limits, and what its caller may choose.

import type { LineEndPolicy, Observer } from "@mailwire/wire";
import type { ConversationLimits } from "./conversation.ts";
import type { Leaving } from "./message-body.ts";
import { DEFAULT_CLIENT_LIMITS } from "../session/limits.ts";
import type { ClientLimits } from "../session/limits.ts";

/** Limits of a `Pop3Client`: those of its session, and two of its own. */
export interface Pop3ClientLimits extends ClientLimits, ConversationLimits {}

/** Limits of a `Pop3Client` where the caller gives none. */
export const DEFAULT_POP3_CLIENT_LIMITS: Pop3ClientLimits = {
  ...DEFAULT_CLIENT_LIMITS,
  // Most messages are smaller, so a command between two steps of a loop over one seldom meets this.
  maxQueuedBytes: 16 * 1024 * 1024,
  // The largest maildrops seen hold some hundred thousand messages.
  maxListingLines: 1_000_000,
};

/** How a `Pop3Client` behaves. */
export interface Pop3ClientOptions {
  /** The name that the server's certificate must carry. Needed for the upgrade by STLS, unless `allowPlaintext`. */
  readonly serverName?: string;
  /** Options for the platform's TLS, passed to the transport at the upgrade. */
  readonly tlsOptions?: unknown;
  /** True to talk, and to log in, without TLS where the transport is not secure. No upgrade is tried then. */
  readonly allowPlaintext?: boolean;
  /** When commands go ahead of answers: when the server `offered` it (default), `always` or `never`. */
  readonly pipelining?: "offered" | "always" | "never";
  /** When names and passwords may have characters beyond ASCII: when the server `offered` it by `UTF8 USER` (default), or `always`. */
  readonly utf8Credentials?: "offered" | "always";
  /** What becomes of bare CR and bare LF in messages; `keep` by default. */
  readonly bodyLineEnds?: LineEndPolicy;
  /** What becomes of the rest of a message that is left early, unless the command says otherwise; `drain` by default. */
  readonly leaving?: Leaving;
  /** See {@link Pop3ClientLimits}. */
  readonly limits?: Partial<Pop3ClientLimits>;
  /** Sees each unit of the dialogue, secrets wrapped. */
  readonly observe?: Observer;
  /** Drops the connection when aborted; what waits then rejects with a `ConnectionError` (`aborted`). */
  readonly signal?: AbortSignal;
}

/** How a message is fetched. */
export interface BodyOptions {
  /** What becomes of its rest when it is left early; what the client's options say unless given. */
  readonly leaving?: Leaving;
}
