// A maildrop in memory, and a scripted server, for tests.

import { memoryPair } from "@mailwire/transport";
import { latin1, utf8 } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import type { Maildrop, Pop3ServerOptions } from "../src/server.ts";

/** Messages whose maildrop notes what is done to it. */
export class NotedMaildrop implements Maildrop {
  readonly notes: string[] = [];
  readonly messages: readonly { readonly size: number; readonly uid: string }[];
  readonly #texts: readonly string[];

  constructor(...texts: readonly string[]) {
    this.#texts = texts;
    this.messages = texts.map((text, index) => ({ size: text.length, uid: `uid-${index}` }));
  }

  /** Every message in two chunks. */
  *read(index: number): Generator<Uint8Array> {
    const text = this.#texts[index] ?? "";
    yield utf8(text.slice(0, 10));
    yield utf8(text.slice(10));
  }

  commit(indexes: readonly number[]): Promise<void> {
    this.notes.push(`commit ${indexes.join()}`);
    return Promise.resolve();
  }

  release(): Promise<void> {
    this.notes.push("release");
    return Promise.resolve();
  }
}

/** Options of a server whose user `u` has the password `hush` and this maildrop. */
export function serving(maildrop: Maildrop): Pop3ServerOptions {
  return {
    allowPlaintextAuth: true,
    failedLoginDelayMs: 0,
    verify: ({ user, password }) => Promise.resolve(user === "u" && password.reveal() === "hush" ? user : undefined),
    open: () => Promise.resolve(maildrop),
  };
}

/** The far end of a connection, played by hand. */
export class Peer {
  readonly transport: ByteTransport;
  #heard = "";

  constructor(transport: ByteTransport) {
    this.transport = transport;
  }

  /** Says a text as it is. */
  async say(text: string): Promise<void> {
    await this.transport.write([utf8(text)]);
  }

  /** Reads up to and with `end`, which must come. */
  async hear(end = "\r\n"): Promise<string> {
    for (;;) {
      const at = this.#heard.indexOf(end);
      if (at !== -1) {
        const heard = this.#heard.slice(0, at + end.length);
        this.#heard = this.#heard.slice(at + end.length);
        return heard;
      }
      const chunk = await this.transport.read();
      if (chunk === null) throw new Error(`the end came after ${JSON.stringify(this.#heard)}, before ${JSON.stringify(end)}`);
      this.#heard += latin1(chunk);
    }
  }

  /** Says a line and reads the first line of what comes. */
  async ask(line: string): Promise<string> {
    await this.say(`${line}\r\n`);
    return this.hear();
  }
}

/** A transport for one side and a peer for the other. */
export function peerPair(options?: Parameters<typeof memoryPair>[0]): [ByteTransport, Peer] {
  const [ours, theirs] = memoryPair(options);
  return [ours, new Peer(theirs)];
}
