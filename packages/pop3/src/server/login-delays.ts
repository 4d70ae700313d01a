// LOGIN-DELAY (RFC 2449 section 6.5): how soon a user may come back, over all connections of a server.

import { withLimits } from "@mailwire/wire";
import type { LoginDelay } from "../codec/capabilities.ts";

/** How {@link LoginDelays} delays. */
export interface LoginDelayOptions {
  /** Least seconds between two logins of a user; with `secondsOf` the most that it gives. */
  readonly seconds: number;
  /** The least seconds for one user. */
  readonly secondsOf?: (identity: string) => number;
  /** How many users are remembered; beyond that those who came first are forgotten. Default 100,000, about 10 MB. */
  readonly maxIdentities?: number;
  /** A clock in milliseconds; `Date.now` unless given. */
  readonly now?: () => number;
}

/** Remembers who logged in when. Make one, and give it to all connections of a server as `loginDelays`. */
export class LoginDelays {
  readonly #options: LoginDelayOptions;
  readonly #maxIdentities: number;
  readonly #now: () => number;
  /** Milliseconds of the last login, oldest first. */
  readonly #logins = new Map<string, number>();

  constructor(options: LoginDelayOptions) {
    const { maxIdentities, now = Date.now } = options;
    this.#options = options;
    this.#maxIdentities = withLimits({ maxIdentities: 100_000 }, { ...(maxIdentities !== undefined && { maxIdentities }) }).maxIdentities;
    this.#now = now;
  }

  /** What CAPA tells a user, or whoever is not logged in yet. */
  delayOf(identity: string | undefined): LoginDelay {
    const { seconds, secondsOf } = this.#options;
    if (secondsOf === undefined) return { seconds, scope: "everybody" };
    return identity === undefined ? { seconds, scope: "per-user" } : { seconds: secondsOf(identity), scope: "everybody" };
  }

  /** True when this user may log in now. */
  admits(identity: string): boolean {
    const last = this.#logins.get(identity);
    return last === undefined || this.#now() - last >= 1000 * this.delayOf(identity).seconds;
  }

  /** This user has logged in. */
  note(identity: string): void {
    const now = this.#now();
    this.#logins.delete(identity);
    this.#logins.set(identity, now);
    for (const [earliest, login] of this.#logins) {
      if (this.#logins.size <= this.#maxIdentities && now - login < 1000 * this.#options.seconds) break;
      this.#logins.delete(earliest);
    }
  }
}
