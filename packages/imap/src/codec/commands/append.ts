// APPEND (RFC 3501 section 6.3.11, RFC 3502 for several messages) and REPLACE (RFC 8508).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readMailboxName } from "../mailbox-name.ts";
import { Malformed } from "../malformed.ts";
import { formatSequenceSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { writeAppendMessage } from "./append-message.ts";
import type { AppendCommand, ReplaceCommand } from "./append-message.ts";
import { AppendReader } from "./append-reader.ts";

const STAR = 42;

/** See {@link AppendCommand}. */
export const append: CommandGrammar<AppendCommand> = { read: readAppend, write: writeAppend };

/** append = "APPEND" SP mailbox 1*append-message */
function readAppend(cursor: Cursor): AppendCommand {
  cursor.space();
  const target = { name: "APPEND", mailbox: readMailboxName(cursor) } as const;
  return new AppendReader(target, (messages) => ({ ...target, messages })).read(cursor);
}

/** See {@link readAppend}. */
function writeAppend(writer: Writer, { mailbox, messages }: AppendCommand): void {
  if (messages.length === 0) throw unsayable("APPEND of nothing");
  writer.raw("APPEND ").mailbox(mailbox);
  for (const message of messages) writeAppendMessage(writer, message);
}

/** See {@link ReplaceCommand}. */
export const replace: CommandGrammar<ReplaceCommand> = { read: readReplace, write: writeReplace };

/** replace = "REPLACE" SP seq-number SP mailbox append-message ; seq-number = nz-number / "*" */
function readReplace(cursor: Cursor, name: ReplaceCommand["name"]): ReplaceCommand {
  cursor.space();
  const replaced = cursor.skip(STAR) ? "*" : cursor.nzNumber();
  cursor.space();
  const target = { name, replaced, mailbox: readMailboxName(cursor) } as const;
  const reader = new AppendReader<ReplaceCommand>(target, ([message]) => {
    if (message === undefined) throw new Malformed("no-literal");
    return { ...target, message };
  });
  return reader.read(cursor);
}

/** See {@link readReplace}. */
function writeReplace(writer: Writer, { name, replaced, mailbox, message }: ReplaceCommand): void {
  writer.raw(`${name} ${formatSequenceSet([{ first: replaced, last: replaced }])} `).mailbox(mailbox);
  writeAppendMessage(writer, message);
}
