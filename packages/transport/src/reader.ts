// What a conversation reads: one read at a time, begun when the session wants more, and what came kept until it is taken.

import type { ByteReader, ByteTransport } from "@mailwire/wire";

/** What a {@link Reader} tells. */
export interface ReaderListener {
  /** Something came: bytes, or the peer's end. */
  onArrival(): void;
  /** Nothing more will come. */
  onReadFailure(error: unknown): void;
}

/** Reads from the transport of one conversation. */
export class Reader implements ByteReader {
  readonly #listener: ReaderListener;
  #isReading = false;
  #arrived: Uint8Array | null | undefined;
  #onOver: (() => void) | undefined;

  constructor(listener: ReaderListener) {
    this.#listener = listener;
  }

  /** Whether a read is outstanding. */
  get isReading(): boolean {
    return this.#isReading;
  }

  /** Whether something came and was not taken. */
  get hasArrived(): boolean {
    return this.#arrived !== undefined;
  }

  /** Resolves when no read is outstanding any more; `undefined` while none is. */
  get pending(): Promise<void> | undefined {
    if (!this.#isReading) return undefined;
    return new Promise((resolve) => {
      this.#onOver = resolve;
    });
  }

  /** Begins a read, unless one is outstanding. */
  read(transport: ByteTransport): void {
    if (this.#isReading) return;
    this.#isReading = true;
    if (transport.readFor !== undefined) transport.readFor(this);
    else
      transport.read().then(
        (chunk) => this.onBytes(chunk),
        (error: unknown) => this.onReadFailure(error),
      );
  }

  /** What came, `null` for the peer's end; `undefined` where nothing did. */
  take(): Uint8Array | null | undefined {
    const chunk = this.#arrived;
    this.#arrived = undefined;
    return chunk;
  }

  /** @internal */
  onBytes(chunk: Uint8Array | null): void {
    this.#arrived = chunk;
    this.#over();
    this.#listener.onArrival();
  }

  /** @internal */
  onReadFailure(error: unknown): void {
    this.#over();
    this.#listener.onReadFailure(error);
  }

  #over(): void {
    this.#isReading = false;
    this.#onOver?.();
  }
}
