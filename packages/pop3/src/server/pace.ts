// Who errs or guesses passwords waits: for each answer after too many errors, and longer with each login that failed.

import { pause } from "@mailwire/transport";
import type { Pop3ServerOptions } from "./options.ts";

/** The pace of one connection. */
export class Pace {
  readonly #errorDelay: { readonly afterErrors: number; readonly ms: number };
  readonly #failedLoginDelayMs: number;
  readonly #over: Promise<unknown>;
  #failedLogins = 0;

  /** `over` resolves when the connection is: nothing waits then. */
  constructor(options: Pop3ServerOptions, over: Promise<unknown>) {
    this.#errorDelay = options.errorDelay ?? { afterErrors: 10, ms: 1000 };
    this.#failedLoginDelayMs = options.failedLoginDelayMs ?? 1000;
    this.#over = over;
  }

  /** Waits where a client has made so many errors. */
  async afterErrors(errors: number): Promise<void> {
    if (errors > this.#errorDelay.afterErrors) await pause(this.#errorDelay.ms, this.#over);
  }

  /** Waits since a login failed. */
  async afterFailedLogin(): Promise<void> {
    this.#failedLogins += 1;
    await pause(this.#failedLogins * this.#failedLoginDelayMs, this.#over);
  }
}
