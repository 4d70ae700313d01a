// A command as it was read: what it means, what was odd about it, and the line itself.

import { fromLatin1 } from "@mailwire/wire";
import type { Command, CommandVerb } from "./command.ts";
import type { Deviation } from "./scanner.ts";

/** What is wrong with an {@link InvalidCommand}. */
export type CommandProblem =
  | "line-too-long"
  /** A command without what must follow it. */
  | "argument-missing"
  /** Something follows a command that stands alone, or a control character stands in a text. */
  | "bad-argument"
  /** No address where one must be, or none that can be read. */
  | "bad-path"
  | "bad-parameter"
  /** BDAT with a size that is none, or beyond 2^53: where the chunk ends cannot be known. */
  | "bad-chunk-size"
  /** The initial response of AUTH is not base64. */
  | "bad-base64";

/** A known verb with something behind it that cannot be understood; or a line beyond the limit. */
export interface InvalidCommand {
  /** Tells it from all other commands. */
  readonly verb: "invalid";
  /** The verb that it would be; `undefined` for a line that is too long. */
  readonly name: CommandVerb | undefined;
  /** What is wrong. */
  readonly problem: CommandProblem;
}

/** What a line can turn out to be. */
export type DecodedCommand = Command | InvalidCommand;

/** A line that was read as a command. It prints without its raw bytes, so that no credential shows. */
export class ReceivedCommand {
  /** What it means. */
  readonly command: DecodedCommand;
  /** What was odd about it; empty for a line as the RFC wants it. */
  readonly deviations: readonly Deviation[];
  readonly #text: string;
  readonly #start: number;
  readonly #stop: number;

  /** The line is `text` from `start` to `stop`. @internal */
  constructor(command: DecodedCommand, deviations: readonly Deviation[], text: string, start: number, stop: number) {
    this.command = command;
    this.deviations = deviations;
    this.#text = text;
    this.#start = start;
    this.#stop = stop;
  }

  /** The line as it came, its line end included (of one beyond the limit only the beginning). May hold a credential behind AUTH. */
  get raw(): Uint8Array {
    return fromLatin1(this.#text.slice(this.#start, this.#stop));
  }
}
