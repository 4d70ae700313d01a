// The commands of a client that are not answered yet: those that were sent, in the order of their answers, and those that wait until they may
// follow (RFC 2920 section 3.1). From them follows where the conversation will stand.

import { nextState } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";
import { type Answer, type State, TRANSITIONS, type Verb } from "./state.ts";

/** An answer that is owed. */
export interface Owed {
  readonly verb: Verb | "unknown";
  readonly command: Command | undefined;
  /** In LMTP, answers to the same message that come behind this one. */
  readonly more?: number;
}

/** Commands that others may follow before the answer. */
const GROUPED: ReadonlySet<string> = new Set(["MAIL", "RCPT", "RSET", "BDAT", "end-of-data"]);

/** Keeps the order of commands and answers. It begins with the greeting owed. */
export class CommandsInFlight {
  readonly #maxPipelined: number;
  readonly #owed: Owed[] = [{ verb: "greeting", command: undefined }];
  readonly #waiting: Command[] = [];
  #hoped: State = "greeting";

  /** At most `maxPipelined` are sent before their answers have come. */
  constructor(maxPipelined: number) {
    this.#maxPipelined = maxPipelined;
  }

  /** Where all that was said will lead if the server agrees. */
  get hoped(): State {
    return this.#hoped;
  }

  /** The answer that comes next. */
  get next(): Owed | undefined {
    return this.#owed[0];
  }

  /** How many answers are owed. */
  get owed(): number {
    return this.#owed.length;
  }

  /** True when the end of the stream leaves nothing unanswered. */
  get mayEnd(): boolean {
    return this.#owed.every(({ verb }) => verb === "QUIT");
  }

  /** True when a command may be sent now; `pipelining` is what the server offers. */
  mayFollow(pipelining: "offered" | "absent"): boolean {
    return this.#waiting.length === 0 && this.#isFree(pipelining);
  }

  /** Notes that `verb` was said, or will be. */
  hope(verb: Verb | "unknown"): void {
    this.#hoped = afterBest(this.#hoped, verb);
  }

  /** Begins again from `state`: something went otherwise than hoped for. */
  hopeFrom(state: State): void {
    this.#hoped = [...this.#owed, ...this.#waiting].reduce((hoped, { verb }) => afterBest(hoped, verb), state);
  }

  /** Notes that an answer is owed. */
  owe(owed: Owed): void {
    this.#owed.push(owed);
  }

  /** Takes what an answer is for; `undefined` when nobody asked. */
  arrive(): Owed | undefined {
    return this.#owed.shift();
  }

  /** Lets a command wait behind the others. */
  wait(command: Command): void {
    this.#waiting.push(command);
  }

  /** The next command that waited and may go now. */
  depart(pipelining: "offered" | "absent"): Command | undefined {
    return this.#isFree(pipelining) ? this.#waiting.shift() : undefined;
  }

  #isFree(pipelining: "offered" | "absent"): boolean {
    const last = this.#owed.at(-1);
    if (last === undefined) return true;
    return GROUPED.has(last.verb) && pipelining === "offered" && this.#owed.length < this.#maxPipelined;
  }
}

/** The state after `verb` if the server agrees. */
function afterBest(state: State, verb: Verb | "unknown"): State {
  if (verb === "unknown") return state;
  return nextState<State, Verb, Answer>(TRANSITIONS, state, verb, bestAnswer(verb));
}

/** What is hoped for. */
export function bestAnswer(verb: Verb | "unknown"): Answer {
  return verb === "DATA" || verb === "AUTH" ? "more" : "ok";
}
