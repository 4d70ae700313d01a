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

const EVENTS = ["readable", "end", "drain", "finish"] as const;

/** A {@link ByteTransport} over a Node-style duplex; a base for transports that can also upgrade it. */
export class DuplexTransport implements ByteTransport {
  readonly info: TransportInfo;
  readonly #duplex: NodeDuplex;
  /** Set when this end let go of the duplex. */
  #released: Error | undefined;
  /** Set when the duplex failed or closed; what arrived before can still be read. */
  #lost: Error | undefined;
  #isReading = false;
  #isEnding = false;
  /** Chunks whose bytes the duplex still holds. */
  #unwritten = 0;
  /** Called at the next event of the duplex, whatever it is; each wait then looks again. */
  #waiting: (() => void)[] = [];

  /** See {@link fromDuplex}. */
  constructor(duplex: NodeDuplex, info: TransportInfo) {
    this.#duplex = duplex;
    this.info = info;
    duplex.on("error", this.#onError);
    duplex.on("close", this.#onClose);
    for (const event of EVENTS) duplex.on(event, this.#onEvent);
    if (duplex.destroyed) this.#onClose();
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#isReading) throw concurrentRead();
    this.#isReading = true;
    try {
      for (;;) {
        const chunk = this.#released === undefined ? takeBytes(this.#duplex) : null;
        if (chunk !== null) return chunk;
        if (this.#duplex.readableEnded) return null;
        await this.#nextEvent();
      }
    } finally {
      this.#isReading = false;
    }
  }

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    this.#throwIfOver();
    if (this.#isEnding) throw new ConnectionError("closed", "this end has already been ended");
    if (chunks.length > 1) this.#duplex.cork();
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#unwritten += 1;
      this.#duplex.write(chunk, this.#onWritten);
    }
    if (chunks.length > 1) this.#duplex.uncork();
    while (this.#duplex.writableNeedDrain) await this.#nextEvent();
    this.#throwIfOver();
  }

  async end(): Promise<void> {
    if (this.#released === undefined && !this.#isEnding) this.#duplex.end();
    this.#isEnding = true;
    while (!this.#duplex.writableFinished) await this.#nextEvent();
  }

  abort(reason?: unknown): void {
    if (this.#released !== undefined) return;
    this.#released = abortError(reason);
    this.#duplex.destroy();
    this.#onEvent();
  }

  /** Resolves when all that was written has left the duplex; call it before {@link DuplexTransport.release}. */
  async flush(): Promise<void> {
    while (this.#unwritten > 0) await this.#nextEvent();
    this.#throwIfOver();
  }

  /**
   * Lets go of the duplex for somebody else, and gives what had arrived and was not read, or `null`. From now on this transport only
   * rejects; errors of the duplex stay handled. Throws a local `ProtocolError` while a read is outstanding.
   */
  release(): Uint8Array | null {
    this.#throwIfOver();
    if (this.#isReading) throw concurrentRead();
    for (const event of EVENTS) this.#duplex.off(event, this.#onEvent);
    this.#released = new ConnectionError("closed", "this transport has let go of its duplex");
    return takeBytes(this.#duplex);
  }

  async #nextEvent(): Promise<void> {
    this.#throwIfOver();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #throwIfOver(): void {
    const failure = this.#released ?? this.#lost;
    if (failure !== undefined) throw failure;
  }

  readonly #onEvent = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  };

  readonly #onWritten = (): void => {
    this.#unwritten -= 1;
    if (this.#unwritten === 0) this.#onEvent();
  };

  readonly #onError = (error: Error): void => {
    this.#lost ??= new ConnectionError("transport", `the connection failed: ${error.message}`, { cause: error });
    this.#onEvent();
  };

  readonly #onClose = (): void => {
    this.#lost ??= new ConnectionError("transport", "the connection was closed");
    this.#onEvent();
  };
}

/** All that waits in the duplex, as a plain `Uint8Array` whatever subclass it gives. */
function takeBytes(duplex: NodeDuplex): Uint8Array | null {
  const chunk = duplex.read();
  if (chunk === null) return null;
  if (chunk instanceof Uint8Array) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new ProtocolError("local", "not-bytes", "the duplex must give bytes: no encoding, no object mode");
}
