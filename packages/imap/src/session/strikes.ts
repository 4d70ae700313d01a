// When a server has had enough of a client: commands answered BAD in a row, commands without a login, refused logins in all.

import type { ServerLimits } from "./limits.ts";
import type { State } from "./state.ts";

/** Counts what went wrong; {@link Strikes.enough} says why to stop, once there is a reason. */
export class Strikes {
  readonly #limits: ServerLimits;
  #badCommands = 0;
  #strangerCommands = 0;
  #loginFailures = 0;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** A command was answered; it left the conversation in `state`. */
  answered(status: "OK" | "NO" | "BAD", state: State): void {
    this.#badCommands = status === "BAD" ? this.#badCommands + 1 : 0;
    this.#count(state);
  }

  /** A command was refused before anybody could answer it. NO to that makes up for no bad ones. */
  rejected(status: "NO" | "BAD", state: State): void {
    if (status === "BAD") this.#badCommands += 1;
    this.#count(state);
  }

  /** An attempt to log in was refused. */
  loginFailed(): void {
    this.#loginFailures += 1;
  }

  /** The words to end the connection with; `undefined` while it may go on. */
  get enough(): string | undefined {
    if (this.#badCommands > this.#limits.maxBadCommands) return "Too many bad commands";
    if (this.#loginFailures > this.#limits.maxLoginFailures) return "Too many failed logins";
    if (this.#strangerCommands > this.#limits.maxCommandsBeforeLogin) return "Too many commands without a login";
    return undefined;
  }

  #count(state: State): void {
    if (state === "not-authenticated") this.#strangerCommands += 1;
  }
}
