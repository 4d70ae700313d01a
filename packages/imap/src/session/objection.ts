// What a server session refuses by itself, whoever stands behind it (RFC 3501 section 3).

import type { Condition } from "./server-events.ts";
import type { State, Verb } from "./state.ts";
import { maySay } from "./verb.ts";
import type { Way } from "./work.ts";

/** What the session answers by itself. */
export interface Objection extends Condition {
  readonly reason: string;
  readonly status: "NO" | "BAD";
}

/** The answer to what the grammar has and this session does not. */
export const NOT_OFFERED: Objection = { reason: "not-offered", status: "BAD", text: "Not offered here" };

/** What a command may depend on. */
interface Circumstances {
  readonly state: State;
  readonly way: Way["at"];
  readonly allowPlaintextAuth?: boolean | undefined;
}

/** Why a command may not be said now; `undefined` when it may. */
export function objectionTo(verb: Verb | undefined, { state, way, allowPlaintextAuth }: Circumstances): Objection | undefined {
  if (!maySay(state, verb) || (verb === "STARTTLS" && way === "secure")) {
    return { reason: "illegal-now", status: "BAD", text: "Not now" };
  }
  if (verb === "LOGIN" && way !== "secure" && allowPlaintextAuth !== true) {
    return { reason: "privacy-required", status: "NO", code: { type: "PRIVACYREQUIRED" }, text: "LOGIN needs TLS" };
  }
  return undefined;
}
