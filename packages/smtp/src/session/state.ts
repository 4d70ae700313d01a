// The states of an SMTP conversation and how commands and their answers move between them: RFC 5321 section 4.1.4, RFC 3207, RFC 4954.
// Client and server share this table.

import type { TransitionTable } from "@mailwire/wire";
import type { CommandVerb } from "../codec/command.ts";

/**
 * Where a conversation stands: before the `greeting`; `refused` by it; `connected` but not introduced (again so after TLS); `ready` for
 * a transaction; in a transaction with a sender (`mail`), with a recipient too (`rcpt`), sending the message (`data`); inside a SASL
 * exchange (`auth`); handing over to TLS (`tls`); `closed`.
 */
export type State = "greeting" | "refused" | "connected" | "ready" | "mail" | "rcpt" | "data" | "auth" | "tls" | "closed";

/** What moves a conversation: commands, and things that happen without one. */
export type Verb = CommandVerb | "greeting" | "end-of-data" | "tls" | "eof";

/**
 * What an answer means to its command: `ok` it is done, `more` the client is to go on (354, 334), `no` it is refused, `close` the server
 * says good-bye (421).
 */
export type Answer = "ok" | "more" | "no" | "close";

const GREETING = { greeting: { ok: "connected", no: "refused", close: "closed" }, eof: { ok: "closed" } } as const;
const ALWAYS = { QUIT: { ok: "closed", close: "closed" }, eof: { ok: "closed" } } as const;
const ASIDE = { NOOP: { close: "closed" }, VRFY: { close: "closed" }, HELP: { close: "closed" } } as const;
const HELLO = { HELO: { ok: "ready", close: "closed" }, EHLO: { ok: "ready", close: "closed" } } as const;
/** RSET inside a transaction; before HELO it changes nothing. */
const RESET = { RSET: { ok: "ready", close: "closed" } } as const;

/** `TRANSITIONS[state][verb][answer]` is the next state. A missing verb is illegal there; a missing answer means: stay. */
export const TRANSITIONS = {
  greeting: GREETING,
  refused: ALWAYS,
  connected: { ...ALWAYS, ...ASIDE, ...HELLO, RSET: { close: "closed" } },
  ready: {
    ...ALWAYS,
    ...ASIDE,
    ...HELLO,
    ...RESET,
    MAIL: { ok: "mail", close: "closed" },
    AUTH: { more: "auth", close: "closed" },
    STARTTLS: { ok: "tls", close: "closed" },
  },
  mail: { ...ALWAYS, ...ASIDE, ...HELLO, ...RESET, RCPT: { ok: "rcpt", close: "closed" } },
  rcpt: {
    ...ALWAYS,
    ...ASIDE,
    ...HELLO,
    ...RESET,
    RCPT: { close: "closed" },
    DATA: { more: "data", close: "closed" },
  },
  data: { "end-of-data": { ok: "ready", no: "ready", close: "closed" }, eof: { ok: "closed" } },
  auth: { AUTH: { ok: "ready", no: "ready", close: "closed" }, eof: { ok: "closed" } },
  tls: { tls: { ok: "connected" }, eof: { ok: "closed" } },
  closed: {},
} as const satisfies TransitionTable<State, Verb, Answer>;

/** What the reply `code` means as the answer to `verb`. Where the RFC names one code as the good one, no other is. */
export function answerOf(verb: Verb | "unknown", code: number): Answer {
  if (code === 421) return "close";
  switch (verb) {
    case "greeting":
    case "STARTTLS":
      return code === 220 ? "ok" : "no";
    case "HELO":
    case "EHLO":
      return code === 250 ? "ok" : "no";
    case "DATA":
      return code === 354 ? "more" : "no";
    case "AUTH":
      if (code === 334) return "more";
      return code === 235 ? "ok" : "no";
    default:
      return code < 300 ? "ok" : "no";
  }
}
