// The client's side of a TLS handshake over any duplex, with the certificate and its name checked.

import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { domainToASCII } from "node:url";
import { ProtocolError } from "@mailwire/wire";
import { certificateNames } from "./certificate-names.ts";
import { happens } from "./happens.ts";
import { TLS_DEFAULTS } from "./options.ts";
import type { ClientTlsOptions, TlsPeer } from "./options.ts";
import { serverIdentityError } from "./server-identity.ts";

/** Shakes hands over `stream` with the server that must prove to be `serverName`; gives what `made` makes of the result. */
export async function shakeHandsAsClient<T>(
  stream: Duplex,
  serverName: string,
  { verifyPeer, sessions, ...options }: ClientTlsOptions,
  made: (socket: TLSSocket) => T,
): Promise<T> {
  const name = identity(serverName);
  const resumed = sessions?.find(name.host);
  const socket = connect({
    ...TLS_DEFAULTS,
    checkServerIdentity: (_name, { raw }) => serverIdentityError(name.host, raw),
    ...options,
    ...(resumed !== undefined && { session: resumed.session }),
    socket: stream,
    ...name,
  });
  let ticket: Buffer | undefined;
  socket.on("session", (session) => (ticket = session));
  try {
    const result = await happens(socket, "secureConnect", () => made(socket));
    const chain = socket.isSessionReused() && resumed !== undefined ? resumed.chain : chainOf(socket);
    if (verifyPeer !== undefined) await verifyPeer(peerOf(chain, name.host, socket.authorized ? "authorized" : "unauthorized"));
    if (sessions !== undefined && socket.authorized) {
      // Tickets of TLS 1.3 may have come by now, or come later.
      if (ticket !== undefined) sessions.keep(name.host, { session: ticket, chain });
      socket.on("session", (session) => sessions.keep(name.host, { session, chain }));
    }
    return result;
  } catch (error) {
    sessions?.forget(name.host);
    socket.destroy();
    throw error;
  }
}

function peerOf(chain: readonly Uint8Array[], serverName: string, checked: "authorized" | "unauthorized"): TlsPeer {
  const [certificate = new Uint8Array(), ...issuers] = chain;
  const { dnsNames } = certificateNames(certificate);
  return { serverName, certificate, issuers, dnsNames, authorized: checked === "authorized" };
}

/** The certificate and those above it; the last one is its own issuer. */
function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<unknown>();
  // Its type promises a certificate; without one it is an empty object.
  let certificate: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw !== undefined && !seen.has(certificate)) {
    seen.add(certificate);
    chain.push(Uint8Array.from(certificate.raw));
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/** `host` is what the certificate is checked against; `servername` is SNI, which holds no IP address (RFC 6066 section 3). */
function identity(serverName: string): { host: string; servername?: string } {
  if (isIP(serverName) !== 0) return { host: serverName };
  const name = domainToASCII(serverName.replace(/\.$/, ""));
  // With an empty name Node would check against "localhost".
  if (name === "") throw new ProtocolError("local", "bad-server-name", `not a host name: ${JSON.stringify(serverName)}`);
  return { host: name, servername: name };
}
