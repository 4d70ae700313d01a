// From a server's bytes, cut anywhere, to responses (RFC 3501 section 7).

import type { Deviation } from "./deviation.ts";
import type { ResponseLimits } from "./limits.ts";
import type { Response } from "./response.ts";
import type { FetchDataName, FetchItem } from "./responses/fetch.ts";

/** One thing that {@link ResponseDecoder} found. */
export type ResponseEvent =
  /** A whole response. Literals that streamed are in its items as their size. */
  | {
      readonly type: "response";
      readonly response: Response;
      /** What was tolerated. */
      readonly deviations: readonly Deviation[];
      /** Its bytes in order (views), without those of literals that streamed. */
      readonly raw: readonly Uint8Array[];
    }
  /** Data of a message begins that is too large to hold: `literal-chunk`s with `size` bytes in all follow, then `literal-end`. */
  | {
      readonly type: "literal-start";
      readonly sequenceNumber: number;
      /** The items that came before it in this response. */
      readonly items: readonly FetchItem[];
      /** What the literal holds. */
      readonly item: FetchDataName;
      readonly size: number;
    }
  /** Bytes of the literal: a view. */
  | { readonly type: "literal-chunk"; readonly bytes: Uint8Array }
  | { readonly type: "literal-end" };

/**
 * Decodes what a server sends. Give it bytes with {@link push}, then ask {@link next} until it has no more.
 *
 * It throws a remote `ProtocolError` when a limit is broken or the stream can no longer be followed, and is of no use after that.
 */
export class ResponseDecoder {
  constructor(limits?: Partial<ResponseLimits>) {
    void limits;
  }

  /** Bytes that were pushed and belong to no event yet: must be 0 before a TLS handshake. */
  get pending(): number {
    return 0;
  }

  /** Takes bytes; views of them are kept. */
  push(chunk: Uint8Array): void {
    void chunk;
  }

  /** The next thing found; `undefined` when more bytes are needed. */
  next(): ResponseEvent | undefined {
    return undefined;
  }
}
