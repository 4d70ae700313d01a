// Arguments of response codes that are text up to the bracket.

import type { Cursor } from "../cursor.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

const CLOSE_BRACKET = 93;

/** 1*<any TEXT-CHAR except "]"> ; it may be empty */
export function readUntilBracket(cursor: Cursor): string {
  const start = cursor.at;
  while (cursor.peek() !== CLOSE_BRACKET) {
    if (cursor.at >= cursor.end) throw new Malformed("open-bracket");
    cursor.at += 1;
  }
  return cursor.slice(start, cursor.at);
}

/** See {@link readUntilBracket}; `what` tells what could not be said. */
export function writeUntilBracket(writer: Writer, text: string, what: string): void {
  if (!/^[\x01-\x5c\x5e-\x7f]+$/.test(text)) throw unsayable(what);
  writer.raw(text);
}
