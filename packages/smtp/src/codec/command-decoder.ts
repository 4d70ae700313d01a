// Commands out of a stream of chunks cut anywhere.

import { keepOne, withLimits } from "@mailwire/wire";
import { scanCommand } from "./decode-command.ts";
import { LineCursor } from "./line-cursor.ts";
import { ReceivedCommand } from "./received-command.ts";
import { Scanner } from "./scanner.ts";

/** Limits of a {@link CommandDecoder}. */
export interface CommandLimits {
  /** Longest command line, its line end included. */
  readonly maxCommandLineBytes: number;
  /** Longest AUTH command and longest line of a SASL exchange. */
  readonly maxAuthLineBytes: number;
}

/** The limits of a {@link CommandDecoder} unless others are given. */
export const DEFAULT_COMMAND_LIMITS: CommandLimits = {
  // RFC 5321 section 4.5.3.1.4 demands 512, and each extension adds to it; 2048 is Postfix's line_length_limit.
  maxCommandLineBytes: 2048,
  // RFC 4954 section 4: clients and servers must handle 12288.
  maxAuthLineBytes: 12_288,
};

/**
 * Reads commands. {@link CommandDecoder.push} takes bytes, {@link CommandDecoder.next} gives commands until there is no complete line.
 * Nothing throws: what is wrong with a line is said in its command. LF alone ends a line too (a person at telnet).
 */
export class CommandDecoder {
  readonly #lines: LineCursor;
  readonly #limits: CommandLimits;
  readonly #scanner = new Scanner();

  constructor(limits?: Partial<CommandLimits>) {
    keepOne(CommandDecoder);
    keepOne(ReceivedCommand, TOO_LONG, [], "", 0, 0);
    this.#limits = withLimits(DEFAULT_COMMAND_LIMITS, limits);
    this.#lines = new LineCursor(Math.max(this.#limits.maxAuthLineBytes, this.#limits.maxCommandLineBytes));
  }

  /** Adds bytes; a view of them is kept until they are read. */
  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  /** The next command; `undefined` until more bytes come. */
  next(): ReceivedCommand | undefined {
    const lines = this.#lines;
    if (!lines.next()) return undefined;
    const { text, start, end, stop } = lines;
    const scanner = this.#scanner.reset(text, start, end);
    if (!lines.tooLong && stop - end === 1) scanner.odd("bare-lf");
    const command = lines.tooLong ? TOO_LONG : scanCommand(scanner);
    const fits = stop - start <= this.#limits.maxCommandLineBytes || command.verb === "AUTH";
    return new ReceivedCommand(fits ? command : TOO_LONG, scanner.deviations, text, start, stop);
  }

  /** The next line of a SASL exchange, without its line end, one character per byte; cut short when it is too long. */
  nextLine(): { readonly text: string; readonly tooLong: boolean } | undefined {
    const lines = this.#lines;
    return lines.next() ? { text: lines.text.slice(lines.start, lines.end), tooLong: lines.tooLong } : undefined;
  }

  /** Unread bytes as they came, for a message body: a view of the first chunk that has some, empty when none wait. */
  peekBytes(): Uint8Array {
    return this.#lines.peekBytes();
  }

  /** Steps over `count` of the bytes that {@link CommandDecoder.peekBytes} gave. */
  skipBytes(count: number): void {
    this.#lines.skipBytes(count);
  }

  /** How many bytes wait, those of an unfinished line included. */
  get pending(): number {
    return this.#lines.pending;
  }

  /** How many bytes of an unfinished line are kept: never more than the longest line. */
  get heldBytes(): number {
    return this.#lines.heldBytes;
  }

  /** Offset in the stream of the next unread byte. */
  get position(): number {
    return this.#lines.position;
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#lines.clear();
  }
}

const TOO_LONG = { verb: "invalid", name: undefined, problem: "line-too-long" } as const;
