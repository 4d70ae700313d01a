// A socket without a library: bytes out, bytes in, for what no honest client would say.

import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A conversation over TCP in latin1. */
export class RawDialogue {
  /** All that the server said so far. */
  heard = "";
  readonly #socket: Socket;
  #news: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (text: string) => {
      this.heard += text;
      this.#news();
    });
    socket.on("error", () => undefined).on("close", () => this.#news());
  }

  /** Connects to a port of this machine, from one of its addresses. */
  static async open(port: number, localAddress = "127.0.0.1"): Promise<RawDialogue> {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    await once(socket, "connect");
    return new RawDialogue(socket);
  }

  /** True once the server is gone. */
  get isOver(): boolean {
    return this.#socket.closed;
  }

  /** Says it; a server that is gone does not mind. */
  say(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** Resolves once `pattern` was heard; rejects when the server goes without it. */
  async hear(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.heard)) {
      if (this.isOver) throw new Error(`never heard ${String(pattern)} in ${JSON.stringify(this.heard)}`);
      await this.#change();
    }
  }

  /** Resolves with all that was heard once the server is gone. */
  async end(): Promise<string> {
    while (!this.isOver) await this.#change();
    return this.heard;
  }

  /** Goes. */
  drop(): void {
    this.#socket.destroy();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#news = resolve));
  }
}
