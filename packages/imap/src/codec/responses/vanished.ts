// VANISHED: messages that are gone, by unique identifier (RFC 7162 section 3.2.10).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import { formatSequenceSet, readSequenceSet } from "../sequence-set.ts";
import type { SequenceSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";

const SP = 32;
const OPEN = 40;
const CLOSE = 41;

/** Messages that are gone. */
export interface VanishedResponse {
  readonly type: "VANISHED";
  /** When they went: before the client looked (its numbers stay what they are), or just now. */
  readonly when: "earlier" | "now";
  /** Their unique identifiers; some may have been unknown to the client. */
  readonly uids: SequenceSet;
}

/** See {@link VanishedResponse}. */
export const vanishedResponse: ResponseGrammar<VanishedResponse> = { read: readVanishedResponse, write: writeVanishedResponse };

/** expunged-resp = "VANISHED" [SP "(EARLIER)"] SP known-uids */
function readVanishedResponse(cursor: Cursor): VanishedResponse {
  cursor.space();
  const earlier = cursor.peek() === OPEN;
  if (earlier) {
    cursor.open();
    if (cursor.keyword() !== "EARLIER") throw new Malformed("bad-vanished");
    if (!cursor.closes()) cursor.expect(CLOSE);
  }
  const when = earlier ? "earlier" : "now";
  if (earlier && cursor.peek() === SP) cursor.space();
  if (cursor.atNumber()) return { type: "VANISHED", when, uids: readSequenceSet(cursor) };
  cursor.deviate("empty-set");
  return { type: "VANISHED", when, uids: [] };
}

/** See {@link readVanishedResponse}. */
function writeVanishedResponse(writer: Writer, { when, uids }: VanishedResponse): void {
  writer.raw(`* VANISHED ${when === "earlier" ? "(EARLIER) " : ""}${formatSequenceSet(uids)}`);
}
