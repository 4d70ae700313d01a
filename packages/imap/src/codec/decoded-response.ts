// The event of a whole response (RFC 3501 section 7).

import type { Deviation } from "./deviation.ts";
import type { Response } from "./response.ts";

/** The event of a whole response; its bytes are only looked at when asked for. */
export class DecodedResponse {
  readonly type = "response";
  readonly response: Response;
  readonly deviations: readonly Deviation[];
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(response: Response, deviations: readonly Deviation[], bytes: Uint8Array, start: number, end: number) {
    this.response = response;
    this.deviations = deviations;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  get raw(): readonly Uint8Array[] {
    return [this.#bytes.subarray(this.#start, this.#end)];
  }
}
