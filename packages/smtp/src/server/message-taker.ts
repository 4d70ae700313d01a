// How a message is taken: its handler reads, which is what reads from the client, and its end is answered. RFC 5321 section 4.1.1.4,
// RFC 3030 section 2, RFC 2033 section 4.2.

import type { Driver, EventTaker } from "@mailwire/transport";
import type { Reply } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import { MessageBody, type MessageEnd, type MessagePart, type MessageReader, type MessageSource } from "./message-body.ts";
import type { Awaitable, Envelope, SmtpPeer, SmtpServerHandlers } from "./options.ts";
import * as replies from "./replies.ts";
import { when } from "./when.ts";

/** A command that came, with what must be answered, if that is settled. */
export type CommandEvent = Extract<ServerEvent, { readonly type: "command" }>;

/** What taking a message needs of the conversation. */
export interface MessageTakerParts {
  readonly driver: Driver<ServerEvent, ServerIntent>;
  readonly peer: SmtpPeer;
  readonly handlers: SmtpServerHandlers;
  /** Answers the event at hand. */
  readonly reply: (reply: Reply) => Reply;
  /** Answers a command that stands between chunks; what was said, or nothing where a chunk was taken. */
  readonly answer: (event: CommandEvent) => Awaitable<Reply | undefined>;
  /** Tells the application of an error. */
  readonly report: (error: unknown) => void;
}

/** What became of a message: `over` (it was answered) or `given-up`, perhaps by a command that is still to be answered. */
export type TakenMessage = { readonly type: "over" } | { readonly type: "given-up"; readonly unanswered: CommandEvent | undefined };

/** Commands that give up a message of which some chunks have come. */
const ABANDONING: ReadonlySet<string> = new Set(["RSET", "QUIT", "HELO", "EHLO", "LHLO"]);

/** Takes one message. */
export class MessageTaker implements MessageSource, EventTaker<ServerEvent> {
  readonly #parts: MessageTakerParts;
  #reader: MessageReader | undefined;
  /** What the reader is given next. */
  #part: MessagePart = null;
  #unanswered: CommandEvent | undefined;

  constructor(parts: MessageTakerParts) {
    this.#parts = parts;
  }

  /** Gives the message whose first bytes come now to its handler, and answers it; the handler's reading brings on the chunks of a message in chunks. */
  async takeMessage(envelope: Envelope): Promise<TakenMessage> {
    const body = new MessageBody(this);
    const handled = await this.#handle(envelope, body);
    const end = await body.finish();
    if (end.type !== "end-of-data") return { type: "given-up", unanswered: this.#unanswered };
    this.#answerMessage(end, handled);
    return { type: "over" };
  }

  async #handle(envelope: Envelope, body: MessageBody): Promise<Reply | readonly Reply[] | undefined> {
    const { handlers, peer, report } = this.#parts;
    try {
      return await handlers.onMessage?.(envelope, body, peer);
    } catch (error) {
      // What the body threw is the client's doing, and is answered as such.
      if (!body.hasThrown(error)) report(error);
      return replies.FAILED;
    }
  }

  nextFor(reader: MessageReader): void {
    this.#reader = reader;
    this.#parts.driver.runFor(this);
  }

  take(event: ServerEvent): PromiseLike<unknown> | "enough" | undefined {
    switch (event.type) {
      case "data":
      case "end-of-data":
        return this.#give(event);
      case "end-of-chunk":
        this.#parts.reply(event.refusal ?? replies.CHUNK_OK);
        return event.refusal && this.#give({ type: "given-up", refusal: event.refusal });
      case "command":
        return this.#takeCommand(event);
      default:
        return undefined;
    }
  }

  /** What stands between chunks. */
  #takeCommand(event: CommandEvent): PromiseLike<unknown> | "enough" | undefined {
    const { verb } = event.received.command;
    if (ABANDONING.has(verb) && event.refusal === undefined) {
      this.#unanswered = event;
      return this.#give({ type: "given-up", refusal: undefined });
    }
    // A chunk that is let go costs the message.
    return when(this.#parts.answer(event), (said) =>
      verb === "BDAT" && said !== undefined ? this.#give({ type: "given-up", refusal: said }) : undefined,
    );
  }

  #give(part: MessagePart): "enough" {
    this.#part = part;
    return "enough";
  }

  done(): void {
    const [reader, part] = [this.#reader, this.#part];
    this.#reader = undefined;
    this.#part = null;
    reader?.take(part);
  }

  fail(error: unknown): void {
    this.#reader?.fail(error);
  }

  /** Once in SMTP, once for each recipient in LMTP; a 421 is the last word in both. */
  #answerMessage(
    { recipients, refusal }: Extract<MessageEnd, { readonly type: "end-of-data" }>,
    handled: Reply | readonly Reply[] | undefined,
  ): void {
    const { reply, peer } = this.#parts;
    for (let at = 0; at < recipients && peer.state !== "closed"; at += 1) {
      const own = isList(handled) ? (handled[at] ?? replies.FAILED) : (handled ?? replies.MESSAGE_OK);
      reply(refusal ?? own);
    }
  }
}

function isList(handled: Reply | readonly Reply[] | undefined): handled is readonly Reply[] {
  return Array.isArray(handled);
}
