// What a session bears: sizes in bytes, counts, patience in milliseconds.

/** Limits of a client session. */
export interface ClientLimits {
  /** First line of a reply, CRLF included. */
  readonly maxReplyBytes: number;
  /** One line of LIST, UIDL or CAPA, CRLF included. */
  readonly maxListingLineBytes: number;
  /** One line of a SASL exchange, CRLF included. */
  readonly maxSaslLineBytes: number;
  /** Commands in flight at a time when the server pipelines. */
  readonly maxPipelinedCommands: number;
  /** How long the greeting may take. */
  readonly greetingMs: number;
  /** How long the answer to a command may take, up to each of its lines. */
  readonly replyMs: number;
  /** How long a TLS handshake may take. */
  readonly handshakeMs: number;
  /** How long a message may take when nothing comes. */
  readonly bodyMs: number;
  /** Each second's worth of a message buys a second more. */
  readonly minBodyBytesPerSecond: number;
}

/** Limits of a client session where the caller gives none. */
export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  // RFC 2449 section 4 allows 512; error texts with explanations and addresses of web pages are seen to go beyond.
  maxReplyBytes: 4096,
  // RFC 2449 section 5 allows 512 for capabilities; UIDL lines are short.
  maxListingLineBytes: 4096,
  // RFC 4954 section 4 asks for 12288; RFC 5034 does not give a number.
  maxSaslLineBytes: 12_288,
  // Ten kilobytes of commands, which fit into any TCP window, so that neither side waits for the other to read (RFC 2449 section 6.6).
  maxPipelinedCommands: 1000,
  // As RFC 5321 section 4.5.3.2.1 gives SMTP; RFC 1939 is silent.
  greetingMs: 300_000,
  // Opening a large maildrop takes minutes on some servers.
  replyMs: 300_000,
  // Two round trips and a certificate check.
  handshakeMs: 60_000,
  // As RFC 5321 section 4.5.3.2.5 gives SMTP for a data block.
  bodyMs: 180_000,
  // A modem of 1990 does better.
  minBodyBytesPerSecond: 100,
};

/** Limits of a server session. */
export interface ServerLimits {
  /** A command other than AUTH, CRLF included. */
  readonly maxCommandBytes: number;
  /** AUTH, and one line of a SASL exchange, CRLF included. */
  readonly maxSaslLineBytes: number;
  /** Most commands that are unknown, malformed or out of place since the last one that was of use; one more ends the session. */
  readonly maxErrors: number;
  /** Most commands since then that bring nobody forward (NOOP, RSET, CAPA, LANG, UTF8, USER); each one beyond counts as an error. */
  readonly maxJunkCommands: number;
  /** Logins that fail; one more ends the session. */
  readonly maxFailedLogins: number;
  /** Inactivity: how long the next command may take. */
  readonly commandMs: number;
  /** How long a TLS handshake may take. */
  readonly handshakeMs: number;
}

/** Limits of a server session where the caller gives none. */
export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  // RFC 2449 section 4.
  maxCommandBytes: 255,
  // RFC 4954 section 4 asks for 12288; RFC 5034 does not give a number, and has no AUTH beyond 255, but clients with long tokens send it.
  maxSaslLineBytes: 12_288,
  // Postfix's smtpd_hard_error_limit: twenty times is a program that talks another protocol.
  maxErrors: 20,
  // A client that keeps its session alive says NOOP twice a minute for a working day.
  maxJunkCommands: 1000,
  // Enough for a mistyped password, few enough to make guessing slow.
  maxFailedLogins: 5,
  // RFC 1939 section 3 demands at least 10 minutes.
  commandMs: 600_000,
  // Two round trips.
  handshakeMs: 60_000,
};
