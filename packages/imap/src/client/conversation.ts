// The client's one loop: ties each answer and its data to the command it belongs to, and receives messages only as fast as they are read,
// unless somebody waits for an answer behind them.

import { ConnectionError, ProtocolError, printable } from "@mailwire/wire";
import type { Driver } from "@mailwire/transport";
import type { FetchLiteralStart } from "../codec/response-event.ts";
import type { TaggedResponse, UntaggedResponse } from "../codec/responses/condition.ts";
import type { FetchResponse } from "../codec/responses/fetch.ts";
import type { ClientEvent, ClientIntent } from "../session/client-events.ts";
import { verbOf } from "../session/verb.ts";
import { isUntagged } from "../session/untagged-data.ts";
import type { UntaggedData } from "../session/untagged-data.ts";
import { AppendBody } from "./append-body.ts";
import type { MessageSink, Operation, OperationOptions } from "./operation.ts";
import { NOBODY } from "./nobody.ts";
import { ImapResponseError } from "./response-error.ts";
import { RunningOperation, aborted } from "./running-operation.ts";
import { Signal } from "./signal.ts";

/** Who loops over what the server tells by itself. */
export interface Listener {
  /** Takes what belongs to no operation. */
  hear(response: UntaggedData, raw: readonly Uint8Array[]): void;
  /** The server idles along. False when the listener did not ask for that, or no more. */
  idling(): boolean;
  /** Nothing more is waited for: all commands are answered, or nobody will. */
  rest(): void;
}

/** Something that is waited for beside answers. */
interface Milestone {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** What the loop asks and tells. */
export interface ConversationContext {
  /** What one operation may collect. */
  readonly maxCollectedBytes: number;
  /** True while the command with this tag is sent and not answered. */
  readonly isSent: (tag: string) => boolean;
  /** True once the server has said that it leaves, though the loop may not have come to it. */
  readonly hasLeft: () => boolean;
  /** Takes what belongs to no operation. */
  readonly onUntagged: (response: UntaggedData) => void;
}

/** The loop over a driver. */
export class Conversation {
  readonly #driver: Driver<ClientEvent, ClientIntent>;
  readonly #context: ConversationContext;
  /** In the order of saying. */
  readonly #running = new Map<string, RunningOperation>();
  readonly #news = new Signal();
  /** The message of the APPEND that is being said. */
  #body: AppendBody | undefined;
  /** Who takes the FETCH response whose literals are passing; `undefined` between responses. */
  #taker: MessageSink | undefined;
  /** The greeting, or TLS. */
  #milestone: Milestone | undefined;
  #farewell: UntaggedResponse | undefined;
  #listener: Listener | undefined;
  #isIdling = false;
  #isLeaving = false;
  #prefix = randomPrefix();
  #said = 0;

  constructor(driver: Driver<ClientEvent, ClientIntent>, context: ConversationContext) {
    this.#driver = driver;
    this.#context = context;
  }

  /** Runs the loop; resolves when the server has greeted. Rejects with an `ImapResponseError` for BYE. */
  start(): Promise<void> {
    void this.#run();
    void this.#driver.closed.then(({ error }) => this.#over(error ?? this.#goodbye()));
    return this.#reached();
  }

