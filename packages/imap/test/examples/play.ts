// Plays an example: what each side says goes to the decoder that the other side has.

import { concat, latin1 } from "@mailwire/wire";
import type { CommandEvent, Response, ResponseEvent } from "../../src/codec/index.ts";
import { CommandDecoder, ResponseDecoder } from "../../src/codec/index.ts";
import type { Example, ExampleLine } from "./corpus.ts";

/** A whole command, or what is none. */
export type SaidCommand = Extract<CommandEvent, { readonly type: "command" | "bad" }>;
/** A whole response. */
export type SaidResponse = Extract<ResponseEvent, { readonly type: "response" }>;

/** One message of a conversation. */
export interface PlayedMessage {
  /** The line that it begins with. */
  readonly first: ExampleLine;
  /** All of it, literals included. */
  readonly bytes: Uint8Array;
  /** What it was read as; undefined where its literal was refused, or the example ends within. */
  readonly event: SaidCommand | SaidResponse | undefined;
  /** The bytes of the literals that streamed. */
  readonly streamed: Uint8Array;
}

/** Plays a conversation; the lines of an exchange (AUTHENTICATE, IDLE), which are no commands, are not among its messages. */
export function playExample({ lines }: Example): readonly PlayedMessage[] {
  const client = new Speaker();
  const server = new Speaker();
  for (const line of lines) {
    if (line.from === "client") {
      // Some examples leave out the server's "+".
      takeLiteral(client);
      client.say(line);
      hear(client);
    } else {
      server.say(line);
      listen(server, client);
    }
  }
  return [...client.messages(), ...server.messages()].sort((a, b) => a.first.at - b.first.at);
}

/** One side, and the decoder that the other side has. */
class Speaker {
  readonly commands = new CommandDecoder();
  readonly responses = new ResponseDecoder();
  /** Whether the server's next `+` asks for a line of an exchange, not for a literal. */
  exchanges = false;
  /** The tag of the command whose literal waits for the server's answer. */
  waits: string | undefined;
  streamed: Uint8Array[] = [];
  readonly #messages: PlayedMessage[] = [];
  #lines: ExampleLine[] = [];

  say(line: ExampleLine): void {
    this.#lines.push(line);
    (line.from === "client" ? this.commands : this.responses).push(line.bytes);
  }

  /** What was said is read; without an event it was no message, or not all of one. */
  end(event?: PlayedMessage["event"]): void {
    const lines = this.#take(event);
    const [first] = lines;
    if (first === undefined) throw new Error("nothing was said");
    this.#messages.push({ first, bytes: concat(lines.map(({ bytes }) => bytes)), event, streamed: concat(this.streamed) });
    this.streamed = [];
  }

  /** The lines of a message: all that were said, but for the next one where only that told that the response had ended. */
  #take(event: PlayedMessage["event"]): readonly ExampleLine[] {
    const ends = event?.type === "response" && this.#lines.length > 1 && event.raw.every((raw) => !endsWith(raw, this.#lines.at(-1)));
    return this.#lines.splice(0, ends ? this.#lines.length - 1 : this.#lines.length);
  }

  /** What was said was a line of an exchange. */
  forget(): void {
    this.#lines = [];
    this.streamed = [];
  }

  /** All messages, with the one that was begun. */
  messages(): readonly PlayedMessage[] {
    if (this.#lines.length > 0) this.end();
    return this.#messages;
  }
}

/** The server reads. */
function hear(client: Speaker): void {
  for (let event = client.commands.next(); event !== undefined; event = client.commands.next()) {
    if (event.type === "literal" || event.type === "append") {
      client.waits = event.tag;
      if (event.type === "append" && !event.synchronizing) takeLiteral(client);
    }
    if (event.type === "literal-chunk") client.streamed.push(event.bytes);
    if (event.type === "command") client.exchanges = event.command.name === "AUTHENTICATE" || event.command.name === "IDLE";
    if (event.type === "line") client.forget();
    if (event.type === "command" || event.type === "bad") client.end(event);
  }
}

function takeLiteral(client: Speaker): void {
  if (client.waits === undefined) return;
  client.waits = undefined;
  client.commands.accept();
}

/** What a response means to the server's own decoder. */
function answer(client: Speaker, response: Response): void {
  if (response.type === "continuation") {
    if (client.waits !== undefined) takeLiteral(client);
    else if (client.exchanges) client.commands.expectLine();
  } else if (response.type === "tagged" && response.tag === client.waits) {
    client.waits = undefined;
    client.commands.refuse();
    client.end();
  }
}

/** The client reads. */
function listen(server: Speaker, client: Speaker): void {
  for (let event = server.responses.next(); event !== undefined; event = server.responses.next()) {
    if (event.type !== "response") continue;
    answer(client, event.response);
    server.end(event);
  }
}

function endsWith(raw: Uint8Array, line: ExampleLine | undefined): boolean {
  return line !== undefined && latin1(raw).endsWith(latin1(line.bytes));
}
