// Old versions of TLS, which the attacker offers and mailwire must refuse; and whether the TLS of this runtime can speak them at all. Where it
// cannot, a handshake that fails proves nothing.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type SecureContextOptions, type TlsOptions, connect, createSecureContext, createServer } from "node:tls";

/** A version that must not be used any more (RFC 8996). */
export type OldVersion = "TLSv1" | "TLSv1.1";

/** The old version that a description speaks of. */
export function oldVersionIn(description: string): OldVersion | undefined {
  if (/TLS ?v?1\.1/i.test(description)) return "TLSv1.1";
  return /TLS ?v?1(?:\.0)?\b(?!\.)|SSL ?v?[23]/i.test(description) ? "TLSv1" : undefined;
}

/** Options of one who knows nothing newer than `version`. */
export function upTo(version: OldVersion): SecureContextOptions {
  return { minVersion: "TLSv1", maxVersion: version, ...WEAK };
}

/** Those versions are so weak that OpenSSL must be asked twice; other libraries do not know the question. */
const WEAK = weakCiphers();

function weakCiphers(): Pick<SecureContextOptions, "ciphers"> {
  const ciphers = "DEFAULT@SECLEVEL=0";
  try {
    createSecureContext({ ciphers });
    return { ciphers };
  } catch {
    return {};
  }
}

/** Whether two ends that both want it agree on `version` here; `server` has a key and a certificate. */
export async function speaks(version: OldVersion, server: TlsOptions): Promise<boolean> {
  const listener = createServer({ ...server, ...upTo(version) });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  const { port } = listener.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...upTo(version) });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(2000) });
    return socket.getProtocol() === version;
  } catch {
    return false;
  } finally {
    socket.destroy();
    listener.close();
  }
}
