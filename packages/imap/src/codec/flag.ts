// Flags and keywords of messages, attributes of mailboxes (RFC 3501 sections 2.3.2 and 7.2.2).

import type { Cursor } from "./cursor.ts";
import { Malformed } from "./malformed.ts";

const SP = 32;
const QUOTE = 34;
const OPEN = 40;
const BACKSLASH = 92;
const OPEN_BRACE = 123;

/** A system flag (`\Seen`), an extension flag (`\Anything`), a keyword (`$Forwarded`) or, among permanent flags, `\*`. Case as it came. */
export type Flag = string;

/** An attribute of a mailbox in LIST and LSUB (`\Noselect`, `\HasNoChildren`, `\Sent`). Case as it came. */
export type MailboxAttribute = string;

/** flag-list = "(" [flag *(SP flag)] ")" ; mbx-list-flags and the list of PERMANENTFLAGS look the same */
export function readFlagList(cursor: Cursor): readonly Flag[] {
  const flags: Flag[] = [];
  if (cursor.peer === "server" && cursor.peek() !== OPEN) return readLooseFlags(cursor);
  cursor.open();
  while (!cursor.closes()) {
    const next = cursor.peek();
    if (cursor.peer === "server" && cursor.at >= cursor.end) {
      cursor.deviate("missing-parenthesis");
      cursor.depth -= 1;
      return flags;
    }
    if (cursor.peer === "server" && (next === QUOTE || next === OPEN || (next === OPEN_BRACE && isLiteral(cursor))))
      readOddFlags(cursor, flags);
    else flags.push(readFlag(cursor));
  }
  return flags;
}

/** `{` may begin a flag. */
function isLiteral({ bytes, at }: Cursor): boolean {
  const digit = (bytes[at + 1] ?? 0) - 48;
  return digit >= 0 && digit <= 9;
}

/** Where a list of flags should be: NIL, or system flags without parentheses. */
function readLooseFlags(cursor: Cursor): readonly Flag[] {
  const flags: Flag[] = [];
  cursor.deviate("no-list");
  if (cursor.nil()) return flags;
  if (cursor.peek() !== BACKSLASH) throw new Malformed("no-list");
  while (cursor.peek() === BACKSLASH) {
    flags.push(cursor.flag());
    if (cursor.peek() === SP && cursor.bytes[cursor.at + 1] === BACKSLASH) cursor.space();
  }
  return flags;
}

/** A flag in quotes or as a literal, or flags in parentheses of their own. */
function readOddFlags(cursor: Cursor, flags: Flag[]): void {
  if (cursor.peek() === OPEN) {
    cursor.deviate("list-for-flag");
    flags.push(...readFlagList(cursor));
    return;
  }
  cursor.deviate("string-for-flag");
  const flag = cursor.string();
  if (flag !== "") flags.push(flag);
}

/** flag = flag-keyword / "\" atom ; servers have flags of more characters than atoms */
export function readFlag(cursor: Cursor): Flag {
  if (cursor.peer === "server") return cursor.flag();
  const start = cursor.at;
  cursor.skip(BACKSLASH);
  cursor.atom();
  return cursor.slice(start, cursor.at);
}
