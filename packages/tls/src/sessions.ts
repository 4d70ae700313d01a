// TLS sessions that clients may resume (RFC 8446 section 2.2): what the next handshake with the same server need not do again.

/** A session, and the certificates that it began with, which a resumed handshake does not show again. */
export interface KeptSession {
  /** What Node makes of it; opaque. */
  readonly session: Buffer;
  /** The server's certificate and those above it, DER. */
  readonly chain: readonly Uint8Array[];
}

/**
 * Remembers a session for each server, for `ClientTlsOptions.sessions`. Only servers that passed all checks are remembered, under the name that they
 * passed them for; one with which a handshake fails is forgotten. Give the same object to connections with the same TLS options, and to no others.
 */
export class TlsSessions {
  readonly #kept = new Map<string, KeptSession>();
  readonly #maxServers: number;

  /** `maxServers`: beyond this many the one that was seen longest ago is forgotten; default 100. */
  constructor({ maxServers = 100 }: { readonly maxServers?: number } = {}) {
    this.#maxServers = maxServers;
  }

  /** How many servers are remembered. */
  get size(): number {
    return this.#kept.size;
  }

  /** The session to resume with a server. @internal */
  find(serverName: string): KeptSession | undefined {
    return this.#kept.get(serverName);
  }

  /** Forgets a server. */
  forget(serverName: string): void {
    this.#kept.delete(serverName);
  }

  /** Remembers a server's newest session. @internal */
  keep(serverName: string, kept: KeptSession): void {
    this.#kept.delete(serverName);
    this.#kept.set(serverName, kept);
    for (const name of this.#kept.keys()) {
      if (this.#kept.size <= this.#maxServers) return;
      this.#kept.delete(name);
    }
  }
}
