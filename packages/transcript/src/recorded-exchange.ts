// A document as exchanges: what the client said, line by line, and what the recorded server said next.

import { latin1 } from "@mailwire/wire";
import type { SessionDocument } from "./session-document.ts";

/** One client line and the answer to it. The first of a session has nothing said: it is the greeting. */
export interface RecordedExchange {
  /** The line, with its line end. */
  readonly said: Uint8Array;
  /** What the server said next, before the client said more, one character per byte. */
  readonly recorded: string;
  /** What happened after that. */
  readonly then: "next" | "tls";
}

/** All exchanges of a document, in order. */
export function recordedExchanges(document: SessionDocument): RecordedExchange[] {
  const exchanges: RecordedExchange[] = [];
  let exchange: RecordedExchange = { said: new Uint8Array(0), recorded: "", then: "next" };
  for (const line of document.parts.flatMap(({ wire }) => wire)) {
    if (line.from === "tls") exchange = { ...exchange, then: "tls" };
    else if (line.from === "server") exchange = { ...exchange, recorded: exchange.recorded + latin1(line.bytes) };
    else {
      exchanges.push(exchange);
      exchange = { said: line.bytes, recorded: "", then: "next" };
    }
  }
  return [...exchanges, exchange];
}
