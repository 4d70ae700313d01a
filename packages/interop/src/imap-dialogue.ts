// A conversation with an IMAP server in commands as values, with everything that it says: bytes, and what they were read as.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Command, CommandDecoder, encodeCommand, type Response, ResponseDecoder, type ResponseEvent } from "@mailwire/imap/codec";
import { concat, fromLatin1 } from "@mailwire/wire";

/** A response that came whole. */
export type Heard = Extract<ResponseEvent, { readonly type: "response" }>;

/** A command and what the server said before it was done. */
export interface Exchange {
  readonly command: Command;
  readonly responses: readonly Heard[];
  /** The tagged response. */
  readonly end: Extract<Response, { readonly type: "tagged" }>;
}

/** The command that a line of text says, as a value; each `{}` in it is the next of `bodies` as a literal. */
export function commandOf(text: string, bodies: readonly Uint8Array[] = []): Command {
  const decoder = new CommandDecoder();
  const pieces = `a ${text}`.split("{}");
  for (const [index, piece] of pieces.entries()) {
    const body = bodies[index];
    decoder.push(fromLatin1(body === undefined ? `${piece}\r\n` : `${piece}{${body.length}}\r\n`));
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
      if (event.type === "literal" || event.type === "append") decoder.accept();
      if (event.type === "command") return event.command;
      if (event.type === "bad") break;
    }
    if (body !== undefined) decoder.push(body);
  }
  throw new Error(`no command: ${text}`);
}

/** A connection to a server on this machine. */
export class ImapDialogue {
  /** All that the server said. */
  readonly bytes: Uint8Array[] = [];
  /** And what it was read as. */
  readonly heard: Heard[] = [];
  readonly #socket: Socket;
  readonly #decoder = new ResponseDecoder({ streamLiteralBytes: 1 << 20 });
  #tags = 0;
  #news: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Uint8Array) => {
      this.bytes.push(chunk);
      this.#decoder.push(chunk);
      for (let event = this.#decoder.next(); event !== undefined; event = this.#decoder.next()) {
        if (event.type === "response") this.heard.push(event);
      }
      this.#news();
    });
    socket.on("close", () => this.#news());
  }

  /** Connects, and hears the greeting. */
  static async open(port: number): Promise<ImapDialogue> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const dialogue = new ImapDialogue(socket);
    await dialogue.#until(() => dialogue.heard[0]);
    return dialogue;
  }

  /** Says a command; `bodies` are its messages, in order. `meanwhile` is done once the server asks for more (IDLE), and gives the line to say then. */
  async say(command: Command, bodies: readonly Uint8Array[] = [], meanwhile?: () => Promise<string>): Promise<Exchange> {
    const from = this.heard.length;
    const tag = `t${(this.#tags += 1)}`;
    const rest = [...bodies];
    let asked = 0;
    const isDone = ({ response }: Heard): boolean => response.type === "tagged" && response.tag === tag;
    const mayGoOn = async (): Promise<boolean> => {
      asked += 1;
      const heard = await this.#until(() => {
        const since = this.heard.slice(from);
        return since.find(isDone) ?? since.filter(({ response }) => response.type === "continuation")[asked - 1];
      });
      return !isDone(heard);
    };
    for (const segment of encodeCommand(tag, command)) {
      if (segment.type === "bytes") this.#socket.write(segment.bytes);
      else if (segment.type === "stream") this.#socket.write(rest.shift() ?? new Uint8Array(segment.size));
      else if (!(await mayGoOn())) break;
    }
    if (meanwhile !== undefined && (await mayGoOn())) this.#socket.write(await meanwhile());
    const { response } = await this.#until(() => this.heard.slice(from).find(isDone));
    if (response.type !== "tagged") throw new Error("not tagged");
    return { command, responses: this.heard.slice(from), end: response };
  }

  /** Resolves once one of the responses from `from` on is such a one. */
  async hears(from: number, isIt: (response: Response) => boolean): Promise<void> {
    await this.#until(() => this.heard.slice(from).find(({ response }) => isIt(response)));
  }

  /** Everything that was said, in one piece. */
  transcript(): Uint8Array {
    return concat(this.bytes);
  }

  /** Goes. */
  close(): void {
    this.#socket.destroy();
  }

  /** Resolves with what `find` finds, once it does. */
  async #until(find: () => Heard | undefined): Promise<Heard> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#socket.closed) throw new Error("the server went");
      await new Promise<void>((resolve) => (this.#news = resolve));
    }
  }
}
