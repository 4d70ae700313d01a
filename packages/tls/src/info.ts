// What a socket tells about itself: addresses, and the facts of its TLS connection.

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { TlsInfo, TransportInfo } from "@mailwire/wire";
import { channelBinding } from "./channel-binding.ts";

/** The addresses of both ends, where `stream` is a socket that has them. */
export function addresses(stream: Duplex): Pick<TransportInfo, "local" | "remote"> {
  if (!(stream instanceof Socket)) return {};
  const remote = address(stream.remoteAddress, stream.remotePort);
  const local = address(stream.localAddress, stream.localPort);
  return { ...(remote !== undefined && { remote }), ...(local !== undefined && { local }) };
}

function address(host: string | undefined, port: number | undefined): string | undefined {
  if (host === undefined || port === undefined) return undefined;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The facts of a finished handshake, of which this is the `side`. */
export function tlsInfo(socket: TLSSocket, side: "client" | "server"): TlsInfo {
  const protocol = socket.getProtocol();
  const certificate = socket.getPeerX509Certificate()?.raw;
  return {
    ...(protocol !== null && { protocol }),
    cipher: socket.getCipher().standardName,
    alpn: typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : null,
    authorized: socket.authorized,
    ...(certificate !== undefined && { peerCertificate: Uint8Array.from(certificate) }),
    channelBinding: (type) => Promise.resolve(channelBinding(socket, side, type)),
  };
}
