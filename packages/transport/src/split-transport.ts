// Bytes that leave in pieces with pauses between them, as a slow or awkward network would bring them: for servers that try their clients.

import { concat } from "@mailwire/wire";
import type { ByteTransport, StartTls, TransportInfo } from "@mailwire/wire";

/** How an answer's bytes are cut, whatever they say. */
export interface Split {
  /** Lengths of the pieces, in bytes; the last one counts for all that follow. `[1]` is byte by byte, `[3, Infinity]` cuts once. */
  readonly pieceBytes: readonly [number, ...number[]];
  /** Milliseconds between two pieces; 0 lets the runtime breathe once. */
  readonly pauseMs: number;
}

/** A transport whose writes can be split; all else is as the transport behind it does it. */
export class SplitTransport implements ByteTransport {
  readonly startTls?: (options: StartTls) => Promise<ByteTransport>;
  #transport: ByteTransport;
  #split: Split | undefined;
  /** Pieces that were begun since the last call of {@link SplitTransport.split}. */
  #pieces = 0;
  #resume: () => void = () => undefined;

  constructor(transport: ByteTransport) {
    this.#transport = transport;
    if (transport.startTls === undefined) return;
    this.startTls = async (options) => {
      this.#transport = (await transport.startTls?.(options)) ?? transport;
      return this;
    };
  }

  /**
   * Splits all that is written from now on; without an argument it leaves as it comes again. The pauses take of the time that a write may
   * take, and the reply before a TLS handshake is never split.
   */
  split(how?: Split): void {
    this.#split = how;
    this.#pieces = 0;
  }

  /** Whether what is written leaves in pieces. */
  get isSplitting(): boolean {
    return this.#split !== undefined;
  }

  get info(): TransportInfo {
    return this.#transport.info;
  }

  read(): Promise<Uint8Array | null> {
    return this.#transport.read();
  }

  write(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    return this.#split === undefined ? this.#transport.write(chunks) : this.#writePieces(concat(chunks), this.#split);
  }

  end(): Promise<void> {
    return this.#transport.end();
  }

  abort(reason?: unknown): void {
    this.#transport.abort(reason);
    this.#resume();
  }

  async #writePieces(bytes: Uint8Array, { pieceBytes, pauseMs }: Split): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      if (this.#pieces > 0) await this.#pause(pauseMs);
      const length = pieceBytes[Math.min(this.#pieces, pieceBytes.length - 1)] ?? Infinity;
      this.#pieces += 1;
      // A piece of no length would never end.
      const end = Math.min(at + Math.max(1, length), bytes.length);
      await this.#transport.write([bytes.subarray(at, end)]);
      at = end;
    }
  }

  /** Over when the time is, or the connection. */
  async #pause(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}
