// One timer for a whole connection: a wait that is renewed or extended moves a number, not a timer.

import type { Patience } from "@mailwire/wire";

/** What a {@link Deadline} tells. */
export interface DeadlineListener {
  /** A wait has lasted longer than its patience. */
  onExpired(patience: Patience): void;
}

/** Tells when a wait has lasted longer than its {@link Patience} allows. Only time spent waiting counts. */
export class Deadline {
  readonly #listener: DeadlineListener;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #firesAt: number | undefined;
  #patience: Patience | undefined;
  /** Milliseconds left to the wait; `#endsAt` while it runs. */
  #left = 0;
  #endsAt: number | undefined;

  constructor(listener: DeadlineListener) {
    this.#listener = listener;
  }

  /** Begins to wait, or goes on with a paused wait when `patience` is the object of the last call. */
  wait(patience: Patience): void {
    if (patience !== this.#patience) {
      this.#patience = patience;
      this.#left = patience.ms;
    }
    this.#endsAt = now() + this.#left;
    this.#arm(this.#endsAt);
  }

  /** Stops the clock: what follows is not the peer's time. The timer stays and looks again when it fires. */
  pause(): void {
    if (this.#endsAt === undefined) return;
    this.#left = this.#endsAt - now();
    this.#endsAt = undefined;
  }

  /** Counts bytes that came: in a phase with a minimum rate they buy time. */
  received(bytes: number): void {
    const rate = this.#patience?.minBytesPerSecond;
    if (rate !== undefined) this.#left += (bytes / rate) * 1000;
  }

  /** Ends it for good; no timer is left behind. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = this.#endsAt = undefined;
    this.#patience = undefined;
  }

  #arm(endsAt: number): void {
    if (endsAt === Infinity || (this.#firesAt !== undefined && endsAt >= this.#firesAt)) return;
    clearTimeout(this.#timer);
    this.#firesAt = endsAt;
    // Longer waits than a timer can hold are taken in pieces: #fire looks again.
    this.#timer = setTimeout(fire, Math.min(Math.max(0, endsAt - now()), 0x7fff_ffff), this);
  }

  /** @internal */
  fire(): void {
    this.#timer = undefined;
    this.#firesAt = undefined;
    if (this.#patience === undefined || this.#endsAt === undefined) return;
    if (now() + 1 >= this.#endsAt) this.#listener.onExpired(this.#patience);
    else this.#arm(this.#endsAt);
  }
}

function fire(deadline: Deadline): void {
  deadline.fire();
}

/** In whole milliseconds: fractions take memory of their own, on each connection. */
function now(): number {
  return Math.floor(performance.now());
}
