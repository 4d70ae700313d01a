// How much either side of SCRAM takes from its peer.

import { MIN_SCRAM_ITERATIONS } from "./keys.ts";

/** What a SCRAM server takes from a client. */
export interface ScramServerLimits {
  /** Bytes of one message, before base64. */
  readonly maxMessageBytes: number;
}

/** What a SCRAM client takes from a server. */
export interface ScramClientLimits extends ScramServerLimits {
  /** Fewer rounds would make a listener's guessing cheap: RFC 5802 section 5.1, RFC 7677 section 3. */
  readonly minIterations: number;
  /** More rounds would let a server burn this side's time. */
  readonly maxIterations: number;
}

/** A name of 255 bytes, all escaped, a nonce and a channel binding take less than half of this. */
export const DEFAULT_SCRAM_SERVER_LIMITS: ScramServerLimits = { maxMessageBytes: 4096 };

/** 100,000 rounds of SHA-512 take a processor of today some 50 ms, and Cloudflare's Workers refuse to do more. */
export const DEFAULT_SCRAM_CLIENT_LIMITS: ScramClientLimits = {
  maxMessageBytes: 4096,
  minIterations: MIN_SCRAM_ITERATIONS,
  maxIterations: 100_000,
};
