// The loop of a conversation: step after step as long as each is done at once. What takes time leaves no stack behind, and while the peer says
// nothing, nothing but the read waits: a server has thousands of these, and nearly all of them stand still.

import { ProtocolError } from "@mailwire/wire";
import type { EventTaker } from "./driver.ts";
import { Turn } from "./turn.ts";

/** What whoever takes the events is told: one, or that there is no more. */
type News<Event> = { readonly type: "event"; readonly event: Event } | "over";

/** What came of a step: news; a promise, to wait for; or `wait`, where a wake-up tells when to go on. */
export type Step<Event> = News<Event> | Promise<void> | "wait";

/** What a {@link Loop} runs. */
export interface Stepper<Event> {
  /** Does what is to be done next. */
  step(): Step<Event>;
  /** A step threw or rejected; resolves with the error to be told. */
  fail(error: unknown): Promise<Error>;
  /** The loop stands still until events are asked for again. */
  onIdle(): void;
}

const SOON = Promise.resolve();

/** Runs steps for one taker at a time. */
export class Loop<Event> {
  readonly #stepper: Stepper<Event>;
  readonly #turn = new Turn();
  /** There while it runs. */
  #taker: EventTaker<Event> | undefined;
  #isWaiting = false;
  /** Whether it was woken since the last step began. */
  #isWoken = false;

  constructor(stepper: Stepper<Event>) {
    this.#stepper = stepper;
  }

  /** Whether somebody asked for events and has none yet. */
  get isRunning(): boolean {
    return this.#taker !== undefined;
  }

  /** Gives events to `taker`, one after the other; while that one is busy with one, another may come for the next. */
  run(taker: EventTaker<Event>): void {
    if (this.#enter(taker)) this.#advance();
  }

  /** Bytes have come, so others of this process have had their turn. */
  beginTurn(): void {
    this.#turn.begin();
  }

  /** Goes on soon where it waits: whoever calls may have more to say at once. */
  wake(): void {
    if (this.#awake()) void SOON.then(() => this.#advance());
  }

  /** Goes on at once where it waits. */
  goOn(): void {
    if (this.#awake()) this.#advance();
  }

  /** Whether it waited. */
  #awake(): boolean {
    const waited = this.#isWaiting;
    this.#isWaiting = false;
    this.#isWoken = true;
    return waited;
  }

  #advance(): void {
    for (;;) {
      const news = this.#untilNews();
      if (news === undefined || !this.#give(news)) return;
    }
  }

  /** `undefined` where that takes time, and it goes on by itself. */
  #untilNews(): News<Event> | undefined {
    try {
      for (;;) {
        this.#isWoken = false;
        const step = this.#stepper.step();
        if (step instanceof Promise) {
          step.then(
            () => this.#advance(),
            (error: unknown) => this.#fail(error),
          );
          return undefined;
        }
        if (step !== "wait") return step;
        if (this.#mustWait()) return undefined;
      }
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  /** False where it was woken while the step was done. */
  #mustWait(): boolean {
    this.#isWaiting = !this.#isWoken;
    return this.#isWaiting;
  }

  /** Whether to go on. */
  #give(news: News<Event>): boolean {
    const taker = this.#leave();
    if (news === "over") taker?.done();
    else if (taker !== undefined) {
      try {
        const taken = taker.take(news.event);
        if (taken === undefined) return this.#enter(taker);
        if (taken === "enough") taker.done();
        else
          taken.then(
            (last) => (last === "enough" ? taker.done() : this.run(taker)),
            (error: unknown) => taker.fail(error),
          );
      } catch (error) {
        taker.fail(error);
      }
    }
    return false;
  }

  #fail(error: unknown): void {
    const tell = (failure: unknown): void => this.#leave()?.fail(failure);
    this.#stepper.fail(error).then(tell, tell);
  }

  /** Whether to go on at once. */
  #enter(taker: EventTaker<Event>): boolean {
    if (this.#taker !== undefined) {
      taker.fail(new ProtocolError("local", "concurrent-next", "one next() at a time"));
      return false;
    }
    this.#taker = taker;
    const others = this.#turn.step();
    void others?.then(() => this.#advance());
    return others === undefined;
  }

  #leave(): EventTaker<Event> | undefined {
    const taker = this.#taker;
    this.#taker = undefined;
    this.#stepper.onIdle();
    return taker;
  }
}
