// The body of a message while it comes: reading from it is what reads from the client.

import type { Driver } from "@mailwire/transport";
import { concat, ConnectionError, ProtocolError } from "@mailwire/wire";
import type { Reply } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";

/**
 * A message as it comes, un-stuffed, in views of what arrived: `for await (const chunk of body)`. Leaving the loop early leaves the
 * rest to be thrown away. It throws a `ProtocolError` (`message-too-large`, `bare-lf`, `bare-cr`) or a `ConnectionError` when the message
 * cannot be had whole, and a local `ProtocolError` (`body-over`) once its handler is done.
 */
export class MessageBody implements AsyncIterable<Uint8Array> {
  readonly #driver: Driver<ServerEvent, ServerIntent>;
  #phase: "coming" | "complete" | "over" = "coming";
  #sizeBytes = 0;
  #refusal: Reply | undefined;

  /** @internal */
  constructor(driver: Driver<ServerEvent, ServerIntent>) {
    this.#driver = driver;
  }

  /** Bytes that came so far; once all came, the size of the message. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The chunks that have not been read yet. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
    if (this.#refusal !== undefined) throw new ProtocolError("remote", "message-too-large", "the message is too large");
  }

  /** All that has not been read yet, in memory; at most `maxMessageBytes` of the limits. */
  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return concat(chunks);
  }

  /** Reads and forgets what is left; gives what must be answered in place of the handler's reply. @internal */
  async finish(): Promise<Reply | undefined> {
    while ((await this.#next()) !== undefined);
    this.#phase = "over";
    return this.#refusal;
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#phase === "complete") return undefined;
    if (this.#phase === "over") throw new ProtocolError("local", "body-over", "the message was answered already");
    const event = await this.#driver.next();
    if (event?.type === "data") {
      this.#sizeBytes += event.chunk.length;
      return event.chunk;
    }
    if (event?.type !== "end-of-data") throw new ConnectionError("eof", "the connection ended inside a message", { phase: "data-block" });
    this.#phase = "complete";
    this.#sizeBytes = event.sizeBytes;
    this.#refusal = event.refusal;
    return undefined;
  }
}