  /** Says the command of an operation and resolves to what comes of it. */
  run<Result>(operation: Operation<Result>, options: OperationOptions = {}): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted === true) throw aborted(signal);
      const tag = this.#tag();
      try {
        this.#driver.send({ type: "command", tag, command: operation.command });
      } catch (error) {
        throw this.#context.hasLeft() ? this.#goodbye() : error;
      }
      const running = new RunningOperation(tag, operation, (result) => resolve(result as Result), reject);
      this.#running.set(tag, running);
      if (verbOf(operation.command) === "LOGOUT") this.#isLeaving = true;
      this.endIdle();
      if (signal !== undefined) {
        running.heed(signal, () => {
          // The server waits for bytes that will not come.
          if (running.unsent) this.#driver.abort(signal.reason);
        });
      }
      this.#news.give();
    });
  }

  /** Tells `listener` what belongs to no operation, until {@link Conversation.forget}; throws a local `ProtocolError` while there is another. */
  listen(listener: Listener): void {
    if (this.#listener !== undefined) throw new ProtocolError("local", "illegal-now", "one loop over idle() at a time");
    this.#listener = listener;
  }

  /** Tells `listener` nothing more. */
  forget(listener: Listener): void {
    if (this.#listener !== listener) return;
    this.#listener = undefined;
    this.endIdle();
  }

  /** Says DONE where the server waits for it. */
  endIdle(): void {
    if (!this.#isIdling) return;
    this.#isIdling = false;
    this.#try({ type: "done" });
    this.moved();
  }

  /** True while the server waits for DONE. */
  get isIdling(): boolean {
    return this.#isIdling;
  }

  /** True while a command is not answered. */
  get isBusy(): boolean {
    return this.#running.size > 0;
  }

  /** True once LOGOUT was said. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Resolves when the upgrade that STARTTLS asked for is done. */
  upgraded(): Promise<void> {
    return this.#reached();
  }

  /** Something that the loop waits for may have come: a reader is hungry. */
  readonly moved = (): void => this.#news.give();

  #reached(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#milestone = { resolve, reject };
    });
  }

  #takeMilestone(): Milestone | undefined {
    const milestone = this.#milestone;
    this.#milestone = undefined;
    return milestone;
  }

  async #run(): Promise<void> {
    try {
      await this.#driver.run((event) => {
        this.#take(event);
        return this.#braked ? this.#untilHungry() : undefined;
      });
    } catch (error) {
      this.#driver.abort(error);
      this.#over(error);
    }
  }

  async #untilHungry(): Promise<void> {
    while (this.#braked) await this.#news.wait();
  }

  /** True when only readers of messages could want more, and none of them does. */
  get #braked(): boolean {
    if (this.#running.size === 0) return false;
    for (const { operation } of this.#running.values()) {
      if (operation.messages === undefined || operation.messages.hungry) return false;
    }
    return true;
  }

  #take(event: ClientEvent): void {
    switch (event.type) {
      case "greeting":
        if (event.response.status === "BYE") this.#takeMilestone()?.reject(new ImapResponseError("greeting", event.response));
        else this.#takeMilestone()?.resolve();
        break;
      case "response":
        if (isUntagged(event.response)) this.#untagged(event.response, event.raw);
        break;
      case "literal-start":
        // The client asks for no UIDFETCH.
        if ("uid" in event) break;
        this.#taker ??= this.#takerOf(foretell(event)) ?? NOBODY;
        this.#taker.begin(event);
        break;
      case "literal-chunk":
        this.#taker?.chunk(event.bytes);
        break;
      case "literal-end":
        this.#taker?.endChunk();
        break;
      case "completed":
        this.#completed(event.response);
        break;
      case "append-ready":
        void this.#feed(event.tag, event.left);
        break;
      case "auth-challenge":
        void this.#respond(event.tag, event.data);
        break;
      case "idling":
        this.#isIdling = true;
        // Somebody waits in line behind it, or it is no listener's: nobody else could end it.
        if (this.#running.size > 1 || this.#listener?.idling() !== true) this.endIdle();
        break;
      case "tls":
        this.#prefix = randomPrefix();
        this.#takeMilestone()?.resolve();
        break;
    }
  }

  #untagged(response: UntaggedData, raw: readonly Uint8Array[]): void {
    if (response.type === "FETCH") {
      const taker = this.#taker ?? this.#takerOf(response);
      this.#taker = undefined;
      if (taker !== undefined && taker !== NOBODY) {
        taker.message(response);
        return;
      }
    }
    const { maxCollectedBytes, onUntagged } = this.#context;
    for (const running of this.#sent()) if (running.collect(response, raw, maxCollectedBytes)) return;
    if (response.type === "untagged" && response.status === "BYE") this.#farewell = response;
    this.#listener?.hear(response, raw);
    onUntagged(response);
  }

  #takerOf(response: FetchResponse): MessageSink | undefined {
    for (const { operation } of this.#sent()) if (operation.messages?.wants(response) === true) return operation.messages;
    return undefined;
  }

  /** The operations that data can belong to: those that wait in line expect none yet. */
  *#sent(): Generator<RunningOperation, void, undefined> {
    for (const [tag, running] of this.#running) {
      if (!this.#context.isSent(tag)) return;
      yield running;
    }
  }

  #completed(response: TaggedResponse): void {
    const running = this.#running.get(response.tag);
    this.#running.delete(response.tag);
    // While the client idles nothing else can be answered.
    this.#isIdling = false;
    running?.complete(response);
    if (!this.isBusy) this.#listener?.rest();
  }

  /** Sends the next piece of a message. One that fails or has not the size that was announced costs the connection. */
  async #feed(tag: string, left: number): Promise<void> {
    const running = this.#running.get(tag);
    try {
      await this.#driver.flush();
      this.#body ??= new AppendBody(running?.operation.body);
      const bytes = await this.#body.next(left);
      if (bytes.length === left) {
        this.#body = undefined;
        if (running !== undefined) running.unsent = false;
      }
      this.#driver.send({ type: "append-chunk", bytes });
    } catch (error) {
      running?.abandon(error);
      this.#driver.abort(error);
    }
  }

  async #respond(tag: string, challenge: Uint8Array): Promise<void> {
    const running = this.#running.get(tag);
    try {
      const data = await running?.operation.respond?.(challenge);
      if (data === undefined) throw new ProtocolError("remote", "unexpected-challenge", "nobody answers challenges");
      this.#driver.send({ type: "auth-response", data });
    } catch (error) {
      running?.fail(error);
      this.#try({ type: "auth-cancel" });
    }
  }

  /** Sends what no longer matters when the connection is over. */
  #try(intent: ClientIntent): void {
    try {
      this.#driver.send(intent);
    } catch (error) {
      this.#driver.abort(error);
    }
  }

  #goodbye(): ConnectionError {
    return new ConnectionError(
      "closed",
      this.#farewell === undefined ? "the connection is over" : `the server left: ${printable(this.#farewell.text)}`,
    );
  }

  /** Nothing more will come: whoever waits is told why. */
  #over(reason: unknown): void {
    this.#takeMilestone()?.reject(reason);
    for (const running of this.#running.values()) running.abandon(reason);
    this.#running.clear();
    void this.#body?.leave();
    this.#body = undefined;
    this.#news.give();
    this.#listener?.rest();
  }

  #tag(): string {
    this.#said += 1;
    return `${this.#prefix}${this.#said}`;
  }
}

/** The FETCH response that a large literal is part of, as far as it is known. */
function foretell({ sequenceNumber, items, item, size }: FetchLiteralStart): FetchResponse {
  return { type: "FETCH", sequenceNumber, items: [...items, { ...item, data: { size } }] };
}

/** Four letters that a peer cannot guess, so that it cannot answer what was not asked yet. */
function randomPrefix(): string {
  const letters = crypto.getRandomValues(new Uint8Array(4));
  return String.fromCharCode(...letters.map((byte) => 65 + (byte % 26)));
}
