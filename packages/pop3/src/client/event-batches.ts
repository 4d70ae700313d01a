// What a session tells, as many events at a time as it has: waiting for each of a thousand short answers takes longer than reading them.

import { NEED_INPUT } from "@mailwire/wire";
import type { Output, Patience, Session, TlsInfo } from "@mailwire/wire";

/** A session whose events come in batches, each holding all that was understood of what had arrived. */
export class EventBatches<Event, Intent> implements Session<readonly Event[], Intent> {
  readonly #session: Session<Event, Intent>;
  /** What came behind the last batch, and is given once only. */
  #next: (() => Output<readonly Event[]>) | undefined;

  constructor(session: Session<Event, Intent>) {
    this.#session = session;
  }

  get patience(): Patience {
    return this.#session.patience;
  }

  receive(chunk: Uint8Array): void {
    this.#session.receive(chunk);
  }

  receiveEof(): void {
    this.#session.receiveEof();
  }

  receiveTls(info: TlsInfo): void {
    this.#session.receiveTls(info);
  }

  send(intent: Intent): void {
    this.#session.send(intent);
  }

  poll(): Output<readonly Event[]> {
    const next = this.#next;
    if (next !== undefined) {
      this.#next = undefined;
      return next();
    }
    const batch: Event[] = [];
    for (;;) {
      const output = this.#pollSession(batch);
      if (output.type === "event") batch.push(output.event);
      else if (batch.length === 0) return output;
      else {
        // That there is nothing to do is found again, if it is still so.
        if (output.type !== "need-input" && output.type !== "paused") this.#next ??= () => output;
        return { type: "event", event: batch };
      }
    }
  }

  /** What the session throws waits until the batch before it was given. */
  #pollSession(batch: readonly Event[]): Output<Event> {
    try {
      return this.#session.poll();
    } catch (error) {
      if (batch.length === 0) throw error;
      this.#next = () => {
        throw error;
      };
      return NEED_INPUT;
    }
  }
}
