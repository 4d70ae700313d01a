// UIDBATCHES: a mailbox in ranges of about as many messages each (RFC 10022).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { NumberRange } from "../number-set.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** Asks for ranges of unique identifiers with so many messages each, from the newest on. */
export interface UidBatchesCommand {
  readonly name: "UIDBATCHES";
  /** Messages in each batch, at least 1; servers may want many more. */
  readonly size: number;
  /** Which of the batches, by their positions from 1; left out, all of them. */
  readonly batches?: NumberRange;
}

const SP = 32;
const COLON = 58;

/** See {@link UidBatchesCommand}. */
export const uidBatches: CommandGrammar<UidBatchesCommand> = { read: readUidBatches, write: writeUidBatches };

/** message-batches = "UIDBATCHES" SP nz-number [SP nz-number ":" nz-number] */
function readUidBatches(cursor: Cursor, name: "UIDBATCHES"): UidBatchesCommand {
  cursor.space();
  const size = cursor.nzNumber();
  cursor.noTrailingSpace();
  if (cursor.peek() !== SP) return { name, size };
  cursor.space();
  const first = cursor.nzNumber();
  cursor.expect(COLON);
  return { name, size, batches: { first, last: cursor.nzNumber() } };
}

/** See {@link readUidBatches}. */
function writeUidBatches(writer: Writer, { size, batches }: UidBatchesCommand): void {
  const { first, last } = batches ?? { first: 1, last: 1 };
  if (size === 0 || first === 0 || last === 0) throw unsayable("a batch of no messages, or before the first");
  writer.raw("UIDBATCHES ").number(size);
  if (batches !== undefined) writer.raw(" ").number(first).raw(":").number(last);
}
