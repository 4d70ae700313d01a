// Two connected transports in memory, with chosen chunking and a simulated TLS upgrade: for tests, and for peers in one process.

import { ConnectionError } from "@mailwire/wire";
import type { ByteTransport, StartTls, TransportInfo } from "@mailwire/wire";
import { abortError, concurrentRead, droppedByPeer, startTlsInjection } from "./loss.ts";
import { MemoryHandshake } from "./memory-handshake.ts";
import type { End } from "./memory-handshake.ts";
import { MemoryPipe } from "./memory-pipe.ts";

/** How {@link memoryPair} behaves. */
export interface MemoryPairOptions {
  /**
   * How many bytes each read gives at most, whatever the sizes of the writes: sizes in order (each direction from the start; after the last
   * size a read gives all that waits), or a function asked before each read. Absent: a read gives one chunk as it was written.
   */
  readonly chunkSizes?: Iterable<number> | (() => number);
  /** What `info.secure` says; default `false`. A secure pair cannot be upgraded. */
  readonly secure?: boolean;
  /** `write` waits while this many bytes or more are unread; default 65536, what a socket's buffers commonly hold. */
  readonly highWaterMarkBytes?: number;
}

/**
 * Two connected ends: what is written to one is read from the other, as views of the same memory. `startTls` simulates an upgrade: it
 * completes when both ends have called it, the server's `reply` arrives in clear before that, and no byte may be unread at either end.
 */
export function memoryPair(options: MemoryPairOptions = {}): [ByteTransport, ByteTransport] {
  const { secure = false } = options;
  const info = { left: { secure }, right: { secure } };
  const handshake = new MemoryHandshake(({ left, right }) =>
    connect(options, { left: { secure: true, tls: left }, right: { secure: true, tls: right } }),
  );
  const { left, right } = secure ? connect(options, info) : connect(options, info, handshake);
  return [left, right];
}

function connect(
  { chunkSizes, highWaterMarkBytes = 65_536 }: MemoryPairOptions,
  info: Record<End, TransportInfo>,
  handshake?: MemoryHandshake,
): Record<End, ByteTransport> {
  const toLeft = new MemoryPipe(highWaterMarkBytes, sizes(chunkSizes));
  const toRight = new MemoryPipe(highWaterMarkBytes, sizes(chunkSizes));
  const left = new MemoryTransport(toLeft, toRight, info.left);
  const right = new MemoryTransport(toRight, toLeft, info.right);
  if (handshake !== undefined) {
    left.offerTls("left", handshake);
    right.offerTls("right", handshake);
  }
  return { left, right };
}

function sizes(chunkSizes: MemoryPairOptions["chunkSizes"]): (() => number) | undefined {
  if (chunkSizes === undefined || typeof chunkSizes === "function") return chunkSizes;
  const iterator = chunkSizes[Symbol.iterator]();
  return () => {
    const next = iterator.next();
    return next.done === true ? Infinity : next.value;
  };
}

class MemoryTransport implements ByteTransport {
  readonly info: TransportInfo;
  startTls?: (options: StartTls) => Promise<ByteTransport>;
  readonly #incoming: MemoryPipe;
  readonly #outgoing: MemoryPipe;
  /** Tells a handshake under way that this end is gone. */
  #leaveHandshake: (own: Error, theirs: Error) => void = () => undefined;

  constructor(incoming: MemoryPipe, outgoing: MemoryPipe, info: TransportInfo) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.info = info;
  }

  offerTls(end: End, handshake: MemoryHandshake): void {
    this.startTls = (options) => this.#startTls(options, () => handshake.meet(end, options, this.#incoming));
    this.#leaveHandshake = (own, theirs) => handshake.fail(end, own, theirs);
  }

  read(): Promise<Uint8Array | null> {
    return this.#incoming.read();
  }

  write(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#outgoing.write(chunks);
  }

  async end(): Promise<void> {
    await this.#outgoing.end();
    const closed = new ConnectionError("tls", "the connection was closed instead of upgraded to TLS");
    this.#leaveHandshake(closed, closed);
  }

  abort(reason?: unknown): void {
    this.#lose(abortError(reason), droppedByPeer());
  }

  #lose(own: Error, theirs: Error): void {
    this.#incoming.loseReader(own, theirs);
    this.#outgoing.loseWriter(own, theirs);
    this.#leaveHandshake(own, theirs);
  }

  async #startTls(options: StartTls, meet: () => Promise<ByteTransport>): Promise<ByteTransport> {
    const { signal } = options;
    const onAbort = (): void => this.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    try {
      if (signal?.aborted === true) throw abortError(signal.reason);
      if (this.#incoming.isReading) throw concurrentRead();
      if (this.#incoming.length > 0) throw startTlsInjection();
      if (options.side === "server") await this.#outgoing.write([options.reply]);
      const inside = await meet();
      const consumed = new ConnectionError("closed", "this transport was consumed by its upgrade to TLS");
      this.#lose(consumed, consumed);
      return inside;
    } catch (error) {
      this.abort(error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }
}
