// The attacker's end of a way, with a record of every octet that came over it, whoever reads it in the end: the player or its TLS.

import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { joined } from "./octets.ts";

/** A duplex around another one. It ends, but is never destroyed, when the other end goes: what was recorded can still be read. */
export class Tap extends Duplex {
  readonly #inner: Duplex;
  readonly #came: Uint8Array[] = [];
  readonly #onGone: () => void;
  #ended = false;

  /** `onGone` is told when mailwire's end will send no more, though some of what it sent may not be read yet. */
  constructor(inner: Duplex, onGone: () => void) {
    super({ allowHalfOpen: true });
    this.#inner = inner;
    this.#onGone = onGone;
    this.on("error", () => undefined);
    inner.on("data", (chunk: Uint8Array) => {
      this.#came.push(Uint8Array.from(chunk));
      if (!this.#ended && !this.push(chunk)) inner.pause();
    });
    inner.on("end", () => this.#end());
    inner.on("error", () => this.#end());
    inner.on("close", () => this.#end());
  }

  /** All that mailwire sent, as it was on the wire. */
  get recorded(): Uint8Array {
    return joined(this.#came);
  }

  /** True when mailwire's end said that it will send no more, or is gone. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Drops the connection, with what is on its way. */
  reset(): void {
    if (this.#inner instanceof Socket) this.#inner.resetAndDestroy();
    else this.#inner.destroy(new Error("reset"));
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    // One who writes to an end that is gone need not know: reading tells.
    if (this.#inner.destroyed || this.#inner.writableEnded) done();
    else this.#inner.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    if (!this.#inner.destroyed && !this.#inner.writableEnded) this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.destroyed) this.push(null);
    this.#onGone();
  }
}
