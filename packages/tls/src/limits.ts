// How long things may take when the caller does not say.

/** How long things may take when the caller does not say. */
export const DEFAULT_LIMITS = {
  /** To connect, an implicit handshake included: twice the 30 seconds that slow networks need for lost SYNs. */
  connectTimeoutMs: 60_000,
  /** For one handshake: a few round trips on the slowest link, and short enough that stalled ones do not pile up at a server. */
  handshakeTimeoutMs: 30_000,
};
