// Where mail clients find their server: implicit TLS first (RFC 8314 section 3).

import { ConnectionError } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { connect } from "./connect.ts";
import type { ConnectOptions } from "./connect.ts";

/** The services that mail clients use. */
export type MailService = "submission" | "imap" | "pop3";

/** The two ports of a service. */
export interface ServicePorts {
  /** TLS from the first byte. */
  readonly implicit: number;
  /** In clear, to be upgraded. */
  readonly starttls: number;
}

/** The ports of each service, RFC 8314 section 7 and before it RFC 6409, 3501 and 1939. */
export const SERVICE_PORTS: Readonly<Record<MailService, ServicePorts>> = {
  submission: { implicit: 465, starttls: 587 },
  imap: { implicit: 993, starttls: 143 },
  pop3: { implicit: 995, starttls: 110 },
};

/** How {@link connectToService} connects; `timeoutMs` is for each attempt. */
export interface ConnectToServiceOptions extends Omit<ConnectOptions, "port" | "mode"> {
  /** What the server is for. */
  readonly service: MailService;
  /** Where it is, if not at {@link SERVICE_PORTS}. */
  readonly ports?: ServicePorts;
}

/**
 * Connects by implicit TLS or, where nobody answers there, to the port for STARTTLS: in clear, and clients refuse to go on there without TLS unless they are told
 * otherwise. A server that answers, but fails the handshake or has the wrong certificate, ends it (`ConnectionError`, `tls`): what cannot be
 * trusted is not asked again in another way. Rejects as {@link connect} does.
 */
export async function connectToService(options: ConnectToServiceOptions): Promise<ByteTransport> {
  const { service, ports = SERVICE_PORTS[service], ...where } = options;
  try {
    return await connect({ ...where, port: ports.implicit, mode: "implicit" });
  } catch (error) {
    const nobodyThere = error instanceof ConnectionError && (error.code === "transport" || error.code === "timeout");
    if (!nobodyThere) throw error;
    return connect({ ...where, port: ports.starttls, mode: "starttls" });
  }
}
