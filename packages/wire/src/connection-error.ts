// Why a connection ended when no protocol rule was broken: time, the caller's signal, the network.

/** Why a connection was lost. */
export type ConnectionErrorCode = "timeout" | "aborted" | "eof" | "transport" | "tls" | "closed";

/**
 * A connection was lost or given up: `timeout` (the phase's patience ran out), `aborted` (the caller's signal or call),
 * `eof` (the peer closed in the middle), `transport` (the network failed), `tls` (the handshake failed), `closed` (used after its end).
 */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** Stable name of the reason. */
  readonly code: ConnectionErrorCode;
  /** What was being waited for, where known. */
  readonly phase: string | undefined;

  constructor(code: ConnectionErrorCode, message: string, details: { readonly phase?: string; readonly cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.phase = details.phase;
  }
}
