// ID: the client tells which program it is (RFC 2971).

import type { Cursor } from "../cursor.ts";
import { readIdFields, writeIdFields } from "../responses/id.ts";
import type { IdField } from "../responses/id.ts";
import type { Writer } from "../writer.ts";

/** Tells which program the client is, and asks the same. */
export interface IdCommand {
  readonly name: "ID";
  /** Facts about the client; null to tell nothing. */
  readonly fields: readonly IdField[] | null;
}

/** id = "ID" SP id-params-list */
export function readId(cursor: Cursor): IdCommand {
  cursor.space();
  return { name: "ID", fields: readIdFields(cursor) };
}

/** See {@link readId}. */
export function writeId(writer: Writer, { fields }: IdCommand): void {
  writeIdFields(writer.raw("ID "), fields);
}
