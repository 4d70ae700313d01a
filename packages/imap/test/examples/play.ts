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
  /** The bytes of its literals that streamed. */
  readonly streamed: Uint8Array;
}

/** Plays a conversation; the lines of an exchange (AUTHENTICATE, IDLE), which are no commands, are not among its messages. */
export function playExample({ lines }: Example): readonly PlayedMessage[] {
  const conversation = new Conversation();
  for (const line of lines) conversation.say(line);
  return conversation.messages();
}

/** What one side says, from line to message. */
class Side {
  readonly messages: PlayedMessage[] = [];
  /** Of the message that was begun. */
  lines: ExampleLine[] = [];
  streamed: Uint8Array[] = [];

  /** The message ends; without an event it never came, or not all of it. */
  end(event?: PlayedMessage["event"]): void {
    const lines = this.#take(event);
    const [first] = lines;
    if (first === undefined) throw new Error("nothing was said");
    this.messages.push({ first, bytes: concat(lines.map(({ bytes }) => bytes)), event, streamed: concat(this.streamed) });
    this.streamed = [];
  }

  /** The lines of a message: all that were said, but for the next one where only that told that the response had ended. */
  #take(event: PlayedMessage["event"]): readonly ExampleLine[] {
    const isLastNext = event?.type === "response" && this.lines.length > 1 && event.raw.every((raw) => !endsWith(raw, this.lines.at(-1)));
    return this.lines.splice(0, isLastNext ? this.lines.length - 1 : this.lines.length);
  }

  /** What was said was no message. */
  forget(): void {
    this.lines = [];
    this.streamed = [];
  }
}

class Conversation {
  readonly #client = new Side();
  readonly #server = new Side();
  readonly #commands = new CommandDecoder();
  readonly #responses = new ResponseDecoder();
  /** Whether the server's next `+` asks for a line of an exchange, not for a literal. */
  #exchanges = false;
  /** The tag of the command whose literal waits for the server's answer. */
  #waits: string | undefined;

  say(line: ExampleLine): void {
    if (line.from === "client") {
      // Some examples leave out the server's "+".
      this.#takeLiteral();
      this.#client.lines.push(line);
      this.#commands.push(line.bytes);
      this.#hear();
    } else {
      this.#server.lines.push(line);
      this.#responses.push(line.bytes);
      this.#listen();
    }
  }

  /** All messages in order, with those that were begun. */
  messages(): readonly PlayedMessage[] {
    const sides = [this.#client, this.#server];
    for (const side of sides) if (side.lines.length > 0) side.end();
    return sides.flatMap(({ messages }) => messages).sort((a, b) => a.first.at - b.first.at);
  }

  /** The server reads. */
  #hear(): void {
    const client = this.#client;
    for (let event = this.#commands.next(); event !== undefined; event = this.#commands.next()) {
      if (event.type === "literal" || event.type === "append") {
        this.#waits = event.tag;
        if (event.type === "append" && !event.synchronizing) this.#takeLiteral();
      } else if (event.type === "literal-chunk") client.streamed.push(event.bytes);
      else if (event.type === "line") client.forget();
      else if (event.type === "command") {
        this.#exchanges = event.command.name === "AUTHENTICATE" || event.command.name === "IDLE";
        client.end(event);
      } else if (event.type === "bad") client.end(event);
    }
  }

  /** The client reads, and what it reads is the answer to what it said. */
  #listen(): void {
    for (let event = this.#responses.next(); event !== undefined; event = this.#responses.next()) {
      if (event.type !== "response") continue;
      this.#answer(event.response);
      this.#server.end(event);
    }
  }

  #answer(response: Response): void {
    if (response.type === "continuation") {
      if (this.#waits !== undefined) this.#takeLiteral();
      else if (this.#exchanges) this.#commands.expectLine();
    } else if (response.type === "tagged" && response.tag === this.#waits) {
      this.#waits = undefined;
      this.#commands.refuse();
      this.#client.end();
    }
  }

  #takeLiteral(): void {
    if (this.#waits === undefined) return;
    this.#waits = undefined;
    this.#commands.accept();
  }
}

function endsWith(raw: Uint8Array, line: ExampleLine | undefined): boolean {
  return line !== undefined && latin1(raw).endsWith(latin1(line.bytes));
}
