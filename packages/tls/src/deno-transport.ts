// One connection of Deno as a transport. It reads only when asked, so that nothing is ever held back here.

import { concat, ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, TransportInfo } from "@mailwire/wire";
import { typed } from "./bounded.ts";

/** What is used of a `Deno.Conn`. */
export interface DenoConn {
  /** Reads into `buffer`; `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes`, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Says that nothing more will be written. */
  closeWrite(): Promise<void>;
  /** Drops it. */
  close(): void;
  /** Address of the peer. */
  readonly remoteAddr: DenoAddress;
  /** Address of this end. */
  readonly localAddr: DenoAddress;
}

/** What is used of a `Deno.TlsConn`. */
export interface DenoTlsConn extends DenoConn {
  /** Resolves when the handshake is done. */
  handshake(): Promise<{ readonly alpnProtocol: string | null }>;
}

/** A `Deno.Addr`; a Unix socket has no host. */
export interface DenoAddress {
  /** The kind: `tcp`, `unix`. */
  readonly transport?: string;
  /** An IP address. */
  readonly hostname?: string;
  /** The port there. */
  readonly port?: number;
}

/** What one read takes at most: as Deno's own streams do. */
const READ_BYTES = 65_536;

/** A connection as a {@link ByteTransport}; a base for those that can be upgraded. */
export class ConnTransport implements ByteTransport {
  readonly info: TransportInfo;
  readonly #conn: DenoConn;
  /** Set when this end let go of the connection. */
  #released: Error | undefined;
  #isReading = false;
  #isAtEnd = false;
  /** All that was written, in order. */
  #written: Promise<unknown> = Promise.resolve();
  #ended: Promise<void> | undefined;

  constructor(conn: DenoConn, info: TransportInfo) {
    this.#conn = conn;
    this.info = info;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#isAtEnd) return null;
    this.#throwIfReleased();
    if (this.#isReading) throw concurrentRead();
    this.#isReading = true;
    try {
      const buffer = new Uint8Array(READ_BYTES);
      const count = await this.#conn.read(buffer);
      this.#isAtEnd = count === null;
      // A small piece must not hold all of the buffer.
      return count === null ? null : count * 2 < READ_BYTES ? buffer.slice(0, count) : buffer.subarray(0, count);
    } catch (error) {
      throw this.#failure(error);
    } finally {
      this.#isReading = false;
    }
  }

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    this.#throwIfReleased();
    if (this.#ended !== undefined) throw new ConnectionError("closed", "this end has already been ended");
    const bytes = concat(chunks);
    await this.#afterWrites(async () => {
      for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
    });
  }

  end(): Promise<void> {
    this.#ended ??= this.#afterWrites(() => this.#conn.closeWrite());
    return this.#ended;
  }

  abort(reason?: unknown): void {
    if (this.#released !== undefined) return;
    this.#released =
      reason instanceof Error ? reason : new ConnectionError("aborted", "the connection was dropped by this end", { cause: reason });
    this.#conn.close();
  }

  /**
   * Lets go of the connection for somebody else once all is written; from now on this transport only rejects. Throws a local `ProtocolError`
   * while a read is outstanding.
   */
  protected async release(): Promise<void> {
    this.#throwIfReleased();
    if (this.#isReading) throw concurrentRead();
    this.#released = new ConnectionError("closed", "this transport has let go of its connection");
    await this.#written;
  }

  #afterWrites(work: () => Promise<void>): Promise<void> {
    const done = this.#written.then(work).catch((error: unknown) => Promise.reject(this.#failure(error)));
    done.catch(() => undefined);
    this.#written = done;
    return done;
  }

  #throwIfReleased(): void {
    if (this.#released !== undefined) throw this.#released;
  }

  #failure(error: unknown): Error {
    return this.#released ?? typed("transport", "the connection", error);
  }
}

function concurrentRead(): ProtocolError {
  return new ProtocolError("local", "concurrent-read", "one read at a time");
}
