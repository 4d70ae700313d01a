// A timer for a deadline that moves: it looks again when it fires, so that moving the deadline costs nothing.

/** The longest delay that `setTimeout` takes. */
const MAX_DELAY_MS = 2_147_483_647;

/** Calls `expire` once, as soon as `msLeft` is no longer positive, unless stopped. */
export class Expiry {
  readonly #msLeft: () => number;
  readonly #expire: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(msLeft: () => number, expire: () => void) {
    this.#msLeft = msLeft;
    this.#expire = expire;
    this.#arm();
  }

  /** Ends it; `expire` will not be called any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    const ms = Math.min(Math.max(this.#msLeft(), 0), MAX_DELAY_MS);
    this.#timer = setTimeout(() => (this.#msLeft() > 0 ? this.#arm() : this.#expire()), ms);
  }
}
