// UIDFETCH: data of one message, told by its unique identifier (RFC 9586).

import type { Cursor } from "../cursor.ts";
import type { NumberedResponseGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { readFetchItems, writeFetchItems } from "./fetch.ts";
import type { FetchItem } from "./fetch-item.ts";

/** Data of one message; what FETCH is until the client enables UIDONLY. */
export interface UidFetchResponse {
  readonly type: "UIDFETCH";
  /** The message. */
  readonly uid: number;
  /** In the order in which they came. */
  readonly items: readonly FetchItem[];
}

/** See {@link UidFetchResponse}. */
export const uidFetchResponse: NumberedResponseGrammar<UidFetchResponse> = { read: readUidFetchResponse, write: writeUidFetchResponse };

/** uidfetch-resp = uniqueid SP "UIDFETCH" SP msg-att */
export function readUidFetchResponse(cursor: Cursor, uid: number): UidFetchResponse {
  if (uid === 0) throw new Malformed("zero");
  return { type: "UIDFETCH", uid, items: readFetchItems(cursor) };
}

/** See {@link readUidFetchResponse}. */
function writeUidFetchResponse(writer: Writer, { uid, items }: UidFetchResponse): void {
  if (uid === 0) throw unsayable("the unique identifier 0");
  writeFetchItems(writer.raw("* ").number(uid).raw(" UIDFETCH "), items);
}
