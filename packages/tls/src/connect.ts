// Connects to a server, in clear or inside TLS.

import { connect as connectSocket } from "node:net";
import type { Socket } from "node:net";
import type { ByteTransport } from "@mailwire/wire";
import { bounded, typed } from "./bounded.ts";
import { shakeHandsAsClient } from "./client-handshake.ts";
import { fromSocket } from "./from-socket.ts";
import { happens } from "./happens.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { ClientTlsOptions } from "./options.ts";

/** Where and how {@link connect} connects. */
export interface ConnectOptions {
  /** A name or an IP address. */
  readonly host: string;
  /** The port there. */
  readonly port: number;
  /**
   * `implicit`: TLS from the first byte (ports 465, 993, 995). `starttls` (default) and `none`: in clear; whether the connection is then
   * upgraded is up to the session, and `tls` is kept for that.
   */
  readonly mode?: "none" | "starttls" | "implicit";
  /** The name that the certificate must carry, and SNI; default `host`. An IP address is checked against the addresses in the certificate. */
  readonly serverName?: string;
  /** What is trusted, and what this end shows of itself. */
  readonly tls?: ClientTlsOptions;
  /** Gives up connecting when aborted; it has no effect later. */
  readonly signal?: AbortSignal;
  /** Milliseconds for all of it: name lookup, connecting, implicit handshake; default {@link DEFAULT_LIMITS}. */
  readonly timeoutMs?: number;
}

/**
 * Connects, and with `mode: "implicit"` completes the handshake and checks the certificate. Rejects with `ConnectionError`: `transport`
 * (no such host, refused, reset), `tls` (the handshake failed), `timeout`, `aborted`. Give the result to a client's `open`.
 */
export async function connect(options: ConnectOptions): Promise<ByteTransport> {
  const { host, port, signal, timeoutMs = DEFAULT_LIMITS.connectTimeoutMs } = options;
  let socket: Socket | undefined;
  try {
    socket = connectSocket({ host, port, noDelay: true, allowHalfOpen: true });
    return await bounded(open(socket, options), `connecting to ${host}:${port}`, { timeoutMs, signal });
  } catch (error) {
    socket?.destroy();
    throw typed("transport", `connecting to ${host}:${port}`, error);
  }
}

async function open(socket: Socket, { host, mode, serverName = host, tls = {} }: ConnectOptions): Promise<ByteTransport> {
  if (mode !== "implicit") return happens(socket, "connect", () => fromSocket(socket, { tls }));
  await happens(socket, "connect", () => undefined);
  try {
    return await shakeHandsAsClient(socket, serverName, tls, (secured) => fromSocket(secured));
  } catch (error) {
    throw typed("tls", `TLS handshake with ${serverName}`, error);
  }
}
