// Reads a command: its tag, its verb, and what follows by the registry (RFC 3501 section 9, command).

import { TAG } from "./characters.ts";
import type { Command, UnknownCommand } from "./command.ts";
import { readKnownCommand } from "./command-registry.ts";
import type { Cursor } from "./cursor.ts";
import { attempt, LiteralAhead, Malformed } from "./malformed.ts";

const SP = 32;

/** A command as far as it could be read. */
export interface CommandReading {
  /** Null when there is none. */
  readonly tag: string | null;
  /** In upper case; null when there is none. */
  readonly verb: string | null;
  /** The command, or why there is none: {@link LiteralAhead} or `MessageAhead` when it goes on with a literal or a message. */
  readonly result: Command | Malformed;
}

/** command = tag SP (command-any / command-auth / command-nonauth / command-select) CRLF */
export function readCommand(cursor: Cursor): CommandReading {
  let tag: string | null = null;
  let verb: string | null = null;
  const result = attempt<Command, Malformed>(
    () => {
      tag = readTag(cursor);
      cursor.space();
      verb = readVerb(cursor);
      const command = readKnownCommand(cursor, verb) ?? readUnknown(cursor, verb);
      cursor.finish();
      return command;
    },
    (fault) => fault,
  );
  return { tag, verb, result };
}

/** What follows a message of a command that was read up to there. */
export function readRestOfCommand(
  cursor: Cursor,
  { tag, verb, resume }: { readonly tag: string; readonly verb: string; readonly resume: (cursor: Cursor) => Command },
): CommandReading {
  const result = attempt<Command, Malformed>(
    () => {
      const command = resume(cursor);
      cursor.finish();
      return command;
    },
    (fault) => fault,
  );
  return { tag, verb, result };
}

/** tag = 1*<any ASTRING-CHAR except "+"> */
function readTag(cursor: Cursor): string {
  const tag = cursor.run(TAG);
  if (tag === "") throw new Malformed("no-tag");
  return tag;
}

/** The first word, and the second one behind UID. */
function readVerb(cursor: Cursor): string {
  const word = cursor.keyword();
  if (word !== "UID" || cursor.peek() !== SP) return word;
  cursor.space();
  return `UID ${cursor.keyword()}`;
}

function readUnknown(cursor: Cursor, verb: string): UnknownCommand {
  if (cursor.gaps.length > 0) throw new LiteralAhead();
  if (cursor.at === cursor.end) return { name: "unknown", verb, arguments: null };
  if (!cursor.skip(SP)) throw new Malformed("bad-verb");
  const start = cursor.at;
  cursor.at = cursor.end;
  return { name: "unknown", verb, arguments: cursor.view(start, cursor.end) };
}
