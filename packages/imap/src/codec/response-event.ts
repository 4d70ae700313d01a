// What is found in a server's bytes: whole responses, and large data as it comes.

import type { Deviation } from "./deviation.ts";
import type { Response } from "./response.ts";
import type { FetchDataName, FetchItem } from "./responses/fetch-item.ts";

/** One thing that `ResponseDecoder` found. */
export type ResponseEvent =
  /** A whole response. Literals that streamed are in its items as their size. */
  | {
      readonly type: "response";
      readonly response: Response;
      /** What was tolerated. */
      readonly deviations: readonly Deviation[];
      /** Its bytes that were in no event before (views). The results of a search that was read as it came (`streamSearchBytes`) are in none. */
      readonly raw: readonly Uint8Array[];
    }
  | FetchLiteralStart
  | UidFetchLiteralStart
  /** Bytes of the literal: a view. */
  | { readonly type: "literal-chunk"; readonly bytes: Uint8Array }
  | { readonly type: "literal-end" };

/** Data of a message begins that is too large to hold: `literal-chunk`s with `size` bytes in all follow, then `literal-end`. */
export interface LiteralStart {
  readonly type: "literal-start";
  /** The items that came before it in this response. */
  readonly items: readonly FetchItem[];
  /** The bytes of the response that were in no event before (views), up to the literal. */
  readonly raw: readonly Uint8Array[];
  /** What the literal holds. */
  readonly item: FetchDataName;
  /** Its bytes. */
  readonly size: number;
}

/** Large data in a FETCH response. */
export interface FetchLiteralStart extends LiteralStart {
  /** The message. */
  readonly sequenceNumber: number;
}

/** Large data in a UIDFETCH response (RFC 9586). */
export interface UidFetchLiteralStart extends LiteralStart {
  /** The message. */
  readonly uid: number;
}
