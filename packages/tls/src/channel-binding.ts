// Channel bindings: tls-exporter (RFC 9266) and tls-server-end-point (RFC 5929 section 4).

import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { ChannelBindingType } from "@mailwire/wire";
import { signatureHash } from "./signature-hash.ts";

/** The bindings that a connection has whose server shows this certificate, best first. */
export function channelBindings(socket: TLSSocket, certificate: Uint8Array | undefined): ChannelBindingType[] {
  const bindings: ChannelBindingType[] = exporterBinding(socket) === undefined ? [] : ["tls-exporter"];
  if (certificate !== undefined && signatureHash(certificate) !== undefined) bindings.push("tls-server-end-point");
  return bindings;
}

/** The binding `tls-exporter`. Only for TLS 1.3: before it, it is safe only with an extension that Node does not tell about (RFC 9266 section 4.2). */
export function exporterBinding(socket: TLSSocket): Uint8Array | undefined {
  if (socket.destroyed || socket.getProtocol() !== "TLSv1.3") return undefined;
  try {
    return Uint8Array.from(socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0)));
  } catch {
    // Not every runtime with Node's TLS can do this.
    return undefined;
  }
}

/** The binding `tls-server-end-point`: the hash of the server's certificate (DER) by the hash function of its signature, where that has one. */
export function serverEndPointBinding(certificate: Uint8Array): Uint8Array | undefined {
  const hash = signatureHash(certificate);
  return hash === undefined ? undefined : Uint8Array.from(createHash(hash).update(certificate).digest());
}
