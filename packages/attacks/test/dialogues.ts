// Honest conversations with an upgrade in them, for an attacker to add to: what the other side of a client, or of a server, says.

import type { Protocol } from "../src/script.ts";

/** What the honest side says in clear, and the conversation inside TLS. `{tag}` is the client's latest. */
export interface Dialogue {
  readonly clear: readonly string[];
  readonly inside: readonly string[];
}

/** Servers, for clients. */
export const SERVERS: Readonly<Record<Protocol, Dialogue>> = {
  smtp: {
    clear: ["220 mx.example\r\n", "250-mx.example\r\n250-SIZE 9\r\n250 STARTTLS\r\n", "220 go\r\n"],
    inside: [
      "250-mx.example\r\n250 AUTH PLAIN\r\n",
      "235 in\r\n",
      "250 ok\r\n",
      "250 ok\r\n",
      "354 go\r\n",
      "250 taken\r\n",
      "221 bye\r\n",
    ],
  },
  lmtp: {
    clear: ["220 mx.example\r\n", "250-mx.example\r\n250-SIZE 9\r\n250 STARTTLS\r\n", "220 go\r\n"],
    inside: [
      "250-mx.example\r\n250 AUTH PLAIN\r\n",
      "235 in\r\n",
      "250 ok\r\n",
      "250 ok\r\n",
      "354 go\r\n",
      "250 taken\r\n",
      "221 bye\r\n",
    ],
  },
  pop3: {
    clear: ["+OK <1.2@mx.example>\r\n", "+OK\r\nSTLS\r\nSASL PLAIN\r\n.\r\n", "+OK go\r\n"],
    inside: ["+OK\r\nSASL PLAIN\r\n.\r\n", "+OK in\r\n", "+OK 0 0\r\n", "+OK bye\r\n"],
  },
  imap: {
    clear: ["* OK hi\r\n", "* CAPABILITY IMAP4rev1 STARTTLS LITERAL+\r\n{tag} OK\r\n", "{tag} OK go\r\n"],
    inside: [
      "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n{tag} OK\r\n",
      "{tag} OK in\r\n",
      "{tag} OK selected\r\n",
      "+ go\r\n",
      "{tag} OK\r\n",
      "* BYE x\r\n{tag} OK\r\n",
    ],
  },
};

/** Clients, for servers. */
export const CLIENTS: Readonly<Record<Protocol, Dialogue>> = {
  smtp: {
    clear: ["EHLO a\r\n", "STARTTLS\r\n"],
    inside: ["MAIL FROM:<a@b.example>\r\n", "EHLO a\r\n", "AUTH PLAIN AHRpbQB0aW0=\r\n", "RCPT TO:<a@b.example>\r\n", "QUIT\r\n"],
  },
  lmtp: {
    clear: ["LHLO a\r\n", "STARTTLS\r\n"],
    inside: ["MAIL FROM:<a@b.example>\r\n", "LHLO a\r\n", "AUTH PLAIN AHRpbQB0aW0=\r\n", "RCPT TO:<a@b.example>\r\n", "QUIT\r\n"],
  },
  pop3: {
    clear: ["CAPA\r\n", "STLS\r\n"],
    inside: ["STAT\r\n", "CAPA\r\n", "PASS tim\r\n", "USER tim\r\n", "PASS tim\r\n", "STAT\r\n", "QUIT\r\n"],
  },
  imap: {
    clear: ["A CAPABILITY\r\n", "B STARTTLS\r\n"],
    inside: ["C SELECT INBOX\r\n", "D CAPABILITY\r\n", "E LOGIN tim tim\r\n", "F LOGOUT\r\n"],
  },
};
