// Says one response at a time, waiting for the application's bytes where a literal is streamed (RFC 3501 section 4.3).

import { ProtocolError } from "@mailwire/wire";
import type { Unit } from "@mailwire/wire";
import type { Segment } from "../codec/literal.ts";
import { encodeResponse } from "../codec/response-encoder.ts";
import type { Response } from "../codec/response.ts";

/** Where the writer's words go. */
export interface ResponseSink {
  /** Bytes for the client. */
  transmit(bytes: Uint8Array): void;
  /** The same, as a unit for the observer. */
  show(kind: Unit["kind"], bytes: readonly Uint8Array[]): void;
}

/** Writes responses one after another. */
export class ResponseWriter {
  readonly #sink: ResponseSink;
  /** What follows the bytes that are awaited, and how many these are. */
  #rest: { readonly segments: readonly Segment[]; readonly left: number } | undefined;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** Says a response; throws a local `ProtocolError` when the one before waits for its bytes. */
  write(response: Response): void {
    if (this.#rest !== undefined) {
      throw new ProtocolError("local", "illegal-now", `${this.#rest.left} bytes of the response before are still to be sent`);
    }
    this.#write(encodeResponse(response));
  }

  /** Sends bytes of a streamed literal; throws a local `ProtocolError` when none are awaited, or fewer. */
  chunk(bytes: Uint8Array): void {
    const rest = this.#rest;
    if (rest === undefined) throw new ProtocolError("local", "illegal-now", "no response waits for bytes");
    if (bytes.length > rest.left) {
      throw new ProtocolError("local", "data-too-long", `the data is longer than announced: ${rest.left} bytes are left to send`);
    }
    if (bytes.length > 0) {
      this.#sink.transmit(bytes);
      this.#sink.show("literal", [bytes]);
    }
    this.#body(rest.segments, rest.left - bytes.length);
  }

  #write(segments: readonly Segment[]): void {
    this.#rest = undefined;
    const shown: Uint8Array[] = [];
    for (const [index, segment] of segments.entries()) {
      if (segment.type === "bytes") {
        this.#sink.transmit(segment.bytes);
        shown.push(segment.bytes);
      } else if (segment.type === "stream") {
        this.#sink.show("line", shown);
        this.#body(segments.slice(index + 1), segment.size);
        return;
      }
    }
    this.#sink.show("line", shown);
  }

  #body(segments: readonly Segment[], left: number): void {
    if (left === 0) this.#write(segments);
    else this.#rest = { segments, left };
  }
}
