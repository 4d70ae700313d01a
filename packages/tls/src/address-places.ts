// How many sockets each address may have at a listener, counted from accept to close: what comes beyond that costs nothing but its accept.

import type { Server, Socket } from "node:net";

/** Gives each address so many places. A socket without an address, such as one of a path, needs none. */
export class AddressPlaces {
  readonly #max: number;
  readonly #taken = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether `socket` has a place; one that has none is gone. */
  admits(socket: Socket): boolean {
    const { remoteAddress: address } = socket;
    if (address === undefined) return true;
    const taken = this.#taken.get(address) ?? 0;
    if (taken >= this.#max) {
      socket.destroy();
      return false;
    }
    this.#taken.set(address, taken + 1);
    socket.once("close", () => this.#giveBack(address));
    return true;
  }

  /** Keeps from `server` the sockets that have no place, before it does anything with them; gives `server`. */
  guard(server: Server): Server {
    if (this.#max === Infinity) return server;
    const listeners = server.listeners("connection");
    server.removeAllListeners("connection").on("connection", (socket: Socket) => {
      if (this.admits(socket)) for (const listener of listeners) listener.call(server, socket);
    });
    return server;
  }

  #giveBack(address: string): void {
    const left = (this.#taken.get(address) ?? 0) - 1;
    if (left > 0) this.#taken.set(address, left);
    else this.#taken.delete(address);
  }
}
