// APPEND (RFC 3501 section 6.3.11): the message streams into the backend, and is asked for when the backend first reads it.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ServerEvent } from "../session/server-events.ts";
import type { Conversation } from "./conversation.ts";
import type { Completion } from "./options.ts";
import { tryCreate } from "./refusal.ts";

/** Takes a message; nothing is answered (`undefined`) when the session has done so, because the command came to nothing. */
export async function append(
  conversation: Conversation,
  event: Extract<ServerEvent, { readonly type: "append" }>,
): Promise<Completion | undefined> {
  const { mailbox } = event.command;
  const { flags, date } = event.options;
  const body = new AppendedBody(conversation);
  const settable = flags.filter((flag) => flag.toUpperCase() !== "\\RECENT");
  try {
    await tryCreate(conversation.account.append(mailbox, { size: event.size, flags: settable, date, body }));
    await body.finish();
  } catch (error) {
    if (body.phase === "spoilt") return undefined;
    throw error;
  }
  return body.phase === "complete" ? { status: "OK", text: "APPEND completed" } : undefined;
}

type Phase = "offered" | "coming" | "complete" | "spoilt";

/** The message while it comes. */
class AppendedBody implements AsyncIterable<Uint8Array> {
  readonly #driver: Conversation["driver"];
  #phase: Phase = "offered";

  constructor({ driver }: Conversation) {
    this.#driver = driver;
  }

  get phase(): Phase {
    return this.#phase;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (let bytes = await this.#next(); bytes !== undefined; bytes = await this.#next()) yield bytes;
  }

  /** Reads and forgets what the backend left. */
  async finish(): Promise<void> {
    while (this.#phase === "offered" || this.#phase === "coming") await this.#next();
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#phase === "complete") return undefined;
    if (this.#phase === "offered") {
      this.#driver.send({ type: "accept-append" });
      this.#phase = "coming";
    }
    const event = this.#phase === "spoilt" ? undefined : await this.#driver.next();
    if (event?.type === "append-chunk") return event.bytes;
    if (event?.type === "append-end") {
      this.#phase = "complete";
      return undefined;
    }
    this.#phase = "spoilt";
    if (event === null) throw new ConnectionError("eof", "the connection ended inside APPEND", { phase: "append" });
    throw new ProtocolError("remote", "bad-arguments", "something else than the end of the command follows the message");
  }
}
