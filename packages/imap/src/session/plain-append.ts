// The form of APPEND that the server's session takes: one message in one piece (RFC 3501 section 6.3.11).

import type { CommandEvent } from "../codec/command-event.ts";
import type { Command } from "../codec/command.ts";
import type { AppendCommand, ReplaceCommand } from "../codec/commands/append-message.ts";

/** True for a command that takes messages; it comes as a whole only when none of them has bytes of its own. */
export function isAppending(command: Command): command is AppendCommand | ReplaceCommand {
  return command.name === "APPEND" || command.name === "REPLACE" || command.name === "UID REPLACE";
}

/** The command of an announced message, where it is of this form as far as it is known. */
export function plainAppend(event: Extract<CommandEvent, { readonly type: "append" }>): AppendCommand | undefined {
  const { command, index, options, part, literal, size } = event;
  if (command.name !== "APPEND" || index > 0 || part !== null || literal !== "literal" || options.extensions.length > 0) return undefined;
  return { ...command, messages: [{ ...options, data: { type: literal, bytes: { size } } }] };
}

/** True for a command whose first message has passed and that has no more. */
export function isPlainAppend(command: Command): boolean {
  return command.name === "APPEND" && command.messages.length === 1;
}
