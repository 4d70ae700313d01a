// The client's one loop: ties each answer and its data to the command it belongs to, and receives messages only as fast as they are read,
// unless somebody waits for an answer behind them.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { Driver } from "@mailwire/transport";
import type { TaggedResponse, UntaggedResponse } from "../codec/responses/condition.ts";
import type { FetchResponse } from "../codec/responses/fetch.ts";
import type { ClientEvent, ClientIntent } from "../session/client-events.ts";
import { isUntagged } from "../session/untagged-data.ts";
import type { UntaggedData } from "../session/untagged-data.ts";
import { AppendBody } from "./append-body.ts";
import type { MessageSink, Operation, OperationOptions } from "./operation.ts";
import { ImapResponseError } from "./response-error.ts";
import { Signal } from "./signal.ts";

/** An operation that was said and is not answered yet. */
interface Running {
  readonly operation: Operation<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  /** True until the message of an APPEND is sent to its end. */
  unsent: boolean;
  /** What it was shown to collect from. */
  shownBytes: number;
  /** Why it has failed on this side, whatever the server will say. */
  failure?: unknown;
  /** Forgets the signal that could have stopped it. */
  forgetSignal?: () => void;
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
  isSent(tag: string): boolean;
  /** Takes what belongs to no operation. */
  onUntagged(response: UntaggedData): void;
}

/** The loop over a driver. */
export class Conversation {
  readonly #driver: Driver<ClientEvent, ClientIntent>;
  readonly #context: ConversationContext;
  /** In the order of saying. */
  readonly #running = new Map<string, Running>();
  readonly #news = new Signal();
  /** The message of the APPEND that is being said. */
  #body: AppendBody | undefined;
  /** Who takes the FETCH response whose literals are passing; `undefined` between responses. */
  #taker: MessageSink | undefined;
  /** The greeting, or TLS. */
  #milestone: Milestone | undefined;
  #farewell: UntaggedResponse | undefined;
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
      this.#driver.send({ type: "command", tag, command: operation.command });
      const unsent = operation.body !== undefined;
      const running: Running = { operation, resolve: (result) => resolve(result as Result), reject, unsent, shownBytes: 0 };
      this.#running.set(tag, running);
      if (signal !== undefined) this.#heed(signal, running);
      this.#news.give();
    });
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

  async #run(): Promise<void> {
    try {
      for (;;) {
        while (this.#braked) await this.#news.wait();
        const event = await this.#driver.next();
        if (event === null) return;
        this.#take(event);
      }
    } catch (error) {
      this.#driver.abort(error);
      this.#over(error);
    }
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
        if (event.response.status === "BYE") this.#milestone?.reject(new ImapResponseError("greeting", event.response));
        else this.#milestone?.resolve();
        break;
      case "response":
        if (isUntagged(event.response)) this.#untagged(event.response, event.raw);
        break;
      case "literal-start":
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
      case "tls":
        this.#prefix = randomPrefix();
        this.#milestone?.resolve();
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
    for (const running of this.#sent()) if (this.#collected(running, response, raw)) return;
    if (response.type === "untagged" && response.status === "BYE") this.#farewell = response;
    this.#context.onUntagged(response);
  }

  /** Shows a response to an operation; true when it keeps it to itself. One that was shown too much fails, and sees no more. */
  #collected(running: Running, response: UntaggedData, raw: readonly Uint8Array[]): boolean {
    const { operation } = running;
    if (operation.collect === undefined || running.failure !== undefined) return false;
    running.shownBytes += weigh(response, raw);
    if (running.shownBytes <= this.#context.maxCollectedBytes) return operation.collect(response);
    running.failure = new ProtocolError("local", "too-much-data", "the server tells more than may be collected");
    return false;
  }

  #takerOf(response: FetchResponse): MessageSink | undefined {
    for (const { operation } of this.#sent()) if (operation.messages?.wants(response) === true) return operation.messages;
    return undefined;
  }

  /** The operations that data can belong to: those that wait in line expect none yet. */
  *#sent(): Generator<Running, void, undefined> {
    for (const [tag, running] of this.#running) {
      if (!this.#context.isSent(tag)) return;
      yield running;
    }
  }

  #completed(response: TaggedResponse): void {
    const running = this.#running.get(response.tag);
    if (running === undefined) return;
    const { command } = running.operation;
    this.#running.delete(response.tag);
    running.forgetSignal?.();
    if (running.failure !== undefined) running.reject(running.failure);
    else if (response.status !== "OK")
      running.reject(new ImapResponseError(command.name === "unknown" ? command.verb : command.name, response));
    else {
      try {
        running.resolve(running.operation.result(response));
      } catch (error) {
        running.reject(error);
      }
    }
  }

  /** Sends the next piece of a message. One that fails or has not the size that was announced costs the connection. */
  async #feed(tag: string, left: number): Promise<void> {
    const running = this.#running.get(tag);
    try {
      this.#body ??= new AppendBody(running?.operation.body);
      const bytes = await this.#body.next(left);
      if (bytes.length === left) {
        this.#body = undefined;
        if (running !== undefined) running.unsent = false;
      }
      this.#driver.send({ type: "append-chunk", bytes });
    } catch (error) {
      running?.reject(error);
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
      if (running !== undefined) running.failure = error;
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

  /** Stops waiting for an operation when its signal says so. */
  #heed(signal: AbortSignal, running: Running): void {
    const stop = (): void => {
      running.reject(aborted(signal));
      // The server waits for bytes that will not come.
      if (running.unsent) this.#driver.abort(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    running.forgetSignal = () => signal.removeEventListener("abort", stop);
  }

  #goodbye(): ConnectionError {
    return new ConnectionError(
      "closed",
      this.#farewell === undefined ? "the connection is over" : `the server left: ${this.#farewell.text}`,
    );
  }

  /** Nothing more will come: whoever waits is told why. */
  #over(reason: unknown): void {
    this.#milestone?.reject(reason);
    for (const { reject, forgetSignal } of this.#running.values()) {
      forgetSignal?.();
      reject(reason);
    }
    this.#running.clear();
    void this.#body?.leave();
    this.#body = undefined;
    this.#news.give();
  }

  #tag(): string {
    this.#said += 1;
    return `${this.#prefix}${this.#said}`;
  }
}

const NUMBER_BYTES = 8;

/** Takes the responses that nobody asked for. */
const NOBODY: MessageSink = { hungry: true, wants: () => false, begin: ignore, chunk: ignore, endChunk: ignore, message: ignore };

function ignore(): void {
  // Nobody reads it.
}

/** The FETCH response that a large literal is part of, as far as it is known. */
function foretell({ sequenceNumber, items, item, size }: Extract<ClientEvent, { readonly type: "literal-start" }>): FetchResponse {
  return { type: "FETCH", sequenceNumber, items: [...items, { ...item, data: { size } }] };
}

/** What it takes to keep a response. */
function weigh(response: UntaggedData, raw: readonly Uint8Array[]): number {
  // The numbers of a long search are not among the bytes.
  const numbers = response.type === "SEARCH" ? response.numbers.length : 0;
  return raw.reduce((bytes, { length }) => bytes + length, numbers * NUMBER_BYTES);
}

function aborted(signal: AbortSignal): ConnectionError {
  return new ConnectionError("aborted", "nobody waits for it any more", { cause: signal.reason });
}

/** Four letters that a peer cannot guess, so that it cannot answer what was not asked yet. */
function randomPrefix(): string {
  const letters = crypto.getRandomValues(new Uint8Array(4));
  return String.fromCharCode(...letters.map((byte) => 65 + (byte % 26)));
}
