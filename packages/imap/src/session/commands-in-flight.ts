// The commands of a client that are not answered yet: those sent, and those that wait their turn (RFC 3501 section 5.5).

import type { Command } from "../codec/command.ts";
import type { Segment } from "../codec/literal.ts";
import { areConfusable, goesAlone, saysNumbers, shiftsNumbers } from "./ambiguity.ts";
import { stateAfter } from "./state.ts";
import type { State, Verb } from "./state.ts";

/** A command on its way. */
export interface Flight {
  readonly tag: string;
  readonly command: Command;
  /** Its row in the state table. */
  readonly verb: Verb | undefined;
  /** What to send. */
  readonly segments: readonly Segment[];
}

/** Keeps the order and the tags of commands. */
export class CommandsInFlight {
  readonly #sent = new Map<string, Flight>();
  readonly #waiting: Flight[] = [];
  #alone = 0;
  #shifting = 0;
  /** The state when all of them will have succeeded. */
  #expected: State;

  constructor(state: State) {
    this.#expected = state;
  }

  /** The state when all that was said will have succeeded: what is legal to say next. */
  get expected(): State {
    return this.#expected;
  }

  /** How many are sent and not answered. */
  get sent(): number {
    return this.#sent.size;
  }

  /** True when none is sent and none waits. */
  get empty(): boolean {
    return this.#sent.size === 0 && this.#waiting.length === 0;
  }

  /** True when a command with this tag is not answered yet. */
  has(tag: string): boolean {
    return this.#sent.has(tag) || this.#waiting.some((flight) => flight.tag === tag);
  }

  /** True when the command with this tag is sent and not answered. */
  isSent(tag: string): boolean {
    return this.#sent.has(tag);
  }

  /** Adds a command to the end of the line. */
  add(flight: Flight): void {
    this.#waiting.push(flight);
    this.#expected = afterSuccess(this.#expected, flight);
  }

  /** The next command, when it may be sent now; it is in flight from here on. */
  depart(): Flight | undefined {
    const [next] = this.#waiting;
    if (next === undefined || !this.#mayGo(next.command)) return undefined;
    this.#waiting.shift();
    this.#sent.set(next.tag, next);
    this.#count(next, 1);
    return next;
  }

  /** Takes the command that was answered; `undefined` when none with this tag was sent. */
  arrive(tag: string): Flight | undefined {
    const flight = this.#sent.get(tag);
    if (flight === undefined) return undefined;
    this.#sent.delete(tag);
    this.#count(flight, -1);
    return flight;
  }

  /** Starts over from a state that was not expected (a command failed, the server said BYE). */
  expectFrom(state: State): void {
    this.#expected = [...this.#sent.values(), ...this.#waiting].reduce(afterSuccess, state);
  }

  #mayGo(command: Command): boolean {
    if (this.#alone > 0 || (goesAlone(command) && this.#sent.size > 0)) return false;
    if (this.#shifting > 0 && saysNumbers(command)) return false;
    for (const flight of this.#sent.values()) if (areConfusable(flight.command, command)) return false;
    return true;
  }

  #count({ command }: Flight, by: 1 | -1): void {
    if (goesAlone(command)) this.#alone += by;
    if (shiftsNumbers(command)) this.#shifting += by;
  }
}

function afterSuccess(state: State, { verb }: Flight): State {
  return verb === undefined ? state : stateAfter(state, verb, "ok");
}
