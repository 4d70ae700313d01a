// Accepts connections, in clear or inside TLS, and hands each on as a transport. No bad connection ends the listener.

import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { ProtocolError } from "@mailwire/wire";
import type { ByteTransport, TransportInfo } from "@mailwire/wire";
import { AddressPlaces } from "./address-places.ts";
import { bounded, typed } from "./bounded.ts";
import { fromSocket } from "./from-socket.ts";
import { addresses } from "./info.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { TLS_DEFAULTS } from "./options.ts";
import type { ServerTlsOptions } from "./options.ts";
import { readPreamble } from "./preamble.ts";
import type { PreambleOptions } from "./preamble.ts";
import { shakeHandsAsServer } from "./server-handshake.ts";
import { ServerTls } from "./server-tls.ts";

/** Where and how {@link listen} accepts connections. */
export interface ListenOptions {
  /** 0 picks a free one: see {@link Listener.port}. Needed unless there is a `path`. */
  readonly port?: number;
  /** A Unix socket (on Windows a named pipe) instead of a port. Who may connect is up to the rights of its folder. */
  readonly path?: string;
  /** The address to listen on; default: all of them. */
  readonly host?: string;
  /** `plaintext` (default): in clear, with `tls` kept for an upgrade. `implicit`: TLS from the first byte; needs `tls`. */
  readonly mode?: "plaintext" | "implicit";
  /** The certificate, its key, and what else the handshakes need; a {@link ServerTls} can be renewed. */
  readonly tls?: ServerTlsOptions | ServerTls;
  /** Milliseconds that a handshake may take, implicit or later; default {@link DEFAULT_LIMITS}. */
  readonly handshakeTimeoutMs?: number;
  /** Connections that begin with something else, before TLS: see {@link PreambleOptions}. Default: none. */
  readonly preamble?: PreambleOptions;
  /** Connections beyond this many at once are dropped; default: no limit here. */
  readonly maxConnections?: number;
  /**
   * Connections beyond this many at once from one address are dropped, before any handshake; default: no limit here. Those that begin with a
   * preamble come on behalf of others, and are not counted.
   */
  readonly maxConnectionsPerAddress?: number;
  /** Connections that the system holds until they are accepted; default 511, as in Node. */
  readonly backlog?: number;
  /** Told what went wrong with single connections: failed preambles and handshakes, failed accepts, what `serve` threw. It must not throw. */
  readonly onError?: (error: Error) => void;
}

/** A listening socket. */
export interface Listener {
  /** The port in use; 0 where it is a path. */
  readonly port: number;
  /** The address in use, or the path. */
  readonly address: string;
  /** Stops accepting; connections go on. */
  close(): Promise<void>;
  /** Resolves once the listener is closed and the last of its connections is over. */
  readonly closed: Promise<void>;
}

/**
 * Listens, and calls `serve` with each connection (implicit TLS: after its handshake). What `serve` throws, or its promise rejects with, drops
 * that connection only. Rejects with `ConnectionError` (`transport`) when the address cannot be had,
 * and with a local `ProtocolError` for options that do not go together.
 */
export async function listen(options: ListenOptions, serve: (transport: ByteTransport) => unknown): Promise<Listener> {
  const { onError = () => undefined, port, path, host, backlog, maxConnections } = options;
  const drop = (transport: ByteTransport, error: unknown): void => {
    transport.abort(error);
    onError(error instanceof Error ? error : new Error(String(error)));
  };
  // Nothing waits here: a connection may last for days.
  const hand = (transport: ByteTransport): void => {
    try {
      Promise.resolve(serve(transport)).catch((error: unknown) => drop(transport, error));
    } catch (error) {
      drop(transport, error);
    }
  };
  if (options.mode === "implicit" && options.tls === undefined) {
    throw new ProtocolError("local", "bad-tls-options", "implicit TLS needs TLS options");
  }
  if ((port === undefined) === (path === undefined))
    throw new ProtocolError("local", "bad-address", "there must be a port or a path, and not both");
  const server = serverFor(options, hand, onError);
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).once("listening", resolve);
    server.listen(path === undefined ? { port, host, backlog } : { path, backlog });
  }).catch((error: unknown) => {
    throw typed("transport", `listening on ${path ?? `port ${port ?? ""}`}`, error);
  });
  server.on("error", (error) => onError(typed("transport", "accepting a connection", error)));
  return listening(server);
}

