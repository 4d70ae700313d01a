// What precedes the conversation, in clear and before TLS, such as the header of a proxy. It is read to its last byte, and what follows is
// put back for whoever reads next.

import type { Socket } from "node:net";
import { fromDuplex } from "@mailwire/transport";
import { ConnectionError } from "@mailwire/wire";
import type { TransportInfo } from "@mailwire/wire";
import { bounded } from "./bounded.ts";

/** Says which connections begin with a preamble. */
export interface PreambleOptions {
  /** Called for each connection: the decoder of its preamble, or `undefined` for a connection that is served as it is. */
  readonly expects: (info: TransportInfo) => PreambleDecoder | undefined;
  /** Milliseconds that a preamble may take; it is short, and the peer has no reason to wait. */
  readonly timeoutMs: number;
}

/** Reads one preamble. */
export interface PreambleDecoder {
  /** Takes bytes as they come, cut anywhere; `undefined` while some are missing. What it throws drops the connection. */
  decode(chunk: Uint8Array): Preamble | undefined;
}

/** A preamble that is complete. */
export interface Preamble {
  /** Addresses that take the place of what the socket tells. */
  readonly info: Pick<TransportInfo, "remote" | "local">;
  /** The bytes behind it, out of the chunk that completed it. */
  readonly rest: Uint8Array;
}

/** Reads the preamble and leaves `socket` to the next reader, at the first byte behind it. */
export function readPreamble(socket: Socket, decoder: PreambleDecoder, timeoutMs: number): Promise<Preamble["info"]> {
  return bounded(untilComplete(socket, decoder), "preamble", { timeoutMs });
}

async function untilComplete(socket: Socket, decoder: PreambleDecoder): Promise<Preamble["info"]> {
  const transport = fromDuplex(socket);
  for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) {
    const preamble = decoder.decode(chunk);
    if (preamble === undefined) continue;
    const later = transport.release();
    for (const bytes of [later, preamble.rest]) if (bytes !== null && bytes.length > 0) socket.unshift(bytes);
    return preamble.info;
  }
  throw new ConnectionError("eof", "the connection ended before its preamble was complete", { phase: "preamble" });
}
