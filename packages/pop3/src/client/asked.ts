// What was asked and is not answered in full: an answer that somebody waits for, or a message that somebody may read.

import { ProtocolError } from "@mailwire/wire";
import type { Listing } from "../codec/listing.ts";
import type { Reply } from "../codec/reply.ts";
import type { ClientEvent } from "../session/client-events.ts";
import { BodyQueue } from "./message-body.ts";
import type { BodyListener, Leaving } from "./message-body.ts";

/** An answer in full; messages are not answered so, but streamed. */
export interface Pop3Answer {
  /** Its first line. */
  readonly reply: Reply;
  /** The first line as it came, with its line end. */
  readonly raw: Uint8Array;
  /** The data of STAT, of LIST and UIDL with a number, and of LANG with a range. */
  readonly listing?: Listing;
  /** The lines behind the first. */
  readonly lines: readonly AnswerLine[];
}

/** One line of a {@link Pop3Answer}. */
export interface AnswerLine {
  /** What the line says. */
  readonly listing: Listing;
  /** As it came, with a stuffed dot and its line end. */
  readonly raw: Uint8Array;
}

/** Responds to challenges; rejecting gives the exchange up. */
export type Respond = (challenge: Uint8Array) => Promise<Uint8Array>;

/** Something asked. */
export type Asked = AskedAnswer | AskedBody;

/** Whoever waits for an answer. */
export interface Asker {
  /** What it throws is told by `reject`. */
  readonly resolve: (answer: Pop3Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Whether somebody waits for it; `over` before it is asked and when it is answered. */
type Wait = "awaited" | "not awaited" | "over";

/** What an {@link AskedBody} tells the loop that receives. */
export interface AskedBodyListener {
  /** The reader wants a chunk, or is gone. */
  onRead(asked: AskedBody): void;
  /** The reader is gone, and what is still to come of it is not wanted. */
  onUnwanted(): void;
}

/** A message. Of these thousands may wait, so it makes no closures. */
export class AskedBody implements BodyListener {
  readonly type = "body";
  readonly body: BodyQueue;
  wait: Wait = "over";
  readonly #leaving: Leaving;
  readonly #listener: AskedBodyListener;

  constructor(maxQueuedBytes: number, leaving: Leaving, listener: AskedBodyListener) {
    this.body = new BodyQueue(maxQueuedBytes, this);
    this.#leaving = leaving;
    this.#listener = listener;
  }

  onRead(): void {
    this.#listener.onRead(this);
  }

  onLeave(): void {
    if (this.#leaving === "close") this.#listener.onUnwanted();
  }

  /** It will not be answered. */
  fail(error: unknown): void {
    this.body.fail(error);
  }
}

type ReplyEvent = Extract<ClientEvent, { readonly type: "reply" }>;

const NO_LINES: readonly AnswerLine[] = [];

/** An answer in full. */
export class AskedAnswer {
  readonly type = "answer";
  readonly respond: Respond;
  wait: Wait = "over";
  /** The reply, once it came. */
  head: ReplyEvent | undefined;
  readonly #maxLines: number;
  readonly #asker: Asker;
  #lines: AnswerLine[] | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(asker: Asker, maxLines: number, respond: Respond) {
    this.#asker = asker;
    this.#maxLines = maxLines;
    this.respond = respond;
  }

  /** Takes a line. One too many tells that there were too many; the rest is let go. */
  add(line: AnswerLine): void {
    this.#lines ??= [];
    if (this.#lines.length <= this.#maxLines) this.#lines.push(line);
  }

  /** The exchange was given up on this side, which is what is told when the server has agreed. */
  giveUp(error: unknown): void {
    this.#failure ??= { error };
  }

  /** All of it came. */
  settle(): void {
    const { head } = this;
    const lines = this.#lines ?? NO_LINES;
    if (this.#failure !== undefined) this.#asker.reject(this.#failure.error);
    else if (lines.length > this.#maxLines) {
      this.#asker.reject(new ProtocolError("remote", "too-many-lines", `the answer has more than ${this.#maxLines} lines`));
    } else if (head !== undefined) this.#resolve(head, lines);
  }

  /** It will not be answered. */
  fail(error: unknown): void {
    this.#asker.reject(this.#failure === undefined ? error : this.#failure.error);
  }

  #resolve({ reply, raw, listing }: ReplyEvent, lines: readonly AnswerLine[]): void {
    try {
      this.#asker.resolve(listing === undefined ? { reply, raw, lines } : { reply, raw, listing, lines });
    } catch (error) {
      this.#asker.reject(error);
    }
  }
}
