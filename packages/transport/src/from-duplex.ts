// Any Node-style duplex as a transport, in paused mode: `readable` and read(), never flowing, so no byte is lost and none runs ahead.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, TransportInfo } from "@mailwire/wire";
import { abortError, concurrentRead } from "./loss.ts";

/** What {@link fromDuplex} needs of a duplex: Node's `stream.Duplex` and everything that behaves like it. */
export interface NodeDuplex {
  /** All bytes that wait, or `null`. */
  read(): unknown;
  /** Queues bytes; `false` asks to wait for `drain`. `written` is called when they are gone, or with an error. */
  write(chunk: Uint8Array, written: (error?: Error | null) => void): boolean;
  /** Says that nothing more will be written. */
  end(): unknown;
  /** Drops it. */
  destroy(): unknown;
  /** Holds writes back until {@link NodeDuplex.uncork}, so that they leave together. */
  cork(): void;
  /** See {@link NodeDuplex.cork}. */
  uncork(): void;
  /** Adds a listener. */
  on(event: string, listener: (error: Error) => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: (error: Error) => void): unknown;
  /** True once `end` was emitted. */
  readonly readableEnded: boolean;
  /** True once `finish` was emitted. */
  readonly writableFinished: boolean;
  /** True while writers should wait for `drain`. */
  readonly writableNeedDrain: boolean;
  /** True once it was dropped. */
  readonly destroyed: boolean;
}

/** Wraps `duplex`, which nothing else may read from or write to from now on. `info` defaults to `{ secure: false }`. */
export function fromDuplex(duplex: NodeDuplex, info: TransportInfo = { secure: false }): DuplexTransport {
  return new DuplexTransport(duplex, info);
}

const READ_EVENTS = ["readable", "end"] as const;
const WRITE_EVENTS = ["drain", "finish"] as const;

/** Whoever waits for bytes. */
interface Reader {
  readonly resolve: (chunk: Uint8Array | null) => void;
  readonly reject: (error: unknown) => void;
}

/** A {@link ByteTransport} over a Node-style duplex; a base for transports that can also upgrade it. */
export class DuplexTransport implements ByteTransport {
  readonly info: TransportInfo;
  readonly #duplex: NodeDuplex;
  /** Set when this end let go of the duplex. */
  #released: Error | undefined;
  /** Set when the duplex failed or closed; what arrived before can still be read. */
  #lost: Error | undefined;
  #isEnding = false;
  #reader: Reader | undefined;
  /** Chunks whose bytes the duplex still holds. */
  #unwritten = 0;
  /** Called at the next event on the writing side; each wait then looks again. */
  #waiting: (() => void)[] = [];

  /** See {@link fromDuplex}. */
  constructor(duplex: NodeDuplex, info: TransportInfo) {
    this.#duplex = duplex;
    this.info = info;
    duplex.on("error", this.#onError);
    duplex.on("close", this.#onClose);
    for (const event of READ_EVENTS) duplex.on(event, this.#onReadable);
    for (const event of WRITE_EVENTS) duplex.on(event, this.#onWritable);
    if (duplex.destroyed) this.#onClose();
  }

  read(): Promise<Uint8Array | null> {
    if (this.#reader !== undefined) return Promise.reject(concurrentRead());
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#onReadable();
    });
  }

  write(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#isEnding) return Promise.reject(new ConnectionError("closed", "this end has already been ended"));
    if (chunks.length > 1) this.#duplex.cork();
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#unwritten += 1;
      this.#duplex.write(chunk, this.#onWritten);
    }
    if (chunks.length > 1) this.#duplex.uncork();
    return this.#duplex.writableNeedDrain ? this.#untilDrained() : undefined;
  }

  async end(): Promise<void> {
    if (this.#released === undefined && !this.#isEnding) this.#duplex.end();
    this.#isEnding = true;
    while (!this.#duplex.writableFinished) await this.#nextWrite();
  }

  abort(reason?: unknown): void {
    if (this.#released !== undefined) return;
    this.#released = abortError(reason);
    this.#duplex.destroy();
    this.#onEnd();
  }

  /** Resolves when all that was written has left the duplex; call it before {@link DuplexTransport.release}. */
  async flush(): Promise<void> {
    while (this.#unwritten > 0) await this.#nextWrite();
    this.#throwIfOver();
  }

  /**
   * Lets go of the duplex for somebody else, and gives what had arrived and was not read, or `null`. From now on this transport only
   * rejects; errors of the duplex stay handled. Throws a local `ProtocolError` while a read is outstanding.
   */
  release(): Uint8Array | null {
    this.#throwIfOver();
    if (this.#reader !== undefined) throw concurrentRead();
    for (const event of READ_EVENTS) this.#duplex.off(event, this.#onReadable);
    for (const event of WRITE_EVENTS) this.#duplex.off(event, this.#onWritable);
    this.#released = new ConnectionError("closed", "this transport has let go of its duplex");
    return takeBytes(this.#duplex);
  }

  get #failure(): Error | undefined {
    return this.#released ?? this.#lost;
  }

  #throwIfOver(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #untilDrained(): Promise<void> {
    while (this.#duplex.writableNeedDrain) await this.#nextWrite();
    this.#throwIfOver();
  }

  async #nextWrite(): Promise<void> {
    this.#throwIfOver();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Gives whoever reads what is there; what arrived before the duplex was lost comes before the loss. */
  readonly #onReadable = (): void => {
    const reader = this.#reader;
    if (reader === undefined) return;
    try {
      const chunk = this.#released === undefined ? takeBytes(this.#duplex) : null;
      if (chunk === null && !this.#duplex.readableEnded) {
        this.#throwIfOver();
        return;
      }
      reader.resolve(chunk);
    } catch (error) {
      reader.reject(error);
    }
    this.#reader = undefined;
  };

  readonly #onWritable = (): void => {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  };

  readonly #onWritten = (): void => {
    this.#unwritten -= 1;
    if (this.#unwritten === 0) this.#onWritable();
  };

  readonly #onError = (error: Error): void => {
    this.#lost ??= new ConnectionError("transport", `the connection failed: ${error.message}`, { cause: error });
    this.#onEnd();
  };

  readonly #onClose = (): void => {
    this.#lost ??= new ConnectionError("transport", "the connection was closed");
    this.#onEnd();
  };

  #onEnd(): void {
    this.#onReadable();
    this.#onWritable();
  }
}

/** All that waits in the duplex, as a plain `Uint8Array` whatever subclass it gives. */
function takeBytes(duplex: NodeDuplex): Uint8Array | null {
  const chunk = duplex.read();
  if (chunk === null) return null;
  if (chunk instanceof Uint8Array) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new ProtocolError("local", "not-bytes", "the duplex must give bytes: no encoding, no object mode");
}
