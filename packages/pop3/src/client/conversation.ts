// The client's one loop: receives events, ties each answer to what was asked, and receives a message only as fast as it is read, unless
// somebody waits for an answer behind it.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { Driver } from "@mailwire/transport";
import type { Command } from "../codec/command.ts";
import type { Listing } from "../codec/listing.ts";
import type { Reply } from "../codec/reply.ts";
import { BodyQueue } from "./message-body.ts";
import type { Leaving, MessageBody } from "./message-body.ts";
import { Pop3ReplyError } from "./reply-error.ts";
import type { ClientEvent, ClientIntent } from "../session/client-events.ts";

/** An answer in full; messages are not answered so, but streamed. */
export interface Pop3Answer {
  /** Its first line. */
  readonly reply: Reply;
  /** The first line as it came, with its line end. */
  readonly raw: Uint8Array;
  /** The data of STAT, and of LIST and UIDL with a number. */
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

/** What a conversation bears. */
export interface ConversationLimits {
  /** Bytes of a message that may wait for its reader when something else is asked meanwhile. */
  readonly maxQueuedBytes: number;
  /** Lines of one answer. */
  readonly maxListingLines: number;
}

/** Responds to challenges; rejecting gives the exchange up. */
type Respond = (challenge: Uint8Array) => Promise<Uint8Array>;

/** How something is asked. */
export interface AskOptions {
  /** For commands that the protocol does not know: lines follow a positive reply. */
  readonly follows?: "lines";
  /** For AUTH. */
  readonly respond?: Respond;
}

/** Something asked, in the order of asking. */
type Asked = AskedAnswer | AskedBody;

interface AskedBody {
  readonly type: "body";
  readonly body: BodyQueue;
}

interface AskedAnswer {
  readonly type: "answer";
  readonly respond: Respond;
  readonly resolve: (answer: Pop3Answer) => void;
  readonly reject: (error: unknown) => void;
  head?: Omit<Pop3Answer, "lines">;
  readonly lines: AnswerLine[];
  /** Why the exchange was given up on this side. */
  failure?: unknown;
}

const NO_RESPONSE: Respond = () => Promise.reject(new ProtocolError("remote", "unexpected-challenge", "nobody responds to challenges"));

/** The loop over a driver. */
export class Conversation {
  readonly #driver: Driver<ClientEvent, ClientIntent>;
  readonly #limits: ConversationLimits;
  /** Oldest first. */
  readonly #asked = new Set<Asked>();
  /** Those whose answer somebody waits for. */
  readonly #awaited = new Set<Asked>();
  #release: (() => void) | undefined;
  /** What the server said before it left, if it did. */
  #farewell: Pop3ReplyError | undefined;

  constructor(driver: Driver<ClientEvent, ClientIntent>, limits: ConversationLimits) {
    this.#driver = driver;
    this.#limits = limits;
  }

  /** Waits for the greeting, then runs the loop. Rejects with `Pop3ReplyError` when it is negative. */
  async start(): Promise<Reply> {
    const event = await this.#driver.next();
    if (event?.type !== "greeting") throw new ConnectionError("eof", "the server did not greet", { phase: "greeting" });
    if (event.reply.status === "-ERR") throw new Pop3ReplyError("greeting", event.reply);
    void this.#run();
    return event.reply;
  }

  /** Asks for an answer in full. Positive or negative, it resolves; it rejects when there is no answer. */
  ask(command: Command, options: AskOptions = {}): Promise<Pop3Answer> {
    return new Promise((resolve, reject) => {
      const { follows, respond = NO_RESPONSE } = options;
      this.#driver.send({ type: "command", command, ...(follows !== undefined && { follows }) });
      const asked: Asked = { type: "answer", respond, resolve, reject, lines: [] };
      this.#asked.add(asked);
      this.#await(asked);
    });
  }

