// The server's side of a TLS handshake over any duplex, through a tls.Server that never listens.

import type { Duplex } from "node:stream";
import { createServer } from "node:tls";
import type { Server, TLSSocket } from "node:tls";
import { TLS_DEFAULTS } from "./options.ts";
import type { ServerTlsOptions } from "./options.ts";
import { ServerTls } from "./server-tls.ts";

/**
 * Servers at rest, by their options. Each runs one handshake at a time, because its events do not tell which connection they are about; and
 * they are kept because reading key and certificate anew for each connection costs about as much as the handshake.
 */
const atRest = new WeakMap<ServerTlsOptions, Server[]>();
/** More than this many handshakes at once are rare; what a rush leaves over is let go. */
const MAX_AT_REST = 16;

/** Waits for the client's handshake on `stream`; gives what `made` makes of the result. */
export function shakeHandsAsServer<T>(stream: Duplex, tls: ServerTlsOptions | ServerTls, made: (socket: TLSSocket) => T): Promise<T> {
  const options = tls instanceof ServerTls ? tls.options : tls;
  const servers = atRest.get(options) ?? [];
  atRest.set(options, servers);
  const server = servers.pop() ?? createServer({ ...TLS_DEFAULTS, ...options, handshakeTimeout: 0x7fff_ffff });
  // A half-open stream would leave a client that goes away in the middle unnoticed.
  const { allowHalfOpen } = stream;
  stream.allowHalfOpen = false;
  return new Promise((resolve, reject) => {
    const rest = (): void => {
      server.removeAllListeners("secureConnection").removeAllListeners("tlsClientError");
      if (servers.length < MAX_AT_REST) servers.push(server);
    };
    server.once("secureConnection", (socket) => {
      rest();
      socket.allowHalfOpen = stream.allowHalfOpen = allowHalfOpen;
      resolve(made(socket));
    });
    server.once("tlsClientError", (error, socket) => {
      rest();
      socket.destroy();
      reject(error);
    });
    stream.once("close", () => reject(new Error("the connection was closed")));
    server.emit("connection", stream);
  });
}
