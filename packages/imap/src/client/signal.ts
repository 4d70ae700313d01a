// Somebody waits for news, somebody else has some.

/** Wakes all who wait. */
export class Signal {
  #waiters: (() => void)[] = [];

  /** Resolves at the next {@link Signal.give}. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** There is news. */
  give(): void {
    if (this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
