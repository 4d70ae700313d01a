// What an attacker adds to a conversation in clear: which bytes, where, and when.

import fc from "fast-check";
import { textOf } from "../src/octets.ts";
import type { Protocol } from "../src/script.ts";

/** Bytes that are added to one turn of a conversation. */
export interface Injection {
  /** Which turn; the last one is the go-ahead of a server, the STARTTLS of a client. */
  readonly turn: number;
  /** Where in it: before one of its lines, or at an octet; beyond its end is behind it. */
  readonly place: { readonly line: number } | { readonly octet: number };
  /** `{tag}` is the tag that a client used last, `{next}` the one that it will use. */
  readonly bytes: string;
  /** In the same piece as what is around it, in a piece of its own, or in one that comes a moment later. */
  readonly timing: "same piece" | "own piece" | "later piece";
  /** How much the victim reads at a time, as long as it lasts. */
  readonly chunkSizes: readonly number[];
}

/** The conversation as it is. */
export const NOTHING: Injection = { turn: 0, place: { octet: 0 }, bytes: "", timing: "same piece", chunkSizes: [] };

const SMTP_REPLIES = [
  "220 go\r\n",
  "250 ok\r\n",
  "250-mx.evil\r\n250-AUTH PLAIN LOGIN\r\n250 SMTPUTF8\r\n",
  "250-SMTPUTF8\r\n250-AUTH LOGIN PLAIN\r\n",
  "250-evil",
  "334 \r\n",
  "354 go\r\n",
  "421 x\r\n",
  "454 4.7.0 no\r\n",
];
const SMTP_COMMANDS = [
  "EHLO evil\r\n",
  "LHLO evil\r\n",
  "RSET\r\n",
  "STARTTLS\r\n",
  "MAIL FROM:<evil@x.example>\r\n",
  "RCPT TO:<a@b.example>\r\n",
  "DATA\r\n",
  "BDAT 20\r\n",
  "AUTH PLAIN AGV2aWwAZXZpbA==\r\n",
  "AUTH LOGIN\r\n",
  "NOOP\r\n",
];

/** What a server may say, for clients. */
const REPLIES: Readonly<Record<Protocol, readonly string[]>> = {
  smtp: SMTP_REPLIES,
  lmtp: SMTP_REPLIES,
  pop3: [
    "+OK\r\n",
    "+OK\r\nSASL PLAIN\r\nUSER\r\n.\r\n",
    "+OK <9.9@evil.example>\r\n",
    "+ \r\n",
    ".\r\n",
    "USER\r\nUTF8\r\n",
    "-ERR x\r\n",
    "-ERR [SYS/TEMP] x\r\n",
  ],
  imap: [
    "{tag} OK x\r\n",
    "{tag} NO x\r\n",
    "{next} OK x\r\n",
    "* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN\r\n{next} OK x\r\n",
    "* OK [CAPABILITY IMAP4rev1 AUTH=LOGIN] x\r\n",
    "* PREAUTH x\r\n",
    "* BYE x\r\n",
    "* 1 EXISTS\r\n",
    '* LIST () "/" {9}\r\n',
    "+ \r\n",
    "* OK [REFERRAL imap://evil.example/] x\r\n",
  ],
};

/** What a client may say, for servers. */
const COMMANDS: Readonly<Record<Protocol, readonly string[]>> = {
  smtp: SMTP_COMMANDS,
  lmtp: SMTP_COMMANDS,
  pop3: [
    "USER evil\r\n",
    "PASS evil\r\n",
    "UTF8\r\n",
    "LANG *\r\n",
    "STLS\r\n",
    "CAPA\r\n",
    "AUTH PLAIN\r\n",
    "AUTH PLAIN AGV2aWwAZXZpbA==\r\n",
    "STAT\r\n",
  ],
  imap: [
    "Z LOGIN evil evil\r\n",
    "Z LOGIN {4}\r\n",
    "Z LOGIN {4+}\r\nevil {4+}\r\nevil\r\n",
    "Z LOGIN {60+}\r\n",
    "Z AUTHENTICATE PLAIN AGV2aWwAZXZpbA==\r\n",
    "Z AUTHENTICATE PLAIN\r\n",
    "Z ENABLE UTF8=ACCEPT\r\n",
    "Z STARTTLS\r\n",
    "Z SELECT INBOX\r\n",
    "Z NOOP\r\n",
  ],
};

/** Whatever the other side of a `victim` might say, whole or in part, and bytes that mean nothing. */
export function injections(protocol: Protocol, victim: "client" | "server"): fc.Arbitrary<Injection> {
  const units = (victim === "client" ? REPLIES : COMMANDS)[protocol];
  const whole = fc.constantFrom(...units);
  const part = fc.tuple(whole, fc.nat({ max: 40 })).map(([unit, length]) => unit.slice(0, 1 + length));
  const noise = fc.oneof(fc.constantFrom("\r\n", "\n", "\r", "\0", " "), fc.uint8Array({ minLength: 1, maxLength: 30 }).map(textOf));
  const words = fc.array(fc.oneof({ weight: 4, arbitrary: whole }, { weight: 2, arbitrary: part }, { weight: 1, arbitrary: noise }), {
    minLength: 1,
    maxLength: 4,
  });
  return fc.record({
    turn: fc.oneof(
      { weight: 3, arbitrary: fc.constant(2) },
      { weight: 3, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.constant(0) },
    ),
    place: fc.oneof(
      { weight: 3, arbitrary: fc.record({ line: fc.nat({ max: 4 }) }) },
      { weight: 1, arbitrary: fc.record({ octet: fc.nat({ max: 60 }) }) },
    ),
    bytes: words.map((parts) => parts.join("")),
    timing: fc.constantFrom("same piece", "own piece", "later piece"),
    chunkSizes: fc.oneof(fc.constant([]), fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 12 })),
  });
}

/** The turns of a conversation, each in the pieces that it is said in. */
export function withInjection(turns: readonly string[], { turn, place, bytes, timing }: Injection): readonly (readonly string[])[] {
  const at = Math.min(turn, turns.length - 1);
  return turns.map((text, index) => {
    if (index !== at) return [text];
    const offset = "octet" in place ? place.octet : startOfLine(text, place.line);
    const pieces = [text.slice(0, offset), bytes, text.slice(offset)].filter((piece) => piece !== "");
    return timing === "same piece" ? [pieces.join("")] : pieces;
  });
}

function startOfLine(text: string, line: number): number {
  return text.split("\n").slice(0, line).join("\n").length + (line > 0 ? 1 : 0);
}
