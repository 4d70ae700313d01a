// How a client behaves: what it got done, and how often it erred or wasted time. RFC 5321 section 4.3.2, and Postfix's error limits.

import type { ServerLimits } from "./limits.ts";
import type { Verb } from "./state.ts";

/** Commands that achieve nothing. */
const JUNK: ReadonlySet<string> = new Set(["NOOP", "VRFY", "EXPN", "HELP", "ETRN", "RSET"]);

/** Counts what a client does on one connection. */
export class Conduct {
  readonly #limits: ServerLimits;
  #messages = 0;
  #junkCommands = 0;
  #errors = 0;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** Messages that were taken. */
  get messages(): number {
    return this.#messages;
  }

  /** Commands that were refused with 5yz, and junk beyond its limit. */
  get errors(): number {
    return this.#errors;
  }

  /** Whether that is more than is borne. */
  get isUnbearable(): boolean {
    return this.#errors > this.#limits.maxErrors;
  }

  /** Forgets errors: a message was taken, or someone may have spoken in the client's place. */
  forgive(): void {
    this.#errors = this.#junkCommands = 0;
  }

  /** Notes that `verb` was answered with `code`. */
  note(verb: Verb | "unknown", code: number): void {
    if (verb === "end-of-data" && code < 300) {
      this.#messages += 1;
      this.forgive();
    }
    const isJunk = JUNK.has(verb);
    if (isJunk) this.#junkCommands += 1;
    const isError = code >= 500 && verb !== "greeting";
    if (isError || (isJunk && this.#junkCommands > this.#limits.maxJunkCommands)) this.#errors += 1;
  }
}
