// The body of a message while it comes: reading from it is what reads from the client.

import { concat, ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ServerEvent } from "../session/server-events.ts";

/** The end of a message: it is complete, or the client gave it up (RSET, or one of its chunks failed). */
export type MessageEnd = Extract<ServerEvent, { readonly type: "end-of-data" }> | { readonly type: "given-up" };

/** What comes next of a message; `null` when the connection ended. */
export type MessageSource = () => Promise<Extract<ServerEvent, { readonly type: "data" }> | MessageEnd | null>;

/**
 * A message as it comes, un-stuffed, in views of what arrived: `for await (const chunk of body)`. Leaving the loop early leaves the
 * rest to be thrown away. It throws a `ProtocolError` (`message-too-large`; `message-refused`: bad line ends in a chunk; `message-given-up`;
 * `bare-lf`, `bare-cr`) or a `ConnectionError` when the message cannot be had whole, and a local `ProtocolError` (`body-over`) once its
 * handler is done.
 */
export class MessageBody implements AsyncIterable<Uint8Array> {
  readonly #source: MessageSource;
  #isOver = false;
  #sizeBytes = 0;
  #end: MessageEnd | undefined;

  /** @internal */
  constructor(source: MessageSource) {
    this.#source = source;
  }

  /** Bytes that came so far; once all came, the size of the message. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The chunks that have not been read yet. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
    if (this.#end?.type === "given-up") throw new ProtocolError("remote", "message-given-up", "the client gave the message up");
    const refusal = this.#end?.refusal;
    if (refusal === undefined) return;
    const code = refusal.code === 552 ? "message-too-large" : "message-refused";
    throw new ProtocolError("remote", code, `the message is not taken: ${refusal.lines.join(" ")}`);
  }

  /** All that has not been read yet, in memory; at most `maxMessageBytes` of the limits. */
  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return concat(chunks);
  }

  /** Reads and forgets what is left; how the message ended. @internal */
  async finish(): Promise<MessageEnd> {
    while ((await this.#next()) !== undefined);
    this.#isOver = true;
    return this.#end ?? { type: "given-up" };
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#isOver) throw new ProtocolError("local", "body-over", "the message was answered already");
    if (this.#end !== undefined) return undefined;
    const event = await this.#source();
    if (event === null) throw new ConnectionError("eof", "the connection ended inside a message", { phase: "data-block" });
    if (event.type === "data") {
      this.#sizeBytes += event.chunk.length;
      return event.chunk;
    }
    this.#end = event;
    if (event.type === "end-of-data") this.#sizeBytes = event.sizeBytes;
    return undefined;
  }
}