  /** Asks for a message. What goes wrong is told to who reads it. */
  fetch(command: Command, leaving: Leaving): MessageBody {
    const body = new BodyQueue(this.#limits.maxQueuedBytes, {
      onRead: () => this.#await(asked),
      onLeave: () => {
        if (leaving === "close") this.#driver.abort(new ConnectionError("aborted", "the rest of a message was not wanted"));
      },
    });
    const asked: Asked = { type: "body", body };
    try {
      this.#driver.send({ type: "command", command });
      this.#asked.add(asked);
    } catch (error) {
      body.fail(error);
    }
    return body;
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const event = await this.#driver.next();
        if (event === null) break;
        this.#dispatch(event);
        while (!this.#mayReceive()) {
          await new Promise<void>((resolve) => {
            this.#release = resolve;
          });
        }
      }
      this.#fail(new ConnectionError("closed", "the connection is over", { cause: this.#farewell }));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A message that is not read holds everything up, until its reader goes on or somebody waits for what is behind it. */
  #mayReceive(): boolean {
    const head = this.#head;
    if (head?.type !== "body" || head.body.empty) return true;
    return this.#awaited.size > (this.#awaited.has(head) ? 1 : 0);
  }

  /** What is being answered. */
  get #head(): Asked | undefined {
    return this.#asked.values().next().value;
  }

  #await(asked: Asked): void {
    if (this.#asked.has(asked)) this.#awaited.add(asked);
    this.#release?.();
  }

  #dispatch(event: ClientEvent): void {
    const head = this.#head;
    if (event.type === "unsolicited") this.#farewell = new Pop3ReplyError("unsolicited", event.reply);
    else if (head?.type === "answer") this.#toAnswer(head, event);
    else if (head?.type === "body") this.#toBody(head, event);
  }

  #toAnswer(asked: AskedAnswer, event: ClientEvent): void {
    switch (event.type) {
      case "reply":
        asked.head = event;
        // The answer to STLS is whole when the handshake is done.
        if (event.follows === undefined && !(event.command.type === "stls" && event.reply.status === "+OK")) this.#answer(asked);
        break;
      case "line":
        // One too many tells that there were too many; the rest is let go.
        if (asked.lines.length <= this.#limits.maxListingLines) asked.lines.push(event);
        break;
      case "auth-challenge":
        void this.#respond(asked, event.data);
        break;
      case "end":
      case "tls":
        this.#answer(asked);
        break;
      default:
        break;
    }
  }

  #answer(asked: AskedAnswer): void {
    const { head, lines } = asked;
    this.#finish(asked);
    if (lines.length > this.#limits.maxListingLines) {
      asked.reject(new ProtocolError("remote", "too-many-lines", `the answer has more than ${this.#limits.maxListingLines} lines`));
    } else if (asked.failure !== undefined) asked.reject(asked.failure);
    else if (head !== undefined) asked.resolve({ reply: head.reply, raw: head.raw, ...(head.listing && { listing: head.listing }), lines });
  }

  /** Runs beside the loop, which reads nothing until the session was given the response. */
  async #respond(asked: AskedAnswer, challenge: Uint8Array): Promise<void> {
    try {
      this.#driver.send({ type: "auth-response", data: await asked.respond(challenge) });
    } catch (error) {
      asked.failure = error;
      this.#cancel();
    }
  }

  #cancel(): void {
    try {
      this.#driver.send({ type: "auth-cancel" });
    } catch {
      // The connection is gone, which the loop tells.
    }
  }

  #toBody(asked: AskedBody, event: ClientEvent): void {
    const { body } = asked;
    switch (event.type) {
      case "reply":
        if (event.follows !== undefined) return;
        body.fail(new Pop3ReplyError(event.command.type, event.reply));
        this.#finish(asked);
        break;
      case "body":
        body.push(event.chunk);
        break;
      case "end":
        body.end();
        this.#finish(asked);
        break;
      default:
        break;
    }
  }

  #finish(asked: Asked): void {
    this.#asked.delete(asked);
    this.#awaited.delete(asked);
  }

  #fail(error: unknown): void {
    for (const asked of this.#asked) {
      this.#finish(asked);
      if (asked.type === "body") asked.body.fail(error);
      else asked.reject(asked.failure ?? error);
    }
  }
}
