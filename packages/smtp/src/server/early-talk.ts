// Clients that talk before they were greeted do not listen: RFC 5321 section 3.1 has the server begin. To notice one takes waiting.

import { pause } from "@mailwire/transport";
import type { ByteTransport, StartTls, TransportInfo } from "@mailwire/wire";

/** A transport that can be listened to without taking anything from it. */
export class AttentiveTransport implements ByteTransport {
  readonly startTls?: (options: StartTls) => Promise<ByteTransport>;
  readonly #inner: ByteTransport;
  /** A read that was begun and not asked for yet. */
  #reading: Promise<Uint8Array | null> | undefined;

  constructor(inner: ByteTransport) {
    this.#inner = inner;
    const startTls = inner.startTls?.bind(inner);
    if (startTls !== undefined) this.startTls = startTls;
  }

  get info(): TransportInfo {
    return this.#inner.info;
  }

  /** Whether the peer says something within `ms` milliseconds. */
  async talksWithin(ms: number): Promise<boolean> {
    const reading = (this.#reading = this.#inner.read());
    let talks = false;
    const talk = reading.then((bytes) => {
      talks = bytes !== null;
    });
    await pause(ms, talk);
    return talks;
  }

  read(): Promise<Uint8Array | null> {
    const reading = this.#reading ?? this.#inner.read();
    this.#reading = undefined;
    return reading;
  }

  write(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#inner.write(chunks);
  }

  end(): Promise<void> {
    return this.#inner.end();
  }

  abort(reason?: unknown): void {
    this.#inner.abort(reason);
  }
}
