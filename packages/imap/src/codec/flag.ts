// Flags and keywords of messages, attributes of mailboxes (RFC 3501 sections 2.3.2 and 7.2.2).

import type { Cursor } from "./cursor.ts";

const BACKSLASH = 92;

/** A system flag (`\Seen`), an extension flag (`\Anything`), a keyword (`$Forwarded`) or, among permanent flags, `\*`. Case as it came. */
export type Flag = string;

/** An attribute of a mailbox in LIST and LSUB (`\Noselect`, `\HasNoChildren`, `\Sent`). Case as it came. */
export type MailboxAttribute = string;

/** flag-list = "(" [flag *(SP flag)] ")" ; mbx-list-flags and the list of PERMANENTFLAGS look the same */
export function readFlagList(cursor: Cursor): readonly Flag[] {
  const flags: Flag[] = [];
  cursor.open();
  while (!cursor.closes()) flags.push(readFlag(cursor));
  return flags;
}

/** flag = flag-keyword / "\" atom ; servers have flags of more characters than atoms */
export function readFlag(cursor: Cursor): Flag {
  if (cursor.peer === "server") return cursor.flag();
  const start = cursor.at;
  cursor.skip(BACKSLASH);
  cursor.atom();
  return cursor.slice(start, cursor.at);
}
