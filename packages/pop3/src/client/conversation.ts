// The client's one loop: receives events, ties each answer to what was asked, and receives a message only as fast as it is read, unless
// somebody waits for an answer behind it.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { Driver } from "@mailwire/transport";
import type { Command } from "../codec/command.ts";
import type { Reply } from "../codec/reply.ts";
import type { ClientEvent, ClientIntent } from "../session/client-events.ts";
import { AskedAnswer, AskedBody } from "./asked.ts";
import type { Asked, AskedBodyListener, Asker, Pop3Answer, Respond } from "./asked.ts";
import type { Leaving, MessageBody } from "./message-body.ts";
import { Pop3ReplyError } from "./reply-error.ts";

/** What a conversation bears. */
export interface ConversationLimits {
  /** Bytes of a message that may wait for its reader when something else is asked meanwhile. */
  readonly maxQueuedBytes: number;
  /** Lines of one answer. */
  readonly maxListingLines: number;
}

/** How something is asked. */
export interface AskOptions {
  /** For commands that the protocol does not know: lines follow a positive reply. */
  readonly follows?: "lines";
  /** For AUTH. */
  readonly respond?: Respond;
}

const NO_RESPONSE: Respond = () => Promise.reject(new ProtocolError("remote", "unexpected-challenge", "nobody responds to challenges"));

/** The loop over a driver. */
export class Conversation implements AskedBodyListener {
  readonly #driver: Driver<ClientEvent, ClientIntent>;
  readonly #limits: ConversationLimits;
  /** Oldest first. */
  readonly #asked: Asked[] = [];
  /** How many of them somebody waits for. */
  #awaited = 0;
  #release: (() => void) | undefined;
  /** Whether a message was asked for since the driver last had its turn. */
  #unsaid = false;
  /** What the server said before it left, if it did. */
  #farewell: Pop3ReplyError | undefined;

  constructor(driver: Driver<ClientEvent, ClientIntent>, limits: ConversationLimits) {
    this.#driver = driver;
    this.#limits = limits;
  }

  /** Waits for the greeting, then runs the loop. Rejects with `Pop3ReplyError` when it is negative. */
  async start(): Promise<Reply> {
    const greeting = await this.#driver.next();
    if (greeting?.type !== "greeting") throw new ConnectionError("eof", "the server did not greet", { phase: "greeting" });
    if (greeting.reply.status === "-ERR") throw new Pop3ReplyError("greeting", greeting.reply);
    void this.#run();
    return greeting.reply;
  }

  /**
   * Asks for an answer in full, and resolves to what `read` makes of it, be it positive or negative; rejects with what that throws, and when there is no
   * answer.
   */
  ask<T>(command: Command, read: (answer: Pop3Answer) => T, { follows, respond = NO_RESPONSE }: AskOptions = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#driver.send(follows === undefined ? { type: "command", command } : { type: "command", command, follows });
      const asker: Asker = { resolve: (answer) => resolve(read(answer)), reject };
      const asked = new AskedAnswer(asker, this.#limits.maxListingLines, respond);
      this.#add(asked);
      this.#await(asked);
    });
  }

  /** Asks for a message. What goes wrong is told to who reads it. */
  fetch(command: Command, leaving: Leaving): MessageBody {
    const asked = new AskedBody(this.#limits.maxQueuedBytes, leaving, this);
    try {
      this.#driver.send({ type: "command", command });
      this.#add(asked);
      this.#unsaid = true;
      this.#release?.();
    } catch (error) {
      asked.fail(error);
    }
    return asked.body;
  }

  /** A message is read, or its reader is gone. @internal */
  onRead(asked: AskedBody): void {
    this.#await(asked);
  }

  /** The connection goes rather than the rest of a message comes. @internal */
  onUnwanted(): void {
    this.#driver.abort(new ConnectionError("aborted", "the rest of a message was not wanted"));
  }

  async #run(): Promise<void> {
    try {
      await this.#driver.run((event) => {
        this.#dispatch(event);
        return this.#mayReceive() ? undefined : this.#untilReceiving();
      });
      this.#fail(new ConnectionError("closed", "the connection is over", { cause: this.#farewell }));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #untilReceiving(): Promise<void> {
    while (!this.#mayReceive()) await (this.#unsaid ? this.#say() : this.#news());
  }

  /** A message that is not read holds everything up, until its reader goes on or somebody waits for what is behind it. */
  #mayReceive(): boolean {
    const [head] = this.#asked;
    if (head?.type !== "body" || head.body.empty) return true;
    return this.#awaited > (head.wait === "awaited" ? 1 : 0);
  }

  /** Messages may be asked for while another one holds everything up. */
  #say(): Promise<void> {
    this.#unsaid = false;
    return this.#driver.flush();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  #add(asked: Asked): void {
    asked.wait = "not awaited";
    this.#asked.push(asked);
  }

  #await(asked: Asked): void {
    if (asked.wait === "not awaited") {
      asked.wait = "awaited";
      this.#awaited += 1;
    }
    this.#release?.();
  }

  /** The head is answered. */
  #finish(head: Asked): void {
    this.#asked.shift();
    if (head.wait === "awaited") this.#awaited -= 1;
    head.wait = "over";
  }

  #dispatch(event: ClientEvent): void {
    const [head] = this.#asked;
    if (event.type === "unsolicited") this.#farewell = new Pop3ReplyError("unsolicited", event.reply);
    else if (head?.type === "answer") this.#toAnswer(head, event);
    else if (head?.type === "body") this.#toBody(head, event);
  }

  #toAnswer(asked: AskedAnswer, event: ClientEvent): void {
    switch (event.type) {
      case "reply":
        asked.head = event;
        // The answer to STLS is whole when the handshake is done.
        if (event.follows === undefined && !(event.command.type === "stls" && event.reply.status === "+OK")) this.#settle(asked);
        break;
      case "line":
        asked.add(event);
        break;
      case "auth-challenge":
        void this.#respond(asked, event.data);
        break;
      case "end":
      case "tls":
        this.#settle(asked);
        break;
      default:
        break;
    }
  }

  #settle(asked: AskedAnswer): void {
    this.#finish(asked);
    asked.settle();
  }

  /** Runs beside the loop, which reads nothing until the session was given the response. */
  async #respond(asked: AskedAnswer, challenge: Uint8Array): Promise<void> {
    try {
      this.#driver.send({ type: "auth-response", data: await asked.respond(challenge) });
    } catch (error) {
      asked.giveUp(error);
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
        this.#finish(asked);
        body.fail(new Pop3ReplyError(event.command.type, event.reply));
        break;
      case "body":
        body.push(event.chunk);
        break;
      case "end":
        this.#finish(asked);
        body.end();
        break;
      default:
        break;
    }
  }

  #fail(error: unknown): void {
    for (const asked of this.#asked.splice(0)) {
      asked.wait = "over";
      asked.fail(error);
    }
    this.#awaited = 0;
  }
}
