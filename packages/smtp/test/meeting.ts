// A client and a server that meet in memory, each of which may also be a person who says what the test wants.

import { memoryPair, type ServedConnection } from "@mailwire/transport";
import { type ByteTransport, latin1, type Unit, utf8 } from "@mailwire/wire";
import { SmtpClient, type SmtpClientOptions } from "../src/client.ts";
import { serveSmtp, type SmtpServerOptions } from "../src/server.ts";

/** A mail that gives no trouble. */
export const MAIL = { from: "a@example.org", to: ["b@example.com"], body: utf8("Subject: hi\r\n\r\n.dot\r\n") };

/** A message as the server got it. */
interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly body: string;
}

/** Both sides, ready. */
export interface Meeting {
  readonly client: SmtpClient;
  readonly served: ServedConnection;
  readonly received: Received[];
  /** All that the client said. */
  readonly said: () => string;
}

/** How they meet. */
export interface Sides {
  readonly server?: Partial<SmtpServerOptions>;
  readonly client?: SmtpClientOptions;
  readonly chunkSizes?: Iterable<number> | (() => number);
  readonly secure?: boolean;
}

/** A client and a server that keeps what it gets, both ready. */
export async function meet({ server = {}, client = {}, chunkSizes, secure = true }: Sides = {}): Promise<Meeting> {
  const [left, right] = memoryPair({ secure, ...(chunkSizes === undefined ? {} : { chunkSizes }) });
  const received: Received[] = [];
  const units: Unit[] = [];
  const served = serveSmtp(right, {
    hostname: "mx.example",
    onMessage: async (envelope, body) => {
      const bytes = await body.bytes();
      received.push({ from: envelope.from, to: envelope.recipients.map(({ path }) => path), body: latin1(bytes) });
      return undefined;
    },
    ...server,
  });
  const opened = await SmtpClient.open(left, { observe: (unit) => units.push(unit), ...client });
  return { client: opened, served, received, said: () => shown(units, "client") };
}

/** What one side said, secrets as they are shown. */
function shown(units: readonly Unit[], side: "client" | "server"): string {
  return units
    .filter(({ from }) => from === side)
    .flatMap(({ parts }) => parts.map((part) => (part instanceof Uint8Array ? latin1(part) : String(part))))
    .join("");
}

/** A person at one end of a connection. */
export class Person {
  readonly transport: ByteTransport;
  #heard = "";

  constructor(transport: ByteTransport) {
    this.transport = transport;
  }

  /** Says lines, each ended by CRLF. */
  async say(...lines: string[]): Promise<void> {
    await this.transport.write([utf8(lines.map((line) => `${line}\r\n`).join(""))]);
  }

  /** The next line, without its end; `undefined` when there are no more. */
  async line(): Promise<string | undefined> {
    while (!this.#heard.includes("\n")) {
      const chunk = await this.transport.read();
      if (chunk === null) return undefined;
      this.#heard += latin1(chunk);
    }
    const end = this.#heard.indexOf("\n") + 1;
    const line = this.#heard.slice(0, end).trimEnd();
    this.#heard = this.#heard.slice(end);
    return line;
  }

  /** So many lines. */
  async lines(count: number): Promise<(string | undefined)[]> {
    const heard: (string | undefined)[] = [];
    while (heard.length < count) heard.push(await this.line());
    return heard;
  }

  /** The last line of the next reply. */
  async answer(): Promise<string | undefined> {
    let line = await this.line();
    while (line !== undefined && line.charAt(3) === "-") line = await this.line();
    return line;
  }

  /** Says a line; the last line of its answer. */
  async ask(line: string): Promise<string | undefined> {
    await this.say(line);
    return this.answer();
  }

  /** Answers each line that comes with the next of these, and then no more. */
  async replies(...answers: string[]): Promise<(string | undefined)[]> {
    const heard: (string | undefined)[] = [];
    for (const answer of answers) {
      heard.push(await this.line());
      await this.say(answer);
    }
    return heard;
  }
}

/** A person at a server, after its greeting. */
export async function visit(options: Partial<SmtpServerOptions> = {}, pair: Parameters<typeof memoryPair>[0] = {}): Promise<Visit> {
  const [left, right] = memoryPair(pair);
  const served = serveSmtp(right, { hostname: "mx.example", ...options });
  const person = new Person(left);
  return { person, served, greeting: await person.answer() };
}

/** See {@link visit}. */
export interface Visit {
  readonly person: Person;
  readonly served: ServedConnection;
  readonly greeting: string | undefined;
}

/** A client whose server is a person who has greeted it and offered these extensions. */
export async function attend(offered: readonly string[] = [], options: SmtpClientOptions = {}): Promise<Attendance> {
  const [left, right] = memoryPair({ secure: true });
  const person = new Person(right);
  const opening = SmtpClient.open(left, options);
  await person.say("220 mx.example");
  await person.line();
  await person.say(...["mx.example", ...offered].map((line, at) => `250${at < offered.length ? "-" : " "}${line}`));
  return { client: await opening, person };
}

/** See {@link attend}. */
export interface Attendance {
  readonly client: SmtpClient;
  readonly person: Person;
}

/** A source that gives these and then nothing, not even its end; `isLeft` tells when nobody waits for it any more. */
export function silentAfter(...chunks: readonly Uint8Array[]): {
  readonly source: AsyncIterable<Uint8Array>;
  readonly isLeft: Promise<undefined>;
} {
  const left = promised<undefined>();
  const rest = [...chunks];
  const next = (): Promise<IteratorResult<Uint8Array>> => {
    const value = rest.shift();
    return value === undefined ? new Promise(() => undefined) : Promise.resolve({ done: false, value });
  };
  const end = (): Promise<IteratorResult<Uint8Array>> => {
    left.resolve(undefined);
    return Promise.resolve({ done: true, value: undefined });
  };
  return { source: { [Symbol.asyncIterator]: () => ({ next, return: end }) }, isLeft: left.promise };
}

/** A promise and what settles it. */
export interface Promised<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

/** See {@link Promised}. */
export function promised<T>(): Promised<T> {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle(value) };
}
