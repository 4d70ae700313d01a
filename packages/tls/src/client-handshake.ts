// The client's side of a TLS handshake over any duplex, with the certificate and its name checked.

import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { TLSSocket } from "node:tls";
import { domainToASCII } from "node:url";
import { ProtocolError } from "@mailwire/wire";
import { happens } from "./happens.ts";
import { OLDEST_TLS } from "./options.ts";
import type { ClientTlsOptions } from "./options.ts";

/** Shakes hands over `stream` with the server that must prove to be `serverName`; gives what `made` makes of the result. */
export async function shakeHandsAsClient<T>(
  stream: Duplex,
  serverName: string,
  options: ClientTlsOptions,
  made: (socket: TLSSocket) => T,
): Promise<T> {
  const socket = connect({ minVersion: OLDEST_TLS, ...options, socket: stream, ...identity(serverName) });
  try {
    return await happens(socket, "secureConnect", () => made(socket));
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** `host` is what the certificate is checked against; `servername` is SNI, which holds no IP address (RFC 6066 section 3). */
function identity(serverName: string): { host: string; servername?: string } {
  if (isIP(serverName) !== 0) return { host: serverName };
  const name = domainToASCII(serverName.replace(/\.$/, ""));
  // With an empty name Node would check against "localhost".
  if (name === "") throw new ProtocolError("local", "bad-server-name", `not a host name: ${JSON.stringify(serverName)}`);
  return { host: name, servername: name };
}
