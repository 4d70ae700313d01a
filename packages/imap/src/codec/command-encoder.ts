// From commands to bytes (RFC 3501 section 6).

import { TAG } from "./characters.ts";
import type { Command, UnknownCommand } from "./command.ts";
import { writeKnownCommand } from "./command-registry.ts";
import type { LiteralMode, Segment } from "./literal.ts";
import { obsoleteCommand } from "./obsolete.ts";
import type { Revision } from "./revision.ts";
import { unsayable, Writer } from "./writer.ts";

/** How {@link encodeCommand} may write strings. */
export interface CommandEncoding {
  /** From {@link literalMode}; default `synchronizing`. */
  readonly literals?: LiteralMode;
  /** From {@link revisionOf}; default IMAP4rev1. In IMAP4rev2 what {@link obsoleteCommand} names cannot be said. */
  readonly revision?: Revision;
}

/**
 * `command` as segments to send in order. Strings go as atoms, in quotes or as literals, by what they hold. Throws a local `ProtocolError`
 * (`bad-argument`) for what cannot be said.
 */
export function encodeCommand(tag: string, command: Command, encoding: CommandEncoding = {}): readonly Segment[] {
  const { literals = "synchronizing", revision = "IMAP4rev1" } = encoding;
  const obsolete = revision === "IMAP4rev2" ? obsoleteCommand(command) : undefined;
  if (obsolete !== undefined) throw unsayable(`${obsolete} in IMAP4rev2`);
  const writer = new Writer(literals, revision);
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
