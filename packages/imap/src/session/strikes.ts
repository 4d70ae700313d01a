// When a server has had enough of a client: commands answered BAD in a row, refused logins in all.

import type { ServerLimits } from "./limits.ts";

/** Counts what went wrong; {@link Strikes.enough} says why to stop, once there is a reason. */
export class Strikes {
  readonly #limits: ServerLimits;
  #badCommands = 0;
  #loginFailures = 0;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** A command was answered. */
  answered(status: "OK" | "NO" | "BAD"): void {
    this.#badCommands = status === "BAD" ? this.#badCommands + 1 : 0;
  }

  /** An attempt to log in was refused. */
  loginFailed(): void {
    this.#loginFailures += 1;
  }

  /** The words to end the connection with; `undefined` while it may go on. */
  get enough(): string | undefined {
    if (this.#badCommands > this.#limits.maxBadCommands) return "Too many bad commands";
    if (this.#loginFailures > this.#limits.maxLoginFailures) return "Too many failed logins";
    return undefined;
  }
}
