// Channel bindings: tls-exporter (RFC 9266) and tls-server-end-point (RFC 5929 section 4).

import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { signatureHash } from "./signature-hash.ts";

/** The bindings that a {@link TLSSocket} can give. */
export type ChannelBindingType = "tls-exporter" | "tls-server-end-point";

/** The binding of `socket`, of which this is the `side`; `undefined` where there is none. */
export function channelBinding(socket: TLSSocket, side: "client" | "server", type: ChannelBindingType): Uint8Array | undefined {
  if (socket.destroyed) return undefined;
  return type === "tls-exporter" ? exported(socket) : serverEndPoint(socket, side);
}

/** Only for TLS 1.3: before it, the binding is safe only with an extension that Node does not tell about (RFC 9266 section 4.2). */
function exported(socket: TLSSocket): Uint8Array | undefined {
  if (socket.getProtocol() !== "TLSv1.3") return undefined;
  return Uint8Array.from(socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0)));
}

/** The hash of the server's certificate by the hash of its signature, but by SHA-256 for MD5 and SHA-1. */
function serverEndPoint(socket: TLSSocket, side: "client" | "server"): Uint8Array | undefined {
  const certificate = (side === "client" ? socket.getPeerX509Certificate() : socket.getX509Certificate())?.raw;
  if (certificate === undefined) return undefined;
  const hash = signatureHash(certificate);
  return hash === undefined ? undefined : Uint8Array.from(createHash(hash).update(certificate).digest());
}
