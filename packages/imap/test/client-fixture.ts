// A client, and a server whose words are written by hand.

import { memoryPair } from "@mailwire/transport";
import type { MemoryPairOptions } from "@mailwire/transport";
import { fromLatin1, latin1 } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { ImapClient } from "../src/client.ts";
import type { ImapClientOptions, ImapMessage, LiteralStream } from "../src/client.ts";

/** The far end of a connection, played by hand. Text is one character per byte. */
export class HandServer {
  transport: ByteTransport;
  #heard = "";

  constructor(transport: ByteTransport) {
    this.transport = transport;
  }

  /** Says lines. */
  async say(...lines: readonly string[]): Promise<void> {
    await this.sayText(lines.map((line) => `${line}\r\n`).join(""));
  }

  /** Says a text as it is. */
  async sayText(text: string): Promise<void> {
    await this.transport.write([fromLatin1(text)]);
  }

  /** Reads a line, which must come; gives it without its line end. */
  async line(): Promise<string> {
    while (!this.#heard.includes("\r\n")) await this.#read();
    const at = this.#heard.indexOf("\r\n");
    const line = this.#heard.slice(0, at);
    this.#heard = this.#heard.slice(at + 2);
    return line;
  }

  /** Reads so many bytes. */
  async bytes(count: number): Promise<string> {
    while (this.#heard.length < count) await this.#read();
    const bytes = this.#heard.slice(0, count);
    this.#heard = this.#heard.slice(count);
    return bytes;
  }

  /** Reads a command, which must be this one; gives its tag. */
  async command(expected: string): Promise<string> {
    const line = await this.line();
    const [tag = "", ...words] = line.split(" ");
    if (words.join(" ") !== expected) throw new Error(`${JSON.stringify(line)} was said instead of ${JSON.stringify(expected)}`);
    return tag;
  }

  /** Reads a command, which must be this one, and answers: untagged lines, then the tagged one. */
  async answer(expected: string, ...lines: readonly string[]): Promise<void> {
    const tag = await this.command(expected);
    const last = lines.at(-1) ?? "OK done";
    await this.say(...lines.slice(0, -1), `${tag} ${last}`);
  }

  /** Reads until the client's end; gives what it still said. */
  async rest(): Promise<string> {
    while (await this.#more());
    return this.#heard;
  }

  async #read(): Promise<void> {
    if (!(await this.#more())) throw new Error(`the client left after ${JSON.stringify(this.#heard)}`);
  }

  async #more(): Promise<boolean> {
    const chunk = await this.transport.read();
    if (chunk === null) return false;
    this.#heard += latin1(chunk);
    return true;
  }
}

/** A transport for a client, and its server. */
export function handPair(options: MemoryPairOptions = { secure: true }): [ByteTransport, HandServer] {
  const [ours, theirs] = memoryPair(options);
  return [ours, new HandServer(theirs)];
}

/** A client and its server. */
export interface Connected {
  readonly client: ImapClient;
  readonly server: HandServer;
}

/** A client that was greeted with `greeting`. */
export async function greeted(greeting: string, options: ImapClientOptions = {}, pair?: MemoryPairOptions): Promise<Connected> {
  const [transport, server] = handPair(pair);
  const opening = ImapClient.open(transport, options);
  await server.say(greeting);
  return { client: await opening, server };
}

/** A client that may log in. */
export function connected(capabilities = "", options?: ImapClientOptions): Promise<Connected> {
  return greeted(`* OK [CAPABILITY IMAP4rev1${capabilities}] ready`, options);
}

/** A client that is logged in. */
export function loggedIn(capabilities = "", options?: ImapClientOptions, pair?: MemoryPairOptions): Promise<Connected> {
  return greeted(`* PREAUTH [CAPABILITY IMAP4rev1${capabilities}] ready`, options, pair);
}

/** A client that has selected INBOX, in which there are three messages. */
export async function selected(capabilities = "", options?: ImapClientOptions, pair?: MemoryPairOptions): Promise<Connected> {
  const { client, server } = await loggedIn(capabilities, options, pair && { secure: true, ...pair });
  const opening = client.select("INBOX");
  await server.answer("SELECT INBOX", "* 3 EXISTS", "OK [READ-WRITE] open");
  await opening;
  return { client, server };
}

/** What a promise rejects with; it must. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`no failure, but ${String(value)}`);
    },
    (error: unknown) => error,
  );
}

/** True when a promise is settled as soon as all is done that can be done. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  promise.then(mark, mark);
  await quiet();
  return settled;
}

/** Resolves when everything has happened that needs nothing from outside. */
export async function quiet(): Promise<void> {
  // Longer than any chain of promises here.
  for (let turn = 0; turn < 5000; turn += 1) await Promise.resolve();
}

/** All that an iterable gives. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** A loop taken step by step: the next of `source`, `undefined` at its end; `leave` is its `break`. */
export function steps<T>(source: AsyncIterable<T>): { next(): Promise<T | undefined>; leave(): Promise<void> } {
  const iterator = source[Symbol.asyncIterator]();
  return {
    next: async () => {
      const step = await iterator.next();
      return step.done === true ? undefined : step.value;
    },
    leave: async () => {
      await iterator.return?.();
    },
  };
}

/** The large data of a message: the only one, or the one at `index`. */
export function streamOf(message: ImapMessage | undefined, index = 0): LiteralStream {
  const data = message?.data[index]?.data;
  if (data === undefined || data === null || data instanceof Uint8Array) throw new Error("no stream");
  return data;
}
