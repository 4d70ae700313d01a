// From commands to bytes (RFC 3501 section 6).

import { TAG } from "./characters.ts";
import type { Command, UnknownCommand } from "./command.ts";
import { writeKnownCommand } from "./command-registry.ts";
import type { LiteralMode, Segment } from "./literal.ts";
import { Writer } from "./writer.ts";

/** How {@link encodeCommand} may write strings. */
export interface CommandEncoding {
  /** From {@link literalMode}; default `synchronizing`. */
  readonly literals?: LiteralMode;
}

/**
 * `command` as segments to send in order. Strings go as atoms, in quotes or as literals, by what they hold. Throws a local `ProtocolError`
 * (`bad-argument`) for what cannot be said.
 */
export function encodeCommand(tag: string, command: Command, encoding: CommandEncoding = {}): readonly Segment[] {
  const writer = new Writer(encoding.literals ?? "synchronizing");
  writer.word(tag, TAG, "a tag").raw(" ");
  writeCommand(writer, command);
  return writer.finish();
}

function writeCommand(writer: Writer, command: Command): void {
  if (command.name === "unknown") writeUnknown(writer, command);
  else writeKnownCommand(writer, command);
}

function writeUnknown(writer: Writer, { verb, arguments: rest }: UnknownCommand): void {
  writer.spaced(verb.split(" "), (word) => writer.atom(word));
  if (rest !== null) writer.raw(" ").verbatim(rest);
}
