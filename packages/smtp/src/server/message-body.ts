// The body of a message while it comes: reading from it is what reads from the client.

import { concat, ConnectionError, ProtocolError } from "@mailwire/wire";
import type { Reply } from "../codec/reply.ts";
import type { ServerEvent } from "../session/server-events.ts";

/** The end of a message: it is complete, or lost, because the client gave it up or one of its chunks was refused. */
export type MessageEnd =
  Extract<ServerEvent, { readonly type: "end-of-data" }> | { readonly type: "given-up"; readonly refusal: Reply | undefined };

/** What comes next of a message; `null` when the connection ended. */
export type MessageSource = () => Promise<Extract<ServerEvent, { readonly type: "data" }> | MessageEnd | null>;

/**
 * A message as it comes, un-stuffed, in views of what arrived: `for await (const chunk of body)`. Leaving the loop early leaves the
 * rest to be thrown away. It throws a `ProtocolError` (`message-too-large`; `message-refused`: one of its chunks was, such as for bad line ends;
 * `message-given-up`; `bare-lf`, `bare-cr`) or a `ConnectionError` when the message cannot be had whole, and a local `ProtocolError` (`body-over`)
 * once its handler is done.
 */
export class MessageBody implements AsyncIterable<Uint8Array> {
  readonly #source: MessageSource;
  #reading: ReturnType<MessageSource> | undefined;
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
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
    const failure = loss(this.#end);
    if (failure === undefined) return;
    this.#failure = failure;
    throw failure;
  }

  /** All that has not been read yet, in memory; at most `maxMessageBytes` of the limits. */
  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return concat(chunks);
  }

  /** Reads and forgets what is left; how the message ended. @internal */
  async finish(): Promise<MessageEnd> {
    while (this.#end === undefined) await this.#next();
    this.#isOver = true;
    return this.#end;
  }

  /** Whether `error` is what reading threw. @internal */
  hasThrown(error: unknown): boolean {
    return error !== undefined && error === this.#failure;
  }

  async #next(): Promise<Uint8Array | undefined> {
    // A handler may have left someone behind who still reads while the rest is thrown away.
    while (this.#reading !== undefined) await this.#reading.catch(() => undefined);
    if (this.#isOver) throw new ProtocolError("local", "body-over", "the message was answered already");
    if (this.#end !== undefined) return undefined;
    try {
      this.#reading = this.#source();
      const event = await this.#reading;
      if (event === null) throw new ConnectionError("eof", "the connection ended inside a message", { phase: "data-block" });
      return this.#take(event);
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      this.#reading = undefined;
    }
  }

  #take(event: Extract<ServerEvent, { readonly type: "data" }> | MessageEnd): Uint8Array | undefined {
    if (event.type !== "given-up") this.#longestLineBytes = event.longestLineBytes;
    if (event.type === "data") {
      this.#sizeBytes += event.chunk.length;
      return event.chunk;
    }
    this.#end = event;
    if (event.type === "end-of-data") this.#sizeBytes = event.sizeBytes;
    return undefined;
  }
}

/** Why a message that ended so is not to be had whole. */
function loss(end: MessageEnd | undefined): ProtocolError | undefined {
  if (end?.refusal !== undefined) {
    const code = end.refusal.code === 552 ? "message-too-large" : "message-refused";
    return new ProtocolError("remote", code, `the message is not taken: ${end.refusal.lines.join(" ")}`);
  }
  return end?.type === "given-up" ? new ProtocolError("remote", "message-given-up", "the client gave the message up") : undefined;
}
