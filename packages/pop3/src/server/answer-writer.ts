// Puts answers on their way, long ones only as fast as the client takes them.

import type { Driver } from "@mailwire/transport";
import type { Listing } from "../codec/listing.ts";
import { encodeListing } from "../codec/listing.ts";
import { ok } from "../codec/reply.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import type { Chunks, ServerAnswer } from "./answer.ts";

/** Some ten kilobytes: what is worth a write. */
const LINES_PER_WRITE = 512;

/** Writes the answers of one connection. */
export class AnswerWriter {
  readonly #driver: Driver<ServerEvent, ServerIntent>;

  constructor(driver: Driver<ServerEvent, ServerIntent>) {
    this.#driver = driver;
  }

  /** Writes one line. */
  reply(reply: Reply): void {
    this.#driver.send({ type: "reply", reply });
  }

  /** Writes an answer; resolves when it is complete, though not all of it need have left. */
  async write(answer: ServerAnswer): Promise<void> {
    if ("listing" in answer) this.reply(ok(encodeListing(answer.listing)));
    else if (answer.lines !== undefined) await this.#writeLines(answer.reply, answer.lines);
    else if (answer.body !== undefined) await this.#writeBody(answer.reply, answer.body);
    else this.reply(answer.reply);
  }

  async #writeLines(reply: Reply, lines: Iterable<Listing>): Promise<void> {
    this.#driver.send({ type: "reply", reply, follows: "lines" });
    let left = LINES_PER_WRITE;
    for (const listing of lines) {
      this.#driver.send({ type: "line", listing });
      left -= 1;
      if (left > 0) continue;
      await this.#driver.flush();
      left = LINES_PER_WRITE;
    }
    this.#driver.send({ type: "end" });
  }

  /** The reply waits for the first chunk: until then a failure can still be told. */
  async #writeBody(reply: Reply, body: Chunks): Promise<void> {
    let begun = false;
    for await (const chunk of body) {
      if (!begun) this.#driver.send({ type: "reply", reply, follows: "body" });
      begun = true;
      this.#driver.send({ type: "body", chunk });
      await this.#driver.flush();
    }
    if (!begun) this.#driver.send({ type: "reply", reply, follows: "body" });
    this.#driver.send({ type: "end" });
  }
}
