// The upgrade of a connection to TLS, as a driver asks its transport for it.

import { ConnectionError } from "@mailwire/wire";
import type { ByteTransport, TlsInfo } from "@mailwire/wire";
import type { DriveOptions } from "./driver.ts";
import { lost } from "./loss.ts";

/** How to upgrade. */
export interface Upgrade {
  readonly tls: DriveOptions["tls"];
  /** What a server says before the handshake. */
  readonly reply: Uint8Array | undefined;
  readonly signal: AbortSignal;
}

/** A connection inside TLS. */
export interface Upgraded {
  readonly transport: ByteTransport;
  readonly info: TlsInfo;
}

/** Upgrades `transport`, and consumes it. Rejects with `ConnectionError` (`tls`), or with what the transport threw where that is an error of ours. */
export async function upgrade(transport: ByteTransport, { tls, reply = new Uint8Array(), signal }: Upgrade): Promise<Upgraded> {
  if (tls === undefined || transport.startTls === undefined) throw new ConnectionError("tls", "this connection cannot be upgraded to TLS");
  try {
    return told(await transport.startTls(tls.side === "client" ? { ...tls, signal } : { ...tls, signal, reply }));
  } catch (error) {
    throw lost(error, "tls");
  }
}

function told(transport: ByteTransport): Upgraded {
  const info = transport.info.tls;
  if (info !== undefined) return { transport, info };
  transport.abort();
  throw new ConnectionError("tls", "the transport does not say what TLS it made");
}
