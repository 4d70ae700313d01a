// All states of a POP3 session and what moves it between them (RFC 1939 section 3, RFC 2595 section 4,
// RFC 6856). Client and server share this table.

import { isLegal, nextState } from "@mailwire/wire";
import type { TransitionTable } from "@mailwire/wire";
import type { CommandType } from "../codec/command.ts";

/**
 * A state of the session. `authorization` and `user-accepted` (a name was taken, its password is awaited) are RFC 1939's AUTHORIZATION.
 * `update` is reached by QUIT alone: there, and nowhere else, messages marked as deleted go. `closed` removes nothing.
 */
export type State = "greeting" | "authorization" | "user-accepted" | "handshake" | "transaction" | "update" | "closed";

/** What moves a session: a command by its type, or one of the pseudo-verbs `greeting`, `tls` (the handshake is done) and `eof`. */
export type Verb = CommandType | "greeting" | "tls" | "eof";

/** The class of an answer. Pseudo-verbs that nobody answers are `ok`. */
export type Answer = "ok" | "err";

// What is not known, or malformed, is answered and changes nothing.
const ANY_COMMAND = { unknown: {}, invalid: {}, capa: {}, lang: {}, eof: { ok: "closed" } } as const;

const AUTHORIZATION = {
  ...ANY_COMMAND,
  user: { ok: "user-accepted", err: "authorization" },
  apop: { ok: "transaction", err: "authorization" },
  auth: { ok: "transaction", err: "authorization" },
  stls: { ok: "handshake" },
  utf8: {},
  quit: { ok: "closed", err: "closed" },
} as const;

/** `TRANSITIONS[state][verb][answer]` is the next state; a missing verb is illegal, a missing answer means: stay. */
export const TRANSITIONS = {
  greeting: { greeting: { ok: "authorization", err: "closed" }, eof: { ok: "closed" } },
  authorization: AUTHORIZATION,
  "user-accepted": { ...AUTHORIZATION, pass: { ok: "transaction", err: "authorization" } },
  handshake: { tls: { ok: "authorization" }, eof: { ok: "closed" } },
  transaction: {
    ...ANY_COMMAND,
    stat: {},
    list: {},
    uidl: {},
    retr: {},
    top: {},
    dele: {},
    noop: {},
    rset: {},
    // With -ERR some messages may not be removed, but the session is over all the same (RFC 1939 section 6).
    quit: { ok: "update", err: "update" },
  },
  update: {},
  closed: {},
} as const satisfies TransitionTable<State, Verb, Answer>;

const TABLE: TransitionTable<State, Verb, Answer> = TRANSITIONS;

/** True when `verb` may be said in `state`. */
export function isLegalIn(state: State, verb: Verb): boolean {
  return isLegal(TABLE, state, verb);
}

/** The state after `verb` was answered with `answer` in `state`. */
export function stateAfter(state: State, verb: Verb, answer: Answer): State {
  return nextState(TABLE, state, verb, answer);
}
