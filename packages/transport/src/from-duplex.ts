// Any Node-style duplex as a transport. It flows only while somebody waits for bytes, and what comes when nobody does is kept: so no byte
// is lost, and hardly one runs ahead. To call read() at each `readable` instead takes twice the time.

import { concat, ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteReader, ByteTransport, TransportInfo } from "@mailwire/wire";
import { abortError, concurrentRead } from "./loss.ts";

/** What {@link fromDuplex} needs of a duplex: Node's `stream.Duplex` and everything that behaves like it. */
export interface NodeDuplex {
  /** Bytes that wait, all of them or some, or `null`. */
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
  /** Lets no more `data` come. */
  pause(): unknown;
  /** Lets `data` come. */
  resume(): unknown;
  /** True while no `data` may come. */
  isPaused(): boolean;
  /** Adds a listener, which is called with the duplex as `this`. */
  on(event: "data", listener: (chunk: unknown) => void): unknown;
  /** Adds a listener. */
  on(event: string, listener: (error: Error) => void): unknown;
  /** Removes a listener. */
  off(event: "data", listener: (chunk: unknown) => void): unknown;
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

/** Where a duplex says whose it is: listeners that look there are the same for all, and a set of them for each would cost as much as all else here. */
const OWNER = Symbol("owner");

/** A duplex that a transport reads from and writes to. */
interface OwnedDuplex extends NodeDuplex {
  readonly [OWNER]: DuplexTransport;
}

/** A {@link ByteTransport} over a Node-style duplex; a base for transports that can also upgrade it. */
export class DuplexTransport implements ByteTransport {
  readonly info: TransportInfo;
  readonly #duplex: OwnedDuplex;
  /** Set when this end let go of the duplex. */
  #released: Error | undefined;
  /** Set when the duplex failed or closed; what arrived before can still be read. */
  #lost: Error | undefined;
  #isEnding = false;
  /** Chunks whose bytes the duplex still holds. */
  #unwritten = 0;
  /** Set when the peer's end was seen: a duplex that this end drops may look the same. */
  #isAtEnd: boolean;
  #reader: ByteReader | undefined;
  /** What came when nobody waited, which is rare. */
  #ahead: Uint8Array[] | undefined;
  /** Called at the next event on the writing side; each wait then looks again. */
  #waiting: (() => void)[] | undefined;

