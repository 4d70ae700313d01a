// The errors that adapters and the driver share: how a connection was lost, and bytes in clear where TLS was to begin.

import { ConnectionError, ProtocolError } from "@mailwire/wire";

/** What reads and writes reject with after `abort(reason)`: the reason itself where it is an error. */
export function abortError(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  return new ConnectionError("aborted", "the connection was dropped by this end", { cause: reason });
}

/** What the other end sees then. */
export function droppedByPeer(): ConnectionError {
  return new ConnectionError("transport", "the peer dropped the connection");
}

/** Bytes in clear were waiting when the TLS handshake was to begin (RFC 3207 section 4.2): somebody wants them run inside TLS. */
export function startTlsInjection(): ProtocolError {
  return new ProtocolError("remote", "starttls-injection", "bytes in clear were waiting when TLS was to begin");
}

/** A second read while one waits. */
export function concurrentRead(): ProtocolError {
  return new ProtocolError("local", "concurrent-read", "one read at a time");
}

/** What a driver reports of an error that ended its connection: itself, where it is one of ours. */
export function lost(error: unknown, code: "transport" | "tls" = "transport"): Error {
  if (error instanceof ConnectionError || error instanceof ProtocolError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ConnectionError(code, `the connection was lost: ${message}`, { cause: error });
}
