// The states of an SMTP (or LMTP) conversation and how commands and their answers move between them: RFC 5321 section 4.1.4, RFC 3207,
// RFC 4954, RFC 3030, RFC 2033. Client and server share this table.

import type { TransitionTable } from "@mailwire/wire";
import type { CommandVerb } from "../codec/command.ts";

/**
 * Where a conversation stands: before the `greeting`; `refused` by it; `connected` but not introduced (again so after TLS); `ready` for
 * a transaction; in a transaction with a sender (`mail`), with a recipient too (`rcpt`), sending the message (`data`), or having sent some
 * chunks of it (`chunks`), or one that was refused (`failed`); inside a SASL exchange (`auth`); handing over to TLS (`tls`); `closed`.
 */
export type State =
  "greeting" | "refused" | "connected" | "ready" | "mail" | "rcpt" | "data" | "chunks" | "failed" | "auth" | "tls" | "closed";

/** What moves a conversation: commands, and things that happen without one. The last BDAT of a message is its `end-of-data`. */
export type Verb = CommandVerb | "greeting" | "end-of-data" | "tls" | "eof";

/**
 * What an answer means to its command: `ok` it is done, `more` the client is to go on (354, 334) or there is one more answer (LMTP), `no`
 * it is refused, `close` the server says good-bye (421).
 */
export type Answer = "ok" | "more" | "no" | "close";

const GREETING = { greeting: { ok: "connected", no: "refused", close: "closed" }, eof: { ok: "closed" } } as const;
const ALWAYS = { QUIT: { ok: "closed", close: "closed" }, eof: { ok: "closed" } } as const;
const STAY = { close: "closed" } as const;
const ASIDE = { NOOP: STAY, VRFY: STAY, EXPN: STAY, HELP: STAY } as const;
const TO_READY = { ok: "ready", close: "closed" } as const;
const HELLO = { HELO: TO_READY, EHLO: TO_READY, LHLO: TO_READY } as const;
/** RSET inside a transaction; before HELO it changes nothing. */
const RESET = { RSET: TO_READY } as const;
/** Outside transactions. A relay that has spoken for its client begins anew, as after the greeting. */
const BETWEEN = { XCLIENT: { ok: "connected", close: "closed" }, XFORWARD: STAY } as const;
const MESSAGE_END = { "end-of-data": { ok: "ready", no: "ready", close: "closed" } } as const;
const CHUNK = { BDAT: { ok: "chunks", no: "failed", close: "closed" }, ...MESSAGE_END } as const;
/** A server may say 354 although it refused all recipients of a pipelined group (RFC 2920 section 3.1). */
const DATA = { DATA: { more: "data", close: "closed" } } as const;

/** `TRANSITIONS[state][verb][answer]` is the next state. A missing verb is illegal there; a missing answer means: stay. */
export const TRANSITIONS = {
  greeting: GREETING,
  refused: ALWAYS,
  connected: { ...ALWAYS, ...ASIDE, ...HELLO, ...BETWEEN, RSET: STAY },
  ready: {
    ...ALWAYS,
    ...ASIDE,
    ...HELLO,
    ...RESET,
    ...BETWEEN,
    MAIL: { ok: "mail", close: "closed" },
    AUTH: { more: "auth", close: "closed" },
    STARTTLS: { ok: "tls", close: "closed" },
    ETRN: STAY,
  },
  mail: { ...ALWAYS, ...ASIDE, ...HELLO, ...RESET, ...DATA, RCPT: { ok: "rcpt", close: "closed" } },
  rcpt: { ...ALWAYS, ...ASIDE, ...HELLO, ...RESET, ...DATA, ...CHUNK, RCPT: STAY },
  data: { ...MESSAGE_END, eof: { ok: "closed" } },
  chunks: { ...ALWAYS, ...ASIDE, ...HELLO, ...RESET, ...CHUNK },
  failed: { ...ALWAYS, ...ASIDE, ...HELLO, ...RESET },
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
    case "XCLIENT":
      return code === 220 ? "ok" : "no";
    case "HELO":
    case "EHLO":
    case "LHLO":
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
