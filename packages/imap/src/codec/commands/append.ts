// APPEND (RFC 3501 section 6.3.11).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { formatDateTime, readDateTime } from "../date-time.ts";
import { readFlagList } from "../flag.ts";
import { Malformed } from "../malformed.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import type { DateTime } from "../date-time.ts";
import type { Flag } from "../flag.ts";
import type { StreamedLiteral } from "../literal.ts";
import type { MailboxName } from "../mailbox-name.ts";

/** Adds a message to a mailbox. */
export interface AppendCommand {
  readonly name: "APPEND";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** Flags to set; empty for none. */
  readonly flags: readonly Flag[];
  /** INTERNALDATE to set; null leaves it to the server. */
  readonly date: DateTime | null;
  /** The message; {@link CommandDecoder} always gives its size only and then its bytes as chunks. */
  readonly message: Uint8Array | StreamedLiteral;
}

const QUOTE = 34;
const OPEN = 40;
const OPEN_BRACE = 123;

/** See {@link AppendCommand}. */
export const append: CommandGrammar<AppendCommand> = { read: readAppend, write: writeAppend };

/** append = "APPEND" SP mailbox [SP flag-list] [SP date-time] SP literal */
function readAppend(cursor: Cursor): AppendCommand {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  cursor.space();
  let flags: readonly Flag[] = [];
  if (cursor.peek() === OPEN) {
    flags = readFlagList(cursor);
    cursor.space();
  }
  let date: DateTime | null = null;
  if (cursor.peek() === QUOTE) {
    date = readDateTime(cursor);
    cursor.space();
  }
  const message = cursor.peek() === OPEN_BRACE ? cursor.data() : null;
  if (message === null) throw new Malformed("no-literal");
  return { name: "APPEND", mailbox, flags, date, message };
}

/** See {@link readAppend}. */
function writeAppend(writer: Writer, { mailbox, flags, date, message }: AppendCommand): void {
  writer.raw("APPEND ").bytesString(mailbox.raw).raw(" ");
  if (flags.length > 0) writer.list(flags, (flag) => writer.commandFlag(flag)).raw(" ");
  if (date !== null) writer.raw(`${formatDateTime(date)} `);
  writer.data(message);
}
