// SEARCH and UID SEARCH (RFC 3501 sections 6.4.4 and 6.4.8, RFC 4466 section 2.6.1).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { skipLeadingWord } from "./leading-word.ts";
import { isAsciiKey, readSearchKeys, writeSearchKeys } from "./search-key.ts";
import type { SearchKey } from "./search-key.ts";
import { readReturnOptions, writeReturnOptions } from "./search-return.ts";
import type { SearchReturnOption } from "./search-return.ts";

/** What to find. */
export interface SearchProgram {
  /** Charset of the strings in the keys; null is US-ASCII, in IMAP4rev2 UTF-8. */
  readonly charset: string | null;
  /** All of which a message must satisfy. */
  readonly keys: readonly SearchKey[];
}

/** Finds messages. */
export interface SearchCommand extends SearchProgram {
  readonly name: "SEARCH" | "UID SEARCH";
  /**
   * What to tell of them (RFC 4731), none being the same as `ALL`: the answer is ESEARCH then. Left out, the answer is SEARCH, but of an
   * IMAP4rev2 server it is ESEARCH all the same (RFC 9051 section 6.4.4).
   */
  readonly returnOptions?: readonly SearchReturnOption[];
}

/** See {@link SearchCommand}. */
export const search: CommandGrammar<SearchCommand> = { read: readSearch, write: writeSearch };

/** search = "SEARCH" [SP search-return-opts] SP search-program */
function readSearch(cursor: Cursor, name: SearchCommand["name"]): SearchCommand {
  cursor.space();
  return { name, ...readReturnOptions(cursor), ...readSearchProgram(cursor) };
}

/** search-program = ["CHARSET" SP charset SP] search-key *(SP search-key) */
export function readSearchProgram(cursor: Cursor): SearchProgram {
  if (!skipLeadingWord(cursor, "CHARSET")) return { charset: null, keys: readSearchKeys(cursor) };
  const charset = cursor.astring();
  cursor.space();
  return { charset, keys: readSearchKeys(cursor) };
}

/** See {@link readSearch}. */
function writeSearch(writer: Writer, command: SearchCommand): void {
  writeReturnOptions(writer.raw(`${command.name} `), command.returnOptions);
  writeSearchProgram(writer, command);
}

/** See {@link readSearchProgram}. Text beyond US-ASCII goes as UTF-8, and the charset is said where it was left open. */
export function writeSearchProgram(writer: Writer, { charset, keys }: SearchProgram): void {
  const said = charset ?? (keys.every(isAsciiKey) || writer.revision !== "IMAP4rev1" ? null : "UTF-8");
  // RFC 9755 section 3: strings are UTF-8 already.
  if (said !== null && writer.revision === "UTF8=ACCEPT") throw unsayable("CHARSET after ENABLE UTF8=ACCEPT");
  if (said !== null) writer.raw("CHARSET ").astring(said).raw(" ");
  writeSearchKeys(writer, keys, said);
}
