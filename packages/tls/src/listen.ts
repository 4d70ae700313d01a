// Accepts connections, in clear or inside TLS, and hands each on as a transport. No bad connection ends the listener.

import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { ProtocolError } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { typed } from "./bounded.ts";
import { fromSocket } from "./from-socket.ts";
import { DEFAULT_LIMITS, OLDEST_TLS } from "./options.ts";
import type { ServerTlsOptions } from "./options.ts";

/** Where and how {@link listen} accepts connections. */
export interface ListenOptions {
  /** 0 picks a free one: see {@link Listener.port}. */
  readonly port: number;
  /** The address to listen on; default: all of them. */
  readonly host?: string;
  /** `plaintext` (default): in clear, with `tls` kept for an upgrade. `implicit`: TLS from the first byte; needs `tls`. */
  readonly mode?: "plaintext" | "implicit";
  /** The certificate, its key, and what else the handshakes need. */
  readonly tls?: ServerTlsOptions;
  /** Milliseconds that a handshake may take, implicit or later; default {@link DEFAULT_LIMITS}. */
  readonly handshakeTimeoutMs?: number;
  /** Connections beyond this many at once are dropped; default: no limit here. */
  readonly maxConnections?: number;
  /** Connections that the system holds until they are accepted; default 511, as in Node. */
  readonly backlog?: number;
  /** Told what went wrong with single connections: failed handshakes, failed accepts, what `serve` threw. It must not throw. */
  readonly onError?: (error: Error) => void;
}

/** A listening socket. */
export interface Listener {
  /** The port in use. */
  readonly port: number;
  /** The address in use. */
  readonly address: string;
  /** Stops accepting; connections go on. */
  close(): Promise<void>;
  /** Resolves once the listener is closed and the last of its connections is over. */
  readonly closed: Promise<void>;
}

/**
 * Listens, and calls `serve` with each connection (implicit TLS: after its handshake). What `serve` throws, or its promise rejects with, drops
 * that connection only. Rejects with `ConnectionError` (`transport`) when the address cannot be had.
 */
export async function listen(options: ListenOptions, serve: (transport: ByteTransport) => unknown): Promise<Listener> {
  const { onError = () => undefined, port, host, backlog, maxConnections } = options;
  const hand = async (transport: ByteTransport): Promise<void> => {
    try {
      await serve(transport);
    } catch (error) {
      transport.abort(error);
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const server = options.mode === "implicit" ? implicitServer(options, hand, onError) : plaintextServer(options, hand);
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).once("listening", resolve);
    server.listen({ port, host, backlog });
  }).catch((error: unknown) => {
    throw typed("transport", `listening on port ${port}`, error);
  });
  server.on("error", (error) => onError(typed("transport", "accepting a connection", error)));
  return listening(server);
}

type Hand = (transport: ByteTransport) => Promise<void>;

/** For proxies and people at a keyboard: a peer that has said all it will say still gets its answers. */
const ACCEPTING = { noDelay: true, allowHalfOpen: true };

function plaintextServer({ tls, handshakeTimeoutMs }: ListenOptions, hand: Hand): Server {
  const options = { ...(tls !== undefined && { tls }), ...(handshakeTimeoutMs !== undefined && { handshakeTimeoutMs }) };
  return createServer(ACCEPTING, (socket: Socket) => void hand(fromSocket(socket, options)));
}

function implicitServer({ tls, handshakeTimeoutMs }: ListenOptions, hand: Hand, onError: (error: Error) => void): Server {
  if (tls === undefined) throw new ProtocolError("local", "bad-tls-options", "implicit TLS needs TLS options");
  const handshakeTimeout = handshakeTimeoutMs ?? DEFAULT_LIMITS.handshakeTimeoutMs;
  // A half-open socket would leave a client that goes away in the middle of its handshake unnoticed.
  const server = createTlsServer({ minVersion: OLDEST_TLS, ...tls, ...ACCEPTING, allowHalfOpen: false, handshakeTimeout });
  server.on("secureConnection", (socket) => {
    socket.allowHalfOpen = ACCEPTING.allowHalfOpen;
    if (server.listening) void hand(fromSocket(socket, { side: "server" }));
    else socket.destroy();
  });
  server.on("tlsClientError", (error, socket) => {
    socket.destroy();
    onError(typed("tls", "TLS handshake", error));
  });
  return server;
}

function listening(server: Server): Listener {
  // It listens on a port, not on a path, so this is no string; and it listens.
  const { port, address } = server.address() as AddressInfo;
  const closed = new Promise<void>((resolve) => server.once("close", resolve));
  return {
    port,
    address,
    closed,
    close: () => {
      server.close();
      return Promise.resolve();
    },
  };
}
