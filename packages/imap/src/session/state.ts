// All states of an IMAP connection and what moves it between them (RFC 3501 section 3). Client and server share this table.

import { nextState } from "@mailwire/wire";
import type { TransitionTable } from "@mailwire/wire";

/** A state of the connection (RFC 3501 section 3); `greeting` is before the server spoke, `closed` after the connection ended. */
export type State = "greeting" | "not-authenticated" | "authenticated" | "selected" | "logout" | "closed";

/**
 * What moves a connection: a command by its name (UID commands by the name of what they do), or one of the pseudo-verbs `greeting`,
 * `bye` (the server ends it by itself), `tls` (the handshake is done) and `eof`.
 */
export type Verb =
  | "greeting"
  | "bye"
  | "tls"
  | "eof"
  | "CAPABILITY"
  | "NOOP"
  | "LOGOUT"
  | "STARTTLS"
  | "AUTHENTICATE"
  | "LOGIN"
  | "SELECT"
  | "EXAMINE"
  | "CREATE"
  | "DELETE"
  | "RENAME"
  | "SUBSCRIBE"
  | "UNSUBSCRIBE"
  | "LIST"
  | "LSUB"
  | "STATUS"
  | "APPEND"
  | "IDLE"
  | "CHECK"
  | "CLOSE"
  | "UNSELECT"
  | "EXPUNGE"
  | "SEARCH"
  | "FETCH"
  | "STORE"
  | "COPY";

/** The class of an answer: of a command `ok`, `no`, `bad`; of a greeting `ok`, `preauth`, `bye`; of the rest only `ok`. */
export type Answer = "ok" | "no" | "bad" | "preauth" | "bye";

const ANY_STATE = { CAPABILITY: {}, NOOP: {}, LOGOUT: { ok: "logout" }, bye: { ok: "logout" }, eof: { ok: "closed" } } as const;

const AUTHENTICATED = {
  ...ANY_STATE,
  // A failed SELECT leaves nothing selected (RFC 3501 section 6.3.1); one with a syntax error was not tried.
  SELECT: { ok: "selected", no: "authenticated" },
  EXAMINE: { ok: "selected", no: "authenticated" },
  CREATE: {},
  DELETE: {},
  RENAME: {},
  SUBSCRIBE: {},
  UNSUBSCRIBE: {},
  LIST: {},
  LSUB: {},
  STATUS: {},
  APPEND: {},
  IDLE: {},
} as const;

/** `TRANSITIONS[state][verb][answer]` is the next state; a missing verb is illegal, a missing answer means: stay. */
export const TRANSITIONS = {
  greeting: {
    greeting: { ok: "not-authenticated", preauth: "authenticated", bye: "logout" },
    eof: { ok: "closed" },
  },
  "not-authenticated": {
    ...ANY_STATE,
    STARTTLS: {},
    tls: { ok: "not-authenticated" },
    AUTHENTICATE: { ok: "authenticated" },
    LOGIN: { ok: "authenticated" },
  },
  authenticated: AUTHENTICATED,
  selected: {
    ...AUTHENTICATED,
    CHECK: {},
    CLOSE: { ok: "authenticated" },
    UNSELECT: { ok: "authenticated" },
    EXPUNGE: {},
    SEARCH: {},
    FETCH: {},
    STORE: {},
    COPY: {},
  },
  logout: { eof: { ok: "closed" } },
  closed: {},
} as const satisfies TransitionTable<State, Verb, Answer>;

/** The state after `verb` was answered with `answer`. */
export function stateAfter(state: State, verb: Verb, answer: Answer): State {
  return nextState<State, Verb, Answer>(TRANSITIONS, state, verb, answer);
}
