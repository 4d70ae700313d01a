// From commands to bytes (RFC 3501 section 6).

import { ProtocolError } from "@mailwire/wire";
import type { Command } from "./command.ts";
import type { LiteralMode, Segment } from "./literal.ts";

/** How {@link encodeCommand} may write strings. */
export interface CommandEncoding {
  /** From {@link literalMode}; default `synchronizing`. */
  readonly literals?: LiteralMode;
}

/** `command` as segments to send in order; throws a local `ProtocolError` (`bad-tag`, `bad-argument`) for what cannot be said. */
export function encodeCommand(tag: string, command: Command, encoding: CommandEncoding = {}): readonly Segment[] {
  void encoding;
  throw new ProtocolError("local", "unfinished", `${tag} ${command.name}`);
}
