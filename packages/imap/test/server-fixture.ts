// A server whose client is played by hand, over a backend that tells what is done to it.

import { memoryPair } from "@mailwire/transport";
import type { MemoryPairOptions, ServedConnection } from "@mailwire/transport";
import { fromLatin1, latin1 } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { serveImap } from "../src/server.ts";
import type { ImapMailbox, ImapServerOptions, MailboxAccess } from "../src/server.ts";
import type { MailboxName } from "../src/codec/index.ts";
import { TestBackend } from "./backend.ts";
import type { TestBackendOptions } from "./backend.ts";

/** Keeps the mailboxes that it opens, for tests to look at and to spoil. */
class KeptBackend extends TestBackend {
  readonly opened: ImapMailbox[] = [];

  override async open(mailbox: MailboxName, access: MailboxAccess): Promise<ImapMailbox> {
    const opened = await super.open(mailbox, access);
    this.opened.push(opened);
    return opened;
  }

  /** The mailbox that was opened last. */
  get current(): ImapMailbox {
    const mailbox = this.opened.at(-1);
    if (mailbox === undefined) throw new Error("no mailbox was opened");
    return mailbox;
  }
}

/** The client, played by hand. Each command has the tag `t`. */
export class Peer {
  transport: ByteTransport;
  #heard = "";

  constructor(transport: ByteTransport) {
    this.transport = transport;
  }

  /** Says a text as it is, one byte per character. */
  async say(text: string): Promise<void> {
    await this.transport.write([fromLatin1(text)]);
  }

  /** Reads up to the end of the first line that begins with `beginning`. */
  async hear(beginning: string): Promise<string> {
    for (;;) {
      const at = `\r\n${this.#heard}`.indexOf(`\r\n${beginning}`);
      const end = at === -1 ? -1 : this.#heard.indexOf("\r\n", at);
      if (end !== -1) {
        const heard = this.#heard.slice(0, end + 2);
        this.#heard = this.#heard.slice(end + 2);
        return heard;
      }
      const chunk = await this.transport.read();
      if (chunk === null) throw new Error(`the end came after ${JSON.stringify(this.#heard)}, before ${JSON.stringify(beginning)}`);
      this.#heard += latin1(chunk);
    }
  }

  /** Says a command without its tag, and hears all up to its tagged answer. */
  async ask(line: string): Promise<string> {
    await this.say(`t ${line}\r\n`);
    return this.hear("t ");
  }

  /** Hears all up to the end, then says nothing more either. */
  async hearOut(): Promise<string> {
    for (let chunk = await this.transport.read(); chunk !== null; chunk = await this.transport.read()) this.#heard += latin1(chunk);
    await this.transport.end();
    return this.#heard;
  }
}

/** A connection that is being served, from both sides. */
export interface Served {
  readonly peer: Peer;
  readonly served: ServedConnection;
  readonly backend: KeptBackend;
  /** What `onError` was told. */
  readonly errors: unknown[];
  readonly greeting: string;
}

/** Options of the server, and of the backend behind it. */
export type ServeOptions = Partial<Omit<ImapServerOptions, "backend">> & {
  readonly store?: TestBackendOptions;
  readonly pair?: MemoryPairOptions;
};

/** Serves a connection in clear on which passwords may be said, and hears its greeting. */
export async function serve({ store, pair, ...options }: ServeOptions = {}): Promise<Served> {
  const backend = new KeptBackend(store);
  const errors: unknown[] = [];
  const [ours, theirs] = memoryPair(pair);
  const served = serveImap(ours, { allowPlaintextAuth: true, onError: (error) => errors.push(error), ...options, backend });
  const peer = new Peer(theirs);
  return { peer, served, backend, errors, greeting: await peer.hear("* ") };
}

/** The same, logged in. */
export async function serveAccount(options?: ServeOptions): Promise<Served> {
  const served = await serve(options);
  await served.peer.ask("LOGIN u p");
  return served;
}

/** The same, with INBOX selected. */
export async function serveSelected(options?: ServeOptions): Promise<Served> {
  const served = await serveAccount(options);
  await served.peer.ask("SELECT INBOX");
  return served;
}
