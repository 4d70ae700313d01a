// How many connections a mail server takes, how long they may last, and what it remembers of them.

/** Limits of a {@link MailServer}. Connections over a quota are refused; sessions over their time are ended politely, then dropped. */
export interface MailServerLimits {
  /** Connections at one time, over all listeners. */
  readonly maxConnections: number;
  /** Connections at one time from one address. */
  readonly maxConnectionsPerAddress: number;
  /** Milliseconds without a byte in either direction. */
  readonly maxIdleMs: number;
  /** Milliseconds from accept to end. */
  readonly maxSessionMs: number;
  /** Milliseconds that a polite end may take before the connection is dropped. */
  readonly maxFarewellMs: number;
  /** Characters of dialogue kept per session (see the limits of `Recorder`). */
  readonly maxDialogueChars: number;
}

/** The defaults of {@link MailServerLimits}. */
export const DEFAULT_MAIL_SERVER_LIMITS: MailServerLimits = {
  maxConnections: 1000, // with their buffers well under 100 MB; Node raises the usual 1024 open files as far as it may
  maxConnectionsPerAddress: 50, // an office behind one address, a client with a connection per folder
  maxIdleMs: 1_800_000, // RFC 9051 section 5.4: at least 30 minutes; SMTP and POP3 sessions are more impatient by themselves
  maxSessionMs: 86_400_000, // IDLE stays for hours; a day bounds what nothing else bounds
  maxFarewellMs: 5_000, // a last reply over a bad line
  maxDialogueChars: 32_768, // some 400 lines: a screen or ten of the session's window
};
