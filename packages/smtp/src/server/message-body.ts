// The body of a message while it comes: reading from it is what reads from the client.

import { concat, ConnectionError, ProtocolError } from "@mailwire/wire";
import type { Reply } from "../codec/reply.ts";
import type { ServerEvent } from "../session/server-events.ts";

/** The end of a message: it is complete, or lost, because the client gave it up or one of its chunks was refused. */
export type MessageEnd =
  Extract<ServerEvent, { readonly type: "end-of-data" }> | { readonly type: "given-up"; readonly refusal: Reply | undefined };

/** What comes of a message; `null` when the connection ended. */
export type MessagePart = Extract<ServerEvent, { readonly type: "data" }> | MessageEnd | null;

/** Whoever reads a message. */
export interface MessageReader {
  /** What was asked for. */
  take(part: MessagePart): void;
  /** It is not to be had. */
  fail(error: unknown): void;
}

/** Where a message comes from. */
export interface MessageSource {
  /** Gives `reader` the next part, once it is there. */
  nextFor(reader: MessageReader): void;
}

/** Whoever waits for a part. */
interface Waiter {
  readonly resolve: (chunk: IteratorResult<Uint8Array, void>) => void;
  readonly reject: (error: unknown) => void;
}

const OVER: IteratorResult<Uint8Array, void> = { done: true, value: undefined };

/**
 * A message as it comes, un-stuffed, in views of what arrived: `for await (const chunk of body)`. Leaving the loop early leaves the
 * rest to be thrown away. It throws a `ProtocolError` (`message-too-large`; `message-refused`: one of its chunks was, such as for bad line ends;
 * `message-given-up`; `bare-lf`, `bare-cr`) or a `ConnectionError` when the message cannot be had whole, and a local `ProtocolError` (`body-over`)
 * once its handler is done.
 */
export class MessageBody implements AsyncIterable<Uint8Array> {
  readonly #source: MessageSource;
  #reading: Promise<IteratorResult<Uint8Array, void>> | undefined;
  #waiter: Waiter | undefined;
  #isOver = false;
  #sizeBytes = 0;
  #longestLineBytes = 0;
  #end: MessageEnd | undefined;
  /** What reading threw. */
  #failure: unknown;

  /** @internal */
  constructor(source: MessageSource) {
    this.#source = source;
  }

  /** Bytes that came so far; once all came, the size of the message. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Length of the longest line that came so far, without its line end; once all came, of the message. Beyond `MAX_TEXT_LINE_BYTES` of `./codec` it is
   * longer than RFC 5321 allows: to refuse the message is up to its handler.
   */
  get longestLineBytes(): number {
    return this.#longestLineBytes;
  }

  /** The chunks that have not been read yet. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void> {
    return { next: () => this.#next() };
  }

  /** All that has not been read yet, in memory; at most `maxMessageBytes` of the limits. */
  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return concat(chunks);
  }

  /** Reads and forgets what is left; how the message ended. @internal */
  async finish(): Promise<MessageEnd> {
    while (this.#end === undefined) await this.#skip();
    this.#isOver = true;
    return this.#end;
  }

  /** How a message is lost is told by its end. */
  async #skip(): Promise<void> {
    try {
      await this.#next();
    } catch (error) {
      if (this.#end === undefined) throw error;
    }
  }

  /** Whether `error` is what reading threw. @internal */
  hasThrown(error: unknown): boolean {
    return error !== undefined && error === this.#failure;
  }

  #next(): Promise<IteratorResult<Uint8Array, void>> {
    if (this.#reading !== undefined) {
      // A handler may have left someone behind who still reads while the rest is thrown away.
      const again = (): Promise<IteratorResult<Uint8Array, void>> => this.#next();
      return this.#reading.then(again, again);
    }
    const reading = new Promise<IteratorResult<Uint8Array, void>>((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
    this.#reading = reading;
    if (this.#isOver) this.fail(new ProtocolError("local", "body-over", "the message was answered already"));
    else if (this.#end !== undefined) this.#tellEnd(this.#end);
    else this.#source.nextFor(this);
    return reading;
  }

  /** What the source gives. @internal */
  take(part: MessagePart): void {
    if (part === null) {
      this.fail(new ConnectionError("eof", "the connection ended inside a message", { phase: "data-block" }));
      return;
    }
    if (part.type !== "given-up") this.#longestLineBytes = part.longestLineBytes;
    if (part.type === "data") {
      this.#sizeBytes += part.chunk.length;
      this.#leave()?.resolve({ done: false, value: part.chunk });
    } else {
      this.#end = part;
      if (part.type === "end-of-data") this.#sizeBytes = part.sizeBytes;
      this.#tellEnd(part);
    }
  }

  /** The source gives no more. @internal */
  fail(error: unknown): void {
    this.#failure = error;
    this.#leave()?.reject(error);
  }

  #tellEnd(end: MessageEnd): void {
    const failure = loss(end);
    if (failure === undefined) this.#leave()?.resolve(OVER);
    else this.fail(failure);
  }

  #leave(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#reading = undefined;
    this.#waiter = undefined;
    return waiter;
  }
}

/** Why a message that ended so is not to be had whole. */
function loss(end: MessageEnd): ProtocolError | undefined {
  if (end.refusal !== undefined) {
    const code = end.refusal.code === 552 ? "message-too-large" : "message-refused";
    return new ProtocolError("remote", code, `the message is not taken: ${end.refusal.lines.join(" ")}`);
  }
  return end.type === "given-up" ? new ProtocolError("remote", "message-given-up", "the client gave the message up") : undefined;
}
