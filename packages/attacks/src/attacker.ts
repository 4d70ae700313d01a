// The attacker's mouth and ears: says text, hears lines, in clear and inside TLS.

import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { TLSSocket, connect, createServer } from "node:tls";
import type { ConnectionOptions, TlsOptions } from "node:tls";
import { octets, textOf } from "./octets.ts";
import { Tap } from "./tap.ts";

/** How long mailwire may take to say what it must say; on one machine it takes none. */
const PATIENCE_MS = 1500;

/** How a wait for a line ended: with the line (line end included), with a ClientHello in its place, with mailwire gone, or with neither. */
export type Heard =
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "client-hello" }
  | { readonly type: "end" }
  | { readonly type: "nothing" };

/** What became of a handshake. */
export type Handshake = { readonly type: "ok" } | { readonly type: "failed"; readonly why: string };

/** The other side of a conversation with mailwire. */
export class Attacker {
  readonly #tap: Tap;
  #stream: Duplex;
  #unread = "";
  #inside = "";
  #told = "";
  #ended = false;
  #wake: () => void = () => undefined;
  /** True from the moment when TLS reads the tap: who then hears nothing inside will hear nothing at all. */
  #handshake: "none" | "begun" = "none";
  #onFailure: () => void = () => undefined;
  /** Where in {@link Attacker.recorded} the octets that belong to TLS begin; `undefined` while nothing does. */
  #tlsFrom: number | undefined;

  constructor(end: Duplex) {
    this.#tap = new Tap(end, () => {
      // Inside TLS there may be more to be read.
      if (this.#handshake === "begun" && !this.secure) this.#onEnd();
    });
    this.#stream = this.#tap;
    this.#listen();
  }

  /** All that mailwire sent before TLS was to begin. */
  get clear(): string {
    return textOf(this.#tap.recorded.subarray(0, this.#tlsFrom));
  }

  /** All that mailwire sent since, as it was on the wire. */
  get records(): Uint8Array {
    return this.#tlsFrom === undefined ? new Uint8Array() : this.#tap.recorded.subarray(this.#tlsFrom);
  }

  /** All that mailwire said inside TLS. */
  get inside(): string {
    return this.#inside;
  }

  /** All that mailwire was told inside TLS. */
  get told(): string {
    return this.#told;
  }

  /** True inside TLS. */
  get secure(): boolean {
    return this.#stream instanceof TLSSocket;
  }

  /** Says text, in one piece. */
  say(text: string): void {
    if (this.secure) this.#told += text;
    if (!this.#stream.destroyed && !this.#stream.writableEnded) this.#stream.write(octets(text));
  }

  /** Says octets on the wire, whatever speaks there. */
  inject(bytes: Uint8Array): void {
    this.#tap.write(bytes);
  }

  /** The next line. */
  async line(patienceMs = PATIENCE_MS): Promise<Heard> {
    const until = Date.now() + patienceMs;
    for (;;) {
      if (!this.secure && this.#unread.startsWith("\x16\x03")) return { type: "client-hello" };
      const at = this.#unread.indexOf("\n");
      if (at >= 0) return { type: "line", text: this.#take(at + 1) };
      if (this.#ended) return { type: "end" };
      if (!(await this.#news(until))) return { type: "nothing" };
    }
  }

  /** The next `count` octets, or what came before the end. */
  async exactly(count: number): Promise<string> {
    const until = Date.now() + PATIENCE_MS;
    while (this.#unread.length < count && !this.#ended && (await this.#news(until)));
    return this.#take(count);
  }

  /** What comes within a while, without taking it. */
  async within(ms: number): Promise<string> {
    await delay(ms);
    return this.#unread;
  }

  /** Waits until mailwire is gone; false when it is not within the time. */
  async untilEnd(ms = PATIENCE_MS): Promise<boolean> {
    const until = Date.now() + ms;
    while (!this.#ended) if (!(await this.#news(until))) return false;
    return true;
  }

  /** From here on what comes, and what is unread, belongs to TLS. */
  beginTls(): void {
    this.#tlsFrom = this.#tap.recorded.length - this.#unread.length;
  }

  /** Waits until the handshake begins, or mailwire is gone. */
  async clientHello(): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    while (this.#unread === "" && !this.#ended && (await this.#news(until)));
  }

  /** Waits for mailwire's ClientHello and answers as a server with these options would. */
  handshakeAsServer(options: TlsOptions): Promise<Handshake> {
    const stream = this.#handOver();
    const server = createServer({ ...options, handshakeTimeout: PATIENCE_MS });
    return new Promise((resolve) => {
      server.once("secureConnection", (socket) => resolve(this.#secured(socket)));
      server.once("tlsClientError", (error: Error) => resolve({ type: "failed", why: error.message }));
      this.#onFailure = () => resolve({ type: "failed", why: "mailwire is gone" });
      if (this.#ended) this.#onFailure();
      else server.emit("connection", stream);
    });
  }

  /** Shakes hands with mailwire's server. */
  handshakeAsClient(options: ConnectionOptions): Promise<Handshake> {
    const socket = connect({ ...options, socket: this.#handOver() });
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ type: "failed", why: "no end of the handshake" }), PATIENCE_MS);
      const settle = (handshake: Handshake): void => {
        clearTimeout(timer);
        resolve(handshake);
      };
      socket.once("secureConnect", () => settle(this.#secured(socket)));
      socket.on("error", (error: Error) => settle({ type: "failed", why: error.message }));
      socket.once("close", () => settle({ type: "failed", why: "mailwire is gone" }));
    });
  }

  /** Says that nothing more will be said, properly inside TLS. */
  end(): void {
    this.#stream.end();
  }

  /** Ends the connection without the end of TLS. */
  cut(): void {
    this.#tap.end();
  }

  /** Drops the connection. */
  reset(): void {
    this.#tap.reset();
  }

  /** Drops everything. */
  destroy(): void {
    this.#stream.destroy();
    this.#tap.destroy();
  }

  #listen(): void {
    const stream = this.#stream;
    stream.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onEnd).on("error", this.#onEnd);
  }

  readonly #onData = (chunk: Uint8Array): void => {
    const text = textOf(chunk);
    this.#unread += text;
    if (this.secure) this.#inside += text;
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#onFailure();
    this.#wake();
  };

  /** Lets go of the stream, and puts back what was not read. */
  #handOver(): Duplex {
    const tap = this.#tap;
    this.#handshake = "begun";
    if (tap.ended) this.#ended = true;
    tap.off("data", this.#onData).off("end", this.#onEnd).off("close", this.#onEnd).off("error", this.#onEnd);
    tap.pause();
    if (this.#unread !== "") tap.unshift(octets(this.#take(this.#unread.length)));
    return tap;
  }

  #secured(socket: TLSSocket): Handshake {
    this.#stream = socket;
    this.#listen();
    return { type: "ok" };
  }

  #take(count: number): string {
    const taken = this.#unread.slice(0, count);
    this.#unread = this.#unread.slice(count);
    return taken;
  }

  /** Resolves when something happened; false when it is too late. */
  #news(until: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, until - Date.now()));
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
