// How long a server session waits for its client (RFC 3501 section 5.4).

import { fromLatin1 } from "@mailwire/wire";
import type { Patience } from "@mailwire/wire";
import type { ServerLimits } from "./limits.ts";
import type { State } from "./state.ts";
import type { Way, Work } from "./work.ts";

/** RFC 9051 section 7.1.5: the autologout. */
const TIMED_OUT = fromLatin1("* BYE You took too long\r\n");

/** What is waited for. */
interface Waiting {
  readonly state: State;
  readonly way: Way["at"];
  readonly work: Work["at"];
}

/** A new wait. */
export function serverPatience({ state, way, work }: Waiting, limits: ServerLimits): Patience {
  const { loginMs, inactivityMs, saslMs, tlsMs, appendMs, minBytesPerSecond } = limits;
  if (way === "upgrading" || way === "handshake") return { phase: "tls", ms: tlsMs };
  if (work === "body" || work === "drain") return { phase: "append", ms: appendMs, minBytesPerSecond, farewell: TIMED_OUT };
  // RFC 2177 section 3: who idles for longer than the autologout may be taken for gone, whatever it is told meanwhile.
  if (work === "idle") return { phase: "idle", ms: inactivityMs, farewell: TIMED_OUT };
  if (work === "exchange") return { phase: "sasl", ms: saslMs, farewell: TIMED_OUT };
  return { phase: "command", ms: state === "not-authenticated" ? loginMs : inactivityMs, farewell: TIMED_OUT };
}
