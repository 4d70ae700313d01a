// What may be said on a way that anyone can listen and talk on, and what may be believed before authentication.

import type { Verb } from "./state.ts";

/** Commands that give nothing away and change nothing. */
export const SAFE_IN_CLEAR: ReadonlySet<Verb | undefined> = new Set<Verb>(["CAPABILITY", "NOOP", "LOGOUT", "STARTTLS"]);

/** Responses that belong to a mailbox or to an account: nonsense before authentication. */
export const NEEDS_ACCOUNT: ReadonlySet<string> = new Set("LIST LSUB STATUS SEARCH ESEARCH FLAGS EXISTS RECENT EXPUNGE FETCH".split(" "));
