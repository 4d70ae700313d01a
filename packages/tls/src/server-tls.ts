// A server's TLS whose certificate is renewed while it serves.

import { createSecureContext } from "node:tls";
import { ProtocolError } from "@mailwire/wire";
import type { ServerTlsOptions } from "./options.ts";

/**
 * TLS options that can be changed without a restart: give it wherever a server's options are taken, and {@link ServerTls.renew} it when the
 * certificate has changed. Connections that are inside TLS go on as they are.
 */
export class ServerTls {
  #options: ServerTlsOptions;

  /** Throws a local `ProtocolError` (`bad-tls-options`) when no handshake could be made with these options. */
  constructor(options: ServerTlsOptions) {
    this.#options = usable(options);
  }

  /** What the next handshake uses. */
  get options(): ServerTlsOptions {
    return this.#options;
  }

  /** Replaces all options for the handshakes that begin from now on; throws as the constructor does, and then nothing has changed. */
  renew(options: ServerTlsOptions): void {
    this.#options = usable(options);
  }
}

/** A key that does not fit its certificate is noticed now, not when the first client comes. */
function usable(options: ServerTlsOptions): ServerTlsOptions {
  try {
    createSecureContext(options);
    return options;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ProtocolError("local", "bad-tls-options", `no handshake can be made with these TLS options: ${why}`, { cause: error });
  }
}