  /** See {@link fromDuplex}. */
  constructor(duplex: NodeDuplex, info: TransportInfo) {
    this.#duplex = Object.assign(duplex, { [OWNER]: this });
    this.info = info;
    this.#isAtEnd = duplex.readableEnded;
    duplex.on("error", DuplexTransport.#onError);
    duplex.on("close", DuplexTransport.#onClose);
    duplex.pause();
    duplex.on("data", DuplexTransport.#onData);
    duplex.on("end", DuplexTransport.#onEnd);
    duplex.on("drain", DuplexTransport.#onWritable);
    duplex.on("finish", DuplexTransport.#onWritable);
    if (duplex.destroyed) this.#lose(closed());
  }

  read(): Promise<Uint8Array | null> {
    return new Promise((onBytes, onReadFailure) => this.readFor({ onBytes, onReadFailure }));
  }

  readFor(reader: ByteReader): void {
    if (this.#reader === undefined) {
      this.#reader = reader;
      this.#serve();
    } else reader.onReadFailure(concurrentRead());
  }

  write(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#isEnding) return Promise.reject(new ConnectionError("closed", "this end has already been ended"));
    if (chunks.length === 1 || totalBytes(chunks) <= JOINED_BYTES) this.#writeChunk(concat(chunks));
    else {
      this.#duplex.cork();
      for (const chunk of chunks) this.#writeChunk(chunk);
      this.#duplex.uncork();
    }
    return this.#duplex.writableNeedDrain ? this.#untilDrained() : undefined;
  }

  #writeChunk(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#unwritten += 1;
    this.#duplex.write(chunk, this.#onWritten);
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
    this.#over();
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
    this.#takeRest();
    this.#duplex.off("end", DuplexTransport.#onEnd);
    this.#duplex.off("drain", DuplexTransport.#onWritable);
    this.#duplex.off("finish", DuplexTransport.#onWritable);
    this.#released = new ConnectionError("closed", "this transport has let go of its duplex");
    return this.#ahead === undefined || this.#ahead.length === 0 ? null : concat(this.#ahead);
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
    await new Promise<void>((resolve) => (this.#waiting ??= []).push(resolve));
  }

  /** Gives whoever reads what is there: what came before the end, or before a loss, goes first. */
  #serve(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const chunk = this.#released === undefined ? this.#ahead?.shift() : undefined;
    const failure = this.#failure;
    if (chunk === undefined && failure === undefined && !this.#isAtEnd) {
      if (this.#duplex.isPaused()) this.#duplex.resume();
      return;
    }
    this.#reader = undefined;
    if (chunk !== undefined || this.#isAtEnd) reader.onBytes(chunk ?? null);
    else reader.onReadFailure(failure);
  }

  static readonly #onData = function (this: OwnedDuplex, chunk: unknown): void {
    this[OWNER].#take(chunk);
  };

  static readonly #onEnd = function (this: OwnedDuplex): void {
    this[OWNER].#takeEnd();
  };

  static readonly #onWritable = function (this: OwnedDuplex): void {
    this[OWNER].#wakeWriters();
  };

  static readonly #onError = function (this: OwnedDuplex, error: Error): void {
    this[OWNER].#lose(new ConnectionError("transport", `the connection failed: ${error.message}`, { cause: error }));
  };

  static readonly #onClose = function (this: OwnedDuplex): void {
    this[OWNER].#lose(closed());
  };

  #take(chunk: unknown): void {
    const reader = this.#reader;
    if (reader === undefined) {
      this.#duplex.pause();
      this.#keep(chunk);
    } else if (chunk instanceof Uint8Array) {
      this.#reader = undefined;
      reader.onBytes(plain(chunk));
    } else {
      this.#keep(chunk);
      this.#serve();
    }
  }

  #takeEnd(): void {
    if (this.#released === undefined) this.#isAtEnd = true;
    this.#serve();
  }

  #keep(chunk: unknown): void {
    if (chunk instanceof Uint8Array) (this.#ahead ??= []).push(plain(chunk));
    else this.#lost ??= new ProtocolError("local", "not-bytes", "the duplex must give bytes: no encoding, no object mode");
  }

  /** Takes all that the duplex still holds, and lets no more come. */
  #takeRest(): void {
    this.#duplex.pause();
    this.#duplex.off("data", DuplexTransport.#onData);
    // Some platforms give one chunk at a time.
    for (let rest = this.#duplex.read(); rest !== null; rest = this.#duplex.read()) this.#keep(rest);
  }

  #wakeWriters(): void {
    if (this.#waiting === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const look of waiting) look();
  }

  readonly #onWritten = (): void => {
    this.#unwritten -= 1;
    if (this.#unwritten === 0) this.#wakeWriters();
  };

  #lose(failure: Error): void {
    this.#lost ??= failure;
    this.#over();
  }

  #over(): void {
    if (this.#released === undefined) this.#takeRest();
    this.#serve();
    this.#wakeWriters();
  }
}

function closed(): ConnectionError {
  return new ConnectionError("transport", "the connection was closed");
}

/** Bytes as a plain `Uint8Array`, whatever subclass the duplex gives. */
function plain(chunk: Uint8Array): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Up to so many bytes it is cheaper to copy chunks together than to write them one by one. */
const JOINED_BYTES = 4096;

function totalBytes(chunks: readonly Uint8Array[]): number {
  let total = 0;
  for (const chunk of chunks) total += chunk.length;
  return total;
}
