// CANCELUPDATE: an end to the news of searches with the option UPDATE (RFC 5267 section 4.3.5).

import { TAG } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** Ends the news of searches. */
export interface CancelUpdateCommand {
  readonly name: "CANCELUPDATE";
  /** The tags of the searches, at least one. */
  readonly tags: readonly string[];
}

const SP = 32;

/** See {@link CancelUpdateCommand}. */
export const cancelUpdate: CommandGrammar<CancelUpdateCommand> = { read: readCancelUpdate, write: writeCancelUpdate };

/** "CANCELUPDATE" 1*(SP quoted) */
function readCancelUpdate(cursor: Cursor): CancelUpdateCommand {
  const tags: string[] = [];
  do {
    cursor.space();
    tags.push(cursor.string());
    cursor.noTrailingSpace();
  } while (cursor.peek() === SP);
  return { name: "CANCELUPDATE", tags };
}

/** See {@link readCancelUpdate}. */
function writeCancelUpdate(writer: Writer, { tags }: CancelUpdateCommand): void {
  if (tags.length === 0) throw unsayable("CANCELUPDATE of nothing");
  writer.raw("CANCELUPDATE ").spaced(tags, (tag) => writer.raw('"').word(tag, TAG, "a tag").raw('"'));
}
