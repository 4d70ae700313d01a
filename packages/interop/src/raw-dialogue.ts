// A conversation without a library: bytes out, bytes in, for what no honest client would say, and for programs that people type into.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { Readable, Writable } from "node:stream";

/** A conversation in latin1, with a server or with a program. */
export class RawDialogue {
  /** All that the other side said so far. */
  heard = "";
  readonly #input: Readable;
  readonly #output: Writable;
  #news: () => void = () => undefined;

  private constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
    input.setEncoding("latin1").on("data", (text: string) => {
      this.heard += text;
      this.#news();
    });
    for (const stream of [input, output]) stream.on("error", () => undefined);
    input.on("close", () => this.#news());
  }

  /** Connects to a port of this machine, from one of its addresses. */
  static async open(port: number, localAddress = "127.0.0.1"): Promise<RawDialogue> {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    await once(socket, "connect");
    return new RawDialogue(socket, socket);
  }

  /** Runs a program, and types. */
  static with([command, ...args]: readonly [string, ...string[]]): RawDialogue {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"] });
    return new RawDialogue(child.stdout, child.stdin);
  }

  /** True once the other side is gone. */
  get isOver(): boolean {
    return this.#input.closed;
  }

  /** Says it; one that is gone does not mind. */
  say(text: string): void {
    this.#output.write(text, "latin1");
  }

  /** Resolves once `pattern` was heard; rejects when the other side goes without it. */
  async hear(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.heard)) {
      if (this.isOver) throw new Error(`never heard ${String(pattern)} in ${JSON.stringify(this.heard)}`);
      await this.#change();
    }
  }

  /** Resolves with all that was heard once the other side is gone. */
  async end(): Promise<string> {
    while (!this.isOver) await this.#change();
    return this.heard;
  }

  /** Goes. */
  drop(): void {
    this.#input.destroy();
    this.#output.destroy();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#news = resolve));
  }
}
