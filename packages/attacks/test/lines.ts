// Lines over a transport, for clients and servers that are careless on purpose: what was read stays readable, whatever happens below.

import type { ByteTransport } from "@mailwire/wire";
import { octets, textOf } from "../src/octets.ts";

/** Reads and says lines. */
export class Lines {
  transport: ByteTransport;
  #unread = "";

  constructor(transport: ByteTransport) {
    this.transport = transport;
  }

  /** What was read and not asked for yet. */
  get unread(): string {
    return this.#unread;
  }

  /** Forgets that. */
  forget(): void {
    this.#unread = "";
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    while (!this.#unread.includes("\n")) {
      const chunk = await this.transport.read();
      if (chunk === null) throw new Error("the other side is gone");
      this.#unread += textOf(chunk);
    }
    const at = this.#unread.indexOf("\n") + 1;
    const line = this.#unread.slice(0, at).trimEnd();
    this.#unread = this.#unread.slice(at);
    return line;
  }

  /** Says a line. */
  async say(line: string): Promise<void> {
    await this.transport.write([octets(`${line}\r\n`)]);
  }

  /** TLS, over a transport that can do it; what was read in clear stays. */
  async startTls(options: Parameters<NonNullable<ByteTransport["startTls"]>>[0]): Promise<void> {
    if (this.transport.startTls === undefined) throw new Error("no TLS here");
    this.transport = await this.transport.startTls(options);
  }
}
