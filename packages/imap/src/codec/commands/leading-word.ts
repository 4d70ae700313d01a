// The word that begins an optional part of a command, as RETURN and CHARSET do.

import { ATOM } from "../characters.ts";
import type { Cursor } from "../cursor.ts";

/** Moves over `word`, in upper case, and the space behind it when it is the next atom; tells whether it was. */
export function skipLeadingWord(cursor: Cursor, word: string): boolean {
  const { at } = cursor;
  if (cursor.run(ATOM).toUpperCase() === word) {
    cursor.space();
    return true;
  }
  cursor.at = at;
  return false;
}
