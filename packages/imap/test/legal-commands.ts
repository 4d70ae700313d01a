// Which command may be said in which state (RFC 3501 section 3), written down once more: the sessions and their table are held against it.

import type { State, Verb } from "../src/session/state.ts";

/** Lines that begin each command. */
const LINES: Partial<Record<Verb, readonly string[]>> = {
  CAPABILITY: ["CAPABILITY"],
  NOOP: ["NOOP"],
  LOGOUT: ["LOGOUT"],
  STARTTLS: ["STARTTLS"],
  AUTHENTICATE: ["AUTHENTICATE PLAIN"],
  LOGIN: ["LOGIN u p"],
  SELECT: ["SELECT m"],
  EXAMINE: ["EXAMINE m"],
  CREATE: ["CREATE m"],
  DELETE: ["DELETE m"],
  RENAME: ["RENAME m n"],
  SUBSCRIBE: ["SUBSCRIBE m"],
  UNSUBSCRIBE: ["UNSUBSCRIBE m"],
  LIST: ['LIST "" *'],
  LSUB: ['LSUB "" *'],
  STATUS: ["STATUS m (MESSAGES)"],
  APPEND: ["APPEND m {0+}\r\n"],
  IDLE: ["IDLE"],
  CHECK: ["CHECK"],
  CLOSE: ["CLOSE"],
  UNSELECT: ["UNSELECT"],
  EXPUNGE: ["EXPUNGE"],
  SEARCH: ["SEARCH ALL", "UID SEARCH ALL"],
  FETCH: ["FETCH 1 FLAGS", "UID FETCH 1 FLAGS"],
  STORE: ["STORE 1 FLAGS ()", "UID STORE 1 FLAGS ()"],
  COPY: ["COPY 1 m", "UID COPY 1 m"],
};

const ANYWHERE = "CAPABILITY NOOP LOGOUT";
const WITH_ACCOUNT = `${ANYWHERE} SELECT EXAMINE CREATE DELETE RENAME SUBSCRIBE UNSUBSCRIBE LIST LSUB STATUS APPEND IDLE`;
const LEGAL: Readonly<Record<State, string>> = {
  greeting: "",
  "not-authenticated": `${ANYWHERE} STARTTLS AUTHENTICATE LOGIN`,
  authenticated: WITH_ACCOUNT,
  selected: `${WITH_ACCOUNT} CHECK CLOSE UNSELECT EXPUNGE SEARCH FETCH STORE COPY`,
  logout: "",
  closed: "",
};

/** A command in a state. */
export interface Cell {
  readonly state: State;
  readonly verb: Verb;
  /** The command as it is typed, without tag and line end. */
  readonly line: string;
}

const CELLS: readonly Cell[] = (Object.keys(LEGAL) as State[]).flatMap((state) =>
  (Object.keys(LINES) as Verb[]).flatMap((verb) => (LINES[verb] ?? []).map((line) => ({ state, verb, line }))),
);
const isLegal = ({ state, verb }: Cell): boolean => LEGAL[state].split(" ").includes(verb);

/** Every command in the states in which it may be said. */
export const LEGAL_CELLS: readonly Cell[] = CELLS.filter((cell) => isLegal(cell));
/** Every command in the states in which it may not be said. */
export const ILLEGAL_CELLS: readonly Cell[] = CELLS.filter((cell) => !isLegal(cell));
