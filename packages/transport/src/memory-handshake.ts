// The simulated TLS handshake of a memory pair: both ends meet, nothing may be unread, and both get what a real handshake would tell.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, StartTls, TlsInfo } from "@mailwire/wire";

/** Which end of a pair. */
export type End = "left" | "right";

/** One end that has arrived. */
interface Seat {
  readonly options: StartTls;
  readonly incoming: { readonly length: number };
  resolve(transport: ByteTransport): void;
  reject(error: Error): void;
}

/** Where the two ends of a pair meet for their one handshake. */
export class MemoryHandshake {
  readonly #connect: (tls: Record<End, TlsInfo>) => Record<End, ByteTransport>;
  readonly #seats = new Map<End, Seat>();
  readonly #failures = new Map<End, Error>();

  /** `connect` makes the pair that speaks inside TLS. */
  constructor(connect: (tls: Record<End, TlsInfo>) => Record<End, ByteTransport>) {
    this.#connect = connect;
  }

  /** Waits for the other end and gives the transport inside TLS. `incoming` is what is still unread in clear. */
  meet(end: End, options: StartTls, incoming: { readonly length: number }): Promise<ByteTransport> {
    return new Promise((resolve, reject) => {
      this.#seats.set(end, { options, incoming, resolve, reject });
      this.#settle();
    });
  }

  /** Gives up, for whoever waits and whoever comes later: `own` at `end`, `theirs` at the other. */
  fail(end: End, own: Error, theirs: Error): void {
    if (this.#failures.size > 0) return;
    this.#failures.set(end, own).set(end === "left" ? "right" : "left", theirs);
    this.#settle();
  }

  #settle(): void {
    const left = this.#seats.get("left");
    const right = this.#seats.get("right");
    if (this.#failures.size === 0 && left !== undefined && right !== undefined) this.#complete(left, right);
    for (const [end, failure] of this.#failures) {
      this.#seats.get(end)?.reject(failure);
      this.#seats.delete(end);
    }
  }

  #complete(left: Seat, right: Seat): void {
    const failure = obstacle(left, right);
    if (failure !== undefined) {
      this.#failures.set("left", failure).set("right", failure);
      return;
    }
    const bindings = {
      "tls-exporter": crypto.getRandomValues(new Uint8Array(32)),
      "tls-server-end-point": crypto.getRandomValues(new Uint8Array(32)),
    };
    const client = left.options.side === "client" ? left.options : right.options;
    const alpn = (client.side === "client" ? client.alpn?.[0] : undefined) ?? null;
    const info = (seat: Seat): TlsInfo => ({
      protocol: "TLSv1.3",
      cipher: "TLS_AES_128_GCM_SHA256",
      alpn,
      authorized: seat.options.side === "client",
      channelBindings: ["tls-exporter", "tls-server-end-point"],
      channelBinding: (type) => Promise.resolve(bindings[type]),
    });
    const pair = this.#connect({ left: info(left), right: info(right) });
    left.resolve(pair.left);
    right.resolve(pair.right);
  }
}

/** What would make a real handshake fail. */
function obstacle(left: Seat, right: Seat): Error | undefined {
  if (left.options.side === right.options.side) {
    return new ProtocolError("local", "bad-upgrade", `both ends want to be the TLS ${left.options.side}`);
  }
  if (left.incoming.length > 0 || right.incoming.length > 0) {
    return new ConnectionError("tls", "bytes in clear arrived where the TLS handshake was expected");
  }
  return undefined;
}
