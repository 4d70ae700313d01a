// Whose turn it is: a conversation that finds a hundred commands in what came at once lets the others of this process go on in between.

/** Events of one conversation before the others have their turn: well under a millisecond of most protocols, and dear enough not to yield for each. */
const MAX_EVENTS = 16;

/** What runs something after what others wait for; not every platform has the better one. */
interface Timers {
  readonly setTimeout: (resume: () => void, ms: number) => unknown;
  readonly setImmediate?: (resume: () => void) => unknown;
}

// As they are when this is loaded: who fakes timers later does not mean this.
const { setTimeout, setImmediate: later = (resume: () => void) => setTimeout(resume, 0) } = globalThis as Timers;

/** The turn of one conversation, which begins when bytes have come. */
export class Turn {
  #events = 0;

  /** Begins a new one. */
  begin(): void {
    this.#events = 0;
  }

  /** Counts an event; resolves, where it is one too many, once the others have had their turn. */
  step(): Promise<void> | undefined {
    this.#events += 1;
    if (this.#events <= MAX_EVENTS) return undefined;
    this.#events = 1;
    return new Promise((resolve) => void later(resolve));
  }
}
