// One connection of somebody who means no good: it says what it likes, and knows how it was treated.

import { type Socket, connect } from "node:net";
import { type TLSSocket, connect as connectTls } from "node:tls";

/**
 * How the server treats a connection: `unheard` (nothing was said to it yet), `served` (it was greeted, and goes on), `refused` (turned away with a
 * word), `dropped` (ended without a word), `ended` (greeted, and ended by the server later).
 */
export type Fate = "unheard" | "served" | "refused" | "dropped" | "ended";

/** Words that a server turns somebody away with. */
const REFUSAL = /^(?:421 |-ERR \[SYS\/TEMP\] Too many|\* BYE Too many)/;

/** As much as is remembered of what the server said. */
const MAX_HEARD_CHARS = 4096;

/** Where from, where to, and how. */
export interface Dialling {
  readonly port: number;
  /** One of this machine's loopback addresses, to come from. */
  readonly from: string;
  /** Default: in clear. */
  readonly mode?: "in clear" | "inside TLS";
}

/** A connection to 127.0.0.1. Its end is not followed by ours: a hostile client leaves when it likes. */
export class HostileConnection {
  /** The latest of what the server said, latin1. */
  heard = "";
  readonly #socket: Socket | TLSSocket;
  #greeting: "none" | "welcome" | "refusal" = "none";
  #isOver = false;
  #listeners = new Set<() => void>();

  constructor({ port, from, mode = "in clear" }: Dialling) {
    const tcp = connect({ port, host: "127.0.0.1", localAddress: from, allowHalfOpen: true, noDelay: true });
    tcp.on("error", () => undefined);
    this.#socket = mode === "in clear" ? tcp : connectTls({ socket: tcp, rejectUnauthorized: false });
    this.#socket.on("error", () => undefined).setEncoding("latin1");
    this.#socket.on("data", (text: string) => this.#hear(text));
    for (const end of ["end", "close"]) {
      this.#socket.on(end, () => {
        this.#isOver = true;
        this.#tell();
      });
    }
  }

  /** How the server treats it. */
  get fate(): Fate {
    if (this.#greeting === "refusal") return "refused";
    if (this.#greeting === "none") return this.#isOver ? "dropped" : "unheard";
    return this.#isOver ? "ended" : "served";
  }

  /** Resolves to whether `pattern` was heard, now or later; false once the server has ended it, or after `ms`. */
  hears(pattern: RegExp, ms = 15_000): Promise<boolean> {
    return this.#until(() => (pattern.test(this.heard) ? true : this.#isOver ? false : undefined), ms);
  }

  /** Resolves to whether the server has ended it, within `ms`. */
  ends(ms: number): Promise<boolean> {
    return this.#until(() => (this.#isOver ? true : undefined), ms);
  }

  /** Says it, and forgets what was heard before. Resolves when the server has room for more, or is gone. */
  async say(text: string | Uint8Array): Promise<void> {
    this.heard = "";
    if (this.#socket.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off("drain", done).off("close", done);
        resolve();
      };
      this.#socket.on("drain", done).on("close", done);
      if (this.#socket.destroyed) done();
    });
  }

  /** Reads no more from now on. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Says that nothing more will come, and stays. */
  halfClose(): void {
    this.#socket.end();
  }

  /** Leaves, by a reset where there is something unread. */
  leave(): void {
    this.#socket.destroy();
  }

  #hear(text: string): void {
    if (this.#greeting === "none") this.#greeting = REFUSAL.test(text) ? "refusal" : "welcome";
    this.heard = (this.heard + text).slice(-MAX_HEARD_CHARS);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #until(look: () => boolean | undefined, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const check = (): void => {
        const answer = look();
        if (answer !== undefined) done(answer);
      };
      const done = (answer: boolean): void => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        resolve(answer);
      };
      const timer = setTimeout(() => done(false), ms);
      this.#listeners.add(check);
      check();
    });
  }
}
