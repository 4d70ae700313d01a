// Node sockets, plain or TLS, and any other duplex as transports that can be upgraded to TLS.

import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { DuplexTransport } from "@mailwire/transport";
import { ProtocolError } from "@mailwire/wire";
import type { ByteTransport, StartTls, TransportInfo } from "@mailwire/wire";
import { bounded, typed } from "./bounded.ts";
import { shakeHandsAsClient } from "./client-handshake.ts";
import { addresses, tlsInfo } from "./info.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { ClientTlsOptions, ServerTlsOptions } from "./options.ts";
import { shakeHandsAsServer } from "./server-handshake.ts";
import type { ServerTls } from "./server-tls.ts";

/** How {@link fromSocket} treats a socket. */
export interface FromSocketOptions {
  /** Which end of a TLS connection a `TLSSocket` is; default `client`. */
  readonly side?: "client" | "server";
  /** TLS options for `startTls`, used when the call gives none. */
  readonly tls?: ClientTlsOptions | ServerTlsOptions | ServerTls;
  /** Milliseconds that a handshake may take; default {@link DEFAULT_LIMITS}. */
  readonly handshakeTimeoutMs?: number;
  /** Overrides what the socket tells about itself: addresses from a proxy, or `secure` for a way that is safe without TLS. */
  readonly info?: Partial<TransportInfo>;
}

/**
 * Wraps a connected socket, or any other duplex of bytes, which nothing else may read from or write to from now on. Errors of the socket are
 * handled from here on. A `TLSSocket` must have finished its handshake, and cannot be upgraded again.
 */
export function fromSocket(socket: Duplex, options: FromSocketOptions = {}): ByteTransport {
  const info: TransportInfo = { secure: false, ...addresses(socket), ...options.info };
  return socket instanceof TLSSocket ? secured(socket, options.side ?? "client", info) : new UpgradableTransport(socket, info, options);
}

function secured(socket: TLSSocket, side: "client" | "server", info: TransportInfo): ByteTransport {
  return new DuplexTransport(socket, { ...info, secure: true, tls: tlsInfo(socket, side) });
}

/** A duplex in clear that can be upgraded. */
class UpgradableTransport extends DuplexTransport {
  readonly #stream: Duplex;
  readonly #options: FromSocketOptions;

  constructor(stream: Duplex, info: TransportInfo, options: FromSocketOptions) {
    super(stream, info);
    this.#stream = stream;
    this.#options = options;
  }

  async startTls(options: StartTls): Promise<ByteTransport> {
    const { handshakeTimeoutMs: timeoutMs = DEFAULT_LIMITS.handshakeTimeoutMs } = this.#options;
    try {
      return await bounded(this.#upgrade(options), "TLS handshake", { timeoutMs, signal: options.signal });
    } catch (error) {
      this.#stream.destroy();
      throw typed("tls", "TLS handshake", error);
    }
  }

  async #upgrade(options: StartTls): Promise<ByteTransport> {
    await this.flush();
    const leftover = this.release();
    if (leftover !== null) throw new ProtocolError("remote", "starttls-injection", "bytes in clear were waiting when TLS was to begin");
    const given = options.tls ?? this.#options.tls ?? {};
    if (typeof given !== "object") throw new ProtocolError("local", "bad-tls-options", "TLS options are an object");
    const made = (socket: TLSSocket): ByteTransport => secured(socket, options.side, this.info);
    if (options.side === "client") {
      const alpn = options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] };
      return shakeHandsAsClient(this.#stream, options.serverName, { ...given, ...alpn }, made);
    }
    // From here to the handshake without a pause: what comes after the reply belongs to TLS.
    this.#stream.write(options.reply);
    return shakeHandsAsServer(this.#stream, given, made);
  }
}
