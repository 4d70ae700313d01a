// A transport that tells how many bytes pass, before and after an upgrade to TLS.

import type { ByteTransport, StartTls, TransportInfo } from "@mailwire/wire";

/** Is told what passes over a {@link CountingTransport}. */
export interface TrafficListener {
  /** So many bytes came from the peer. */
  received(bytes: number): void;
  /** So many bytes were handed over for the peer. */
  sent(bytes: number): void;
  /** The connection is inside TLS from now on. */
  upgraded(info: TransportInfo): void;
}

/** A transport around another. Inside TLS the plaintext is counted, and an upgrade gives a counting transport again. */
export class CountingTransport implements ByteTransport {
  readonly startTls?: (options: StartTls) => Promise<ByteTransport>;
  readonly #inner: ByteTransport;
  readonly #listener: TrafficListener;

  constructor(inner: ByteTransport, listener: TrafficListener) {
    this.#inner = inner;
    this.#listener = listener;
    const startTls = inner.startTls?.bind(inner);
    if (startTls === undefined) return;
    this.startTls = async (options) => {
      if (options.side === "server") listener.sent(options.reply.length);
      const upgraded = await startTls(options);
      listener.upgraded(upgraded.info);
      return new CountingTransport(upgraded, listener);
    };
  }

  get info(): TransportInfo {
    return this.#inner.info;
  }

  async read(): Promise<Uint8Array | null> {
    const chunk = await this.#inner.read();
    if (chunk !== null) this.#listener.received(chunk.length);
    return chunk;
  }

  write(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    for (const chunk of chunks) this.#listener.sent(chunk.length);
    return this.#inner.write(chunks);
  }

  end(): Promise<void> {
    return this.#inner.end();
  }

  abort(reason?: unknown): void {
    this.#inner.abort(reason);
  }
}
