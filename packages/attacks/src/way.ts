// The ways between mailwire and the attacker: a loopback connection, or two joined duplex streams in this process.

import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { Duplex } from "node:stream";

/** Two ends of one connection. */
interface Way {
  readonly mailwire: Duplex;
  readonly attacker: Duplex;
}

/** How ways are made, by name. */
export const WAYS = { socket: sockets, duplex: duplexes } as const;

/** One of {@link WAYS}. */
export type WayName = keyof typeof WAYS;

/** Over TCP. `side` says which end connects. */
async function sockets(side: "client" | "server"): Promise<Way> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepting = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const { port } = server.address() as AddressInfo;
  const connected = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  // Until somebody else listens for errors.
  connected.on("error", () => undefined);
  const accepted = await accepting;
  accepted.on("error", () => undefined);
  server.close();
  return side === "client" ? { mailwire: connected, attacker: accepted } : { mailwire: accepted, attacker: connected };
}

function duplexes(): Promise<Way> {
  const mailwire = new JoinedEnd();
  const attacker = new JoinedEnd();
  mailwire.join(attacker);
  attacker.join(mailwire);
  return Promise.resolve({ mailwire, attacker });
}

/** What is written to one end is read from the other. */
class JoinedEnd extends Duplex {
  #other: JoinedEnd | undefined;
  #resume: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true });
    this.on("error", () => undefined);
  }

  join(other: JoinedEnd): void {
    this.#other = other;
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    const other = this.#other;
    // In a turn of its own, as over a network.
    setImmediate(() => {
      if (other === undefined || other.destroyed || other.push(chunk)) done();
      else other.#resume = done;
    });
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      if (this.#other?.destroyed === false) this.#other.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other;
    this.#resume?.();
    const isOver = this.readableEnded && this.writableFinished;
    setImmediate(() => {
      if (!isOver && other?.destroyed === false) other.destroy(new Error("the other end is gone"));
    });
    done(error);
  }
}
