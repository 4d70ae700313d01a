// A pair of web streams as a transport.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, TransportInfo } from "@mailwire/wire";
import { abortError, concurrentRead } from "./loss.ts";

/** Both directions of a connection as web streams. */
export interface WebStreamPair {
  /** What the peer sends. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What is sent to the peer. */
  readonly writable: WritableStream<Uint8Array>;
}

/** Wraps a pair of web streams, and locks both. `info` defaults to `{ secure: false }`. */
export function fromWebStreams(streams: WebStreamPair, info: TransportInfo = { secure: false }): WebStreamTransport {
  return new WebStreamTransport(streams, info);
}

/** A {@link ByteTransport} over a pair of web streams; a base for transports that can also upgrade what is behind them. */
export class WebStreamTransport implements ByteTransport {
  readonly info: TransportInfo;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Set when this end dropped the connection. */
  #dropped: Error | undefined;
  /** Waits that end when this end drops the connection: a stream need not settle what waits on it. */
  readonly #waits = new Set<(error: Error) => void>();
  #isReading = false;
  #isAtEnd = false;
  /** The last chunk's way out. */
  #written: Promise<unknown> = Promise.resolve();
  #ended: Promise<void> | undefined;

  /** See {@link fromWebStreams}. */
  constructor({ readable, writable }: WebStreamPair, info: TransportInfo) {
    this.info = info;
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    for (const promise of [this.#reader.closed, this.#writer.closed, this.#writer.ready]) promise.catch(ignore);
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#isReading) throw concurrentRead();
    if (this.#isAtEnd) return null;
    this.#isReading = true;
    try {
      for (;;) {
        const { done, value } = await this.#unlessDropped(this.#reader.read());
        if (done) {
          this.#isAtEnd = true;
          return null;
        }
        if (!(value instanceof Uint8Array)) throw new ProtocolError("local", "not-bytes", "the stream must give bytes");
        if (value.length > 0) return value;
      }
    } finally {
      this.#isReading = false;
    }
  }

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    if (this.#dropped !== undefined) throw this.#dropped;
    if (this.#ended !== undefined) throw new ConnectionError("closed", "this end has already been ended");
    // What becomes of a chunk later is told by `ready`, here or at the next write.
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#written = this.#writer.write(chunk);
      this.#written.catch(ignore);
    }
    await this.#unlessDropped(this.#writer.ready);
  }

  end(): Promise<void> {
    if (this.#ended === undefined) {
      this.#ended = this.#end();
      this.#ended.catch(ignore);
    }
    return this.#ended;
  }

  abort(reason?: unknown): void {
    if (this.#dropped !== undefined) return;
    const error = abortError(reason);
    this.#dropped = error;
    for (const give of this.#waits) give(error);
    this.#reader.cancel(error).catch(ignore);
    this.#writer.abort(error).catch(ignore);
  }

  /**
   * Unlocks both streams for somebody else once all is written; from now on this transport only rejects. Throws a local `ProtocolError` while
   * a read is outstanding. What a stream holds that nobody asked for yet stays in it.
   */
  async release(): Promise<void> {
    if (this.#isReading) throw concurrentRead();
    await this.#unlessDropped(this.#written);
    if (this.#ended !== undefined) throw new ConnectionError("closed", "this end has already been ended");
    this.#dropped = new ConnectionError("closed", "this transport has let go of its streams");
    this.#reader.releaseLock();
    this.#writer.releaseLock();
  }

  async #end(): Promise<void> {
    // A stream that has failed tells it by `ready`; close() might wait for a write that never ends.
    await this.#unlessDropped(this.#writer.ready);
    await this.#unlessDropped(this.#writer.close());
  }

  /** The value of `promise`, its failure as a `ConnectionError`, or the error of {@link WebStreamTransport.abort} if that comes first. */
  async #unlessDropped<T>(promise: Promise<T>): Promise<T> {
    let giveUp: (error: Error) => void = ignore;
    const dropped = new Promise<never>((_resolve, reject) => {
      giveUp = reject;
    });
    if (this.#dropped !== undefined) giveUp(this.#dropped);
    this.#waits.add(giveUp);
    try {
      return await Promise.race([dropped, promise]);
    } catch (error) {
      throw this.#dropped ?? failed(error);
    } finally {
      this.#waits.delete(giveUp);
    }
  }
}

function failed(error: unknown): ConnectionError {
  const message = error instanceof Error ? error.message : String(error);
  return new ConnectionError("transport", `the connection failed: ${message}`, { cause: error });
}

function ignore(): void {
  // Told by another promise.
}
