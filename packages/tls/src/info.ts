// What a socket tells about itself: addresses, and the facts of its TLS connection.

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { TlsInfo, TransportInfo } from "@mailwire/wire";
import { address } from "./address.ts";
import { channelBindings, exporterBinding, serverEndPointBinding } from "./channel-binding.ts";

/** The addresses of both ends, where `stream` is a socket that has them. */
export function addresses(stream: Duplex): Pick<TransportInfo, "local" | "remote"> {
  if (!(stream instanceof Socket)) return {};
  const remote = address(stream.remoteAddress, stream.remotePort);
  const local = address(stream.localAddress, stream.localPort);
  return { ...(remote !== undefined && { remote }), ...(local !== undefined && { local }) };
}

/** The facts of a finished handshake, of which this is the `side`. */
export function tlsInfo(socket: TLSSocket, side: "client" | "server"): TlsInfo {
  const protocol = socket.getProtocol();
  const peerCertificate = peerCertificateOf(socket);
  const serverCertificate = (): Uint8Array | undefined => (side === "client" ? peerCertificate : ownCertificateOf(socket));
  return {
    ...(protocol !== null && { protocol }),
    cipher: socket.getCipher().standardName,
    alpn: typeof socket.alpnProtocol === "string" ? socket.alpnProtocol : null,
    // Some runtimes call a client authorized that has shown no certificate.
    authorized: socket.authorized && (side === "client" || peerCertificate !== undefined),
    ...(peerCertificate !== undefined && { peerCertificate }),
    get channelBindings() {
      return channelBindings(socket, serverCertificate());
    },
    channelBinding: (type) => {
      if (type === "tls-exporter") return Promise.resolve(exporterBinding(socket));
      const certificate = serverCertificate();
      return Promise.resolve(certificate && serverEndPointBinding(certificate));
    },
  };
}

function ownCertificateOf(socket: TLSSocket): Uint8Array | undefined {
  try {
    return socket.getX509Certificate()?.raw;
  } catch {
    // Not every runtime with Node's TLS can do this.
    return undefined;
  }
}

/** Not by `getPeerX509Certificate()`: in Node 20 that takes the certificate away, so that whoever asks next finds none. */
function peerCertificateOf(socket: TLSSocket): Uint8Array | undefined {
  // Its type promises a certificate; without one it is an empty object.
  const certificate: object = socket.getPeerCertificate();
  return "raw" in certificate && certificate.raw instanceof Uint8Array ? Uint8Array.from(certificate.raw) : undefined;
}
