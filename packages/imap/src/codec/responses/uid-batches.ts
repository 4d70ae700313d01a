// UIDBATCHES: a mailbox in ranges of about as many messages each (RFC 10022).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { formatSequenceSet, readSequenceSet } from "../sequence-set.ts";
import type { SequenceSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import { readCorrelator, writeCorrelator } from "./search-correlator.ts";
import type { SearchCorrelator } from "./search-correlator.ts";

/** Ranges of unique identifiers with about as many messages each. */
export interface UidBatchesResponse extends SearchCorrelator {
  readonly type: "UIDBATCHES";
  /** The batches, that of the newest messages first, each from its largest number to its smallest; none where there are no such batches. */
  readonly batches: SequenceSet;
}

const SP = 32;

/** See {@link UidBatchesResponse}. */
export const uidBatchesResponse: ResponseGrammar<UidBatchesResponse> = { read: readUidBatchesResponse, write: writeUidBatchesResponse };

/** uidbatches-response = "UIDBATCHES" search-correlator [SP uid-range *("," uid-range)] */
function readUidBatchesResponse(cursor: Cursor): UidBatchesResponse {
  cursor.space();
  const correlator = readCorrelator(cursor);
  cursor.noTrailingSpace();
  if (cursor.peek() !== SP) return { type: "UIDBATCHES", ...correlator, batches: [] };
  cursor.space();
  return { type: "UIDBATCHES", ...correlator, batches: readSequenceSet(cursor) };
}

/** See {@link readUidBatchesResponse}. */
function writeUidBatchesResponse(writer: Writer, response: UidBatchesResponse): void {
  writeCorrelator(writer.raw("* UIDBATCHES"), response);
  if (response.batches.length > 0) writer.raw(` ${formatSequenceSet(response.batches)}`);
}
