// The message that a server is receiving: by DATA (RFC 5321 section 4.5.2) or in chunks by BDAT (RFC 3030). Its bytes are held to the limit
// and to the rules for line ends; from the first that breaks them on, nothing more is given.

import { DotDecoder, LineEndFilter, type LineEndPolicy, LongestLine, type OutputQueue, ProtocolError } from "@mailwire/wire";
import type { Reply } from "../codec/reply.ts";
import * as refusals from "./refusals.ts";
import type { ServerEvent } from "./server-events.ts";

/** A message that is coming. */
abstract class IncomingMessage {
  readonly #maxBytes: number;
  readonly #outputs: OutputQueue<ServerEvent>;
  readonly #lines = new LongestLine();
  #sizeBytes = 0;
  #refusal: Reply | undefined;

  /** At most `maxBytes` are told of by `outputs`. */
  constructor(maxBytes: number, outputs: OutputQueue<ServerEvent>) {
    this.#maxBytes = maxBytes;
    this.#outputs = outputs;
  }

  /** Bytes so far, those beyond the limit included. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The longest line so far, without its line end and without a dot that stuffing added. */
  get longestLineBytes(): number {
    return this.#lines.bytes;
  }

  /** What must be answered in place of "ok". */
  get refusal(): Reply | undefined {
    return this.#refusal;
  }

  /** Whether the message, or its current chunk, is complete. */
  abstract get done(): boolean;

  /** Takes what belongs to the message, or to its current chunk, from the beginning of `bytes` and returns how many bytes that is. */
  abstract read(bytes: Uint8Array): number;

  /** Counts bytes, measures their lines and gives them on. */
  protected readonly take = (bytes: Uint8Array): void => {
    this.#sizeBytes += bytes.length;
    this.#lines.measure(bytes);
    if (this.#sizeBytes > this.#maxBytes) this.refuse(refusals.TOO_LARGE);
    else this.#outputs.event({ type: "data", chunk: bytes, longestLineBytes: this.#lines.bytes });
  };

  /** Notes what is wrong; the first thing counts. */
  protected refuse(refusal: Reply): void {
    this.#refusal ??= refusal;
  }
}

/** A message behind DATA. */
export class DataMessage extends IncomingMessage {
  readonly #decoder: DotDecoder;

  constructor(policy: LineEndPolicy, maxBytes: number, outputs: OutputQueue<ServerEvent>) {
    super(maxBytes, outputs);
    this.#decoder = new DotDecoder(policy);
  }

  get done(): boolean {
    return this.#decoder.done;
  }

  /** Throws a remote `ProtocolError` for a bare CR or LF where they are rejected: nobody can say any more where the message ends. */
  read(bytes: Uint8Array): number {
    return this.#decoder.decode(bytes, this.take);
  }
}

/** A message in chunks: what ends them is a count, so that bad line ends cost the message, not the connection. */
export class ChunkedMessage extends IncomingMessage {
  readonly #filter: LineEndFilter;
  /** Bytes of the current chunk that have not come. */
  #left = 0;

  /** The policy of a binary body is `keep`. */
  constructor(policy: LineEndPolicy, maxBytes: number, outputs: OutputQueue<ServerEvent>) {
    super(maxBytes, outputs);
    this.#filter = new LineEndFilter(policy, "remote");
  }

  get done(): boolean {
    return this.#left === 0;
  }

  /** Begins a chunk. */
  begin(sizeBytes: number): void {
    this.#left = sizeBytes;
  }

  read(bytes: Uint8Array): number {
    const part = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= part.length;
    this.#hold(() => this.#filter.filter(part, this.take));
    return part.length;
  }

  /** Ends the message. */
  finish(): void {
    this.#hold(() => this.#filter.finish(this.take));
  }

  #hold(filter: () => void): void {
    if (this.refusal !== undefined) return;
    try {
      filter();
    } catch (error) {
      // The filter throws nothing else.
      if (error instanceof ProtocolError) this.refuse(refusals.BARE_LINE_END);
    }
  }
}