type Hand = (transport: ByteTransport) => void;

/** For proxies and people at a keyboard: a peer that has said all it will say still gets its answers. */
const ACCEPTING = { noDelay: true, allowHalfOpen: true };

function serverFor(options: ListenOptions, hand: Hand, onError: (error: Error) => void): Server {
  const { preamble, mode, tls } = options;
  const places = new AddressPlaces(options.maxConnectionsPerAddress ?? Infinity);
  if (preamble !== undefined) return precededServer(options, preamble, places, hand, onError);
  if (mode !== "implicit") return places.guard(plaintextServer(options, hand));
  // What can be renewed is looked up for each connection.
  return tls instanceof ServerTls
    ? precededServer(options, NO_PREAMBLE, places, hand, onError)
    : places.guard(implicitServer({ ...options, tls: tls ?? {} }, hand, onError));
}

const NO_PREAMBLE: PreambleOptions = { expects: () => undefined, timeoutMs: 0 };

function plaintextServer({ tls, handshakeTimeoutMs }: ListenOptions, hand: Hand): Server {
  const options = { ...(tls !== undefined && { tls }), ...(handshakeTimeoutMs !== undefined && { handshakeTimeoutMs }) };
  return createServer(ACCEPTING, (socket: Socket) => hand(fromSocket(socket, options)));
}

function implicitServer(
  { tls, handshakeTimeoutMs }: Omit<ListenOptions, "tls"> & { readonly tls: ServerTlsOptions },
  hand: Hand,
  onError: (error: Error) => void,
): Server {
  const handshakeTimeout = handshakeTimeoutMs ?? DEFAULT_LIMITS.handshakeTimeoutMs;
  // A half-open socket would leave a client that goes away in the middle of its handshake unnoticed.
  const server = createTlsServer({ ...TLS_DEFAULTS, ...tls, ...ACCEPTING, allowHalfOpen: false, handshakeTimeout });
  server.on("secureConnection", (socket) => {
    socket.allowHalfOpen = ACCEPTING.allowHalfOpen;
    if (server.listening) hand(fromSocket(socket, { side: "server" }));
    else socket.destroy();
  });
  server.on("tlsClientError", (error, socket) => {
    socket.destroy();
    onError(typed("tls", "TLS handshake", error));
  });
  return server;
}

/** Reads each preamble before anything else is done; only then it is known whose connection it is. */
function precededServer(
  options: ListenOptions,
  preamble: PreambleOptions,
  places: AddressPlaces,
  hand: Hand,
  onError: (error: Error) => void,
): Server {
  const accept = async (socket: Socket): Promise<void> => {
    try {
      const decoder = preamble.expects({ secure: false, ...addresses(socket) });
      if (decoder === undefined && !places.admits(socket)) return;
      const info = decoder === undefined ? {} : await readPreamble(socket, decoder, preamble.timeoutMs);
      const transport = await afterPreamble(socket, options, info);
      if (server.listening) hand(transport);
      else transport.abort();
    } catch (error) {
      socket.destroy();
      onError(typed("transport", "preamble", error));
    }
  };
  const server = createServer(ACCEPTING, (socket: Socket) => {
    socket.on("error", () => undefined); // whoever reads hears of it
    void accept(socket);
  });
  return server;
}

async function afterPreamble(socket: Socket, options: ListenOptions, info: Partial<TransportInfo>): Promise<ByteTransport> {
  const { mode, tls = {}, handshakeTimeoutMs = DEFAULT_LIMITS.handshakeTimeoutMs } = options;
  if (mode !== "implicit") return fromSocket(socket, { tls, handshakeTimeoutMs, info });
  const handshake = shakeHandsAsServer(socket, tls, (secured) => fromSocket(secured, { side: "server", info }));
  return bounded(handshake, "TLS handshake", { timeoutMs: handshakeTimeoutMs }).catch((error: unknown) => {
    throw typed("tls", "TLS handshake", error);
  });
}

function listening(server: Server): Listener {
  // It listens, so this is not null.
  const bound = server.address() as AddressInfo | string;
  const { port, address } = typeof bound === "string" ? { port: 0, address: bound } : bound;
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
