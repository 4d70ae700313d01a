// ID: the client tells which program it is (RFC 2971).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readIdFields, writeIdFields } from "../responses/id.ts";
import type { IdField } from "../responses/id.ts";
import type { Writer } from "../writer.ts";

/** Tells which program the client is, and asks the same. */
export interface IdCommand {
  readonly name: "ID";
  /** Facts about the client; null to tell nothing. */
  readonly fields: readonly IdField[] | null;
}

/** See {@link IdCommand}. */
export const id: CommandGrammar<IdCommand> = { read: readId, write: writeId };

/** id = "ID" SP id-params-list */
function readId(cursor: Cursor): IdCommand {
  cursor.space();
  return { name: "ID", fields: readIdFields(cursor) };
}

/** See {@link readId}. */
function writeId(writer: Writer, { fields }: IdCommand): void {
  writeIdFields(writer.raw("ID "), fields);
}
