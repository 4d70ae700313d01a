// All hostile connections of a scenario: they come from many addresses, are counted by their fates, and leave together.

import { type Dialling, type Fate, HostileConnection } from "./hostile-connection.ts";

/** How many connections met which fate. */
export type Fates = Readonly<Record<Fate, number>>;

/** More connections at once than a listener's queue takes would be late, which proves nothing. */
const AT_ONCE = 200;

/** The hostile connections of a scenario. */
export class Crowd {
  readonly #present: HostileConnection[] = [];
  /** Of those that have left. */
  readonly #past: Record<Fate, number> = { unheard: 0, served: 0, refused: 0, dropped: 0, ended: 0 };

  /** One more. */
  join(dialling: Dialling): HostileConnection {
    const connection = new HostileConnection(dialling);
    this.#present.push(connection);
    return connection;
  }

  /** Many more, some at a time, each once the server has said something to the one before it, or dropped it. */
  async joinAll(diallings: readonly Dialling[]): Promise<readonly HostileConnection[]> {
    const joined: HostileConnection[] = [];
    const waiting = [...diallings].reverse();
    const keepJoining = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const connection = this.join(next);
        joined.push(connection);
        await connection.hears(/./);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, keepJoining));
    return joined;
  }

  /** One leaves. */
  dismiss(connection: HostileConnection): void {
    this.#past[connection.fate] += 1;
    this.#present.splice(this.#present.indexOf(connection), 1);
    connection.leave();
  }

  /** All leave. */
  disperse(): void {
    for (const connection of this.#present) connection.leave();
  }

  /** How all were treated so far, those who have left included. */
  get fates(): Fates {
    const fates = { ...this.#past };
    for (const { fate } of this.#present) fates[fate] += 1;
    return fates;
  }
}

/** The address of number `index` of a crowd, in 127.1.0.0/16; those who behave come from 127.0.0.1. */
export function addressOf(index: number): string {
  return `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`;
}
