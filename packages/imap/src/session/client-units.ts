// What a server's observer sees of its client: each part of a command once, secrets wrapped.

import { Secret, fromLatin1, latin1 } from "@mailwire/wire";
import type { Unit } from "@mailwire/wire";
import type { CommandEvent } from "../codec/command-event.ts";
import type { Work } from "./work.ts";

const CRLF = fromLatin1("\r\n");

/** The unit of what the decoder found; `undefined` for what is shown otherwise, or is nothing to show. */
export function clientUnit(event: CommandEvent, work: Work): Unit | undefined {
  switch (event.type) {
    case "command":
    case "append":
    case "bad":
      return { from: "client", kind: "line", parts: event.parts };
    case "literal-chunk":
      return { from: "client", kind: "literal", parts: [event.bytes] };
    case "line":
      // What should be DONE and is not may be anything.
      if (work.at === "idle")
        return { from: "client", kind: "line", parts: [isDone(event.bytes) ? event.bytes : new Secret(event.bytes), CRLF] };
      return { from: "client", kind: "sasl", parts: [new Secret(event.bytes), CRLF] };
    default:
      return undefined;
  }
}

/** idle = "IDLE" CRLF "DONE" ; whether a line is the second (RFC 2177 section 4) */
export function isDone(line: Uint8Array): boolean {
  return latin1(line).toUpperCase() === "DONE";
}
