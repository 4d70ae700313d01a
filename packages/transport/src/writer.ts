// What a conversation writes: in order, one write at a time, each within its patience.

import type { ByteTransport, Patience } from "@mailwire/wire";
import { Deadline, type DeadlineListener } from "./deadline.ts";

/** What a {@link Writer} tells. */
export interface WriterListener extends DeadlineListener {
  /** All that was given is written, or the rest never will be. */
  onDone(): void;
  /** A write failed; nothing behind it is written. */
  onFailure(error: unknown): void;
}

/** Writes to the transport of one conversation. */
export class Writer {
  readonly #patience: Patience;
  readonly #listener: WriterListener;
  #deadline: Deadline | undefined;
  #pending: Promise<void> | undefined;
  /** What was given meanwhile. */
  #behind: Uint8Array[] | undefined;

  constructor(patience: Patience, listener: WriterListener) {
    this.#patience = patience;
    this.#listener = listener;
  }

  /** Resolves when the transport has accepted all of it, or nothing more can be written; `undefined` while nothing waits. */
  get pending(): Promise<void> | undefined {
    return this.#pending;
  }

  /** Writes, behind what is pending where something is; {@link Writer.pending} says whether that takes time. */
  write(transport: ByteTransport, chunks: readonly Uint8Array[]): void {
    if (this.#pending === undefined) {
      const written = transport.write(chunks);
      if (written !== undefined) this.#pending = this.#untilWritten(transport, written);
    } else if (this.#behind === undefined) this.#behind = [...chunks];
    else this.#behind.push(...chunks);
  }

  /** Keeps no time any more. */
  stop(): void {
    this.#deadline?.stop();
  }

  async #untilWritten(transport: ByteTransport, first: Promise<void>): Promise<void> {
    const deadline = (this.#deadline ??= new Deadline(this.#listener));
    try {
      for (let written: Promise<void> | undefined = first; written !== undefined; written = this.#writeBehind(transport)) {
        // A fresh object is a fresh wait.
        deadline.wait({ ...this.#patience });
        await written;
      }
    } catch (error) {
      this.#behind = undefined;
      this.#listener.onFailure(error);
    } finally {
      deadline.pause();
      this.#pending = undefined;
      this.#listener.onDone();
    }
  }

  #writeBehind(transport: ByteTransport): Promise<void> | undefined {
    const chunks = this.#behind;
    this.#behind = undefined;
    return chunks && transport.write(chunks);
  }
}
