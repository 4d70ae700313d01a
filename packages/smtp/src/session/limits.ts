// Limits of the sessions, each with its reason: sizes in bytes, counts, patience in milliseconds. RFC 5321 section 4.5.3.

import { type CommandLimits, DEFAULT_COMMAND_LIMITS } from "../codec/command-decoder.ts";
import { DEFAULT_REPLY_LIMITS, type ReplyLimits } from "../codec/reply-decoder.ts";

/** Limits of a client session. */
export interface ClientLimits extends ReplyLimits {
  /** Most commands sent whose answers have not come; more wait in the session. */
  readonly maxPipelinedCommands: number;
  /** How long the greeting may take. */
  readonly greetingMs: number;
  /** How long the answer to MAIL, RCPT or any command not named below may take. */
  readonly commandMs: number;
  /** How long the answer to DATA may take. */
  readonly dataMs: number;
  /** How long the server may take to take in each piece of the message. */
  readonly dataBlockMs: number;
  /** How long the answer to the whole message may take. */
  readonly endOfDataMs: number;
}

/** The limits of a client session unless others are given. */
export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  ...DEFAULT_REPLY_LIMITS,
  // Their answers must fit into the buffers between both ends, or both would wait for ever while writing (RFC 2920 section 3.1).
  maxPipelinedCommands: 64,
  // RFC 5321 section 4.5.3.2.1.
  greetingMs: 300_000,
  // RFC 5321 sections 4.5.3.2.2 and 4.5.3.2.3.
  commandMs: 300_000,
  // RFC 5321 section 4.5.3.2.4.
  dataMs: 120_000,
  // RFC 5321 section 4.5.3.2.5.
  dataBlockMs: 180_000,
  // RFC 5321 section 4.5.3.2.6.
  endOfDataMs: 600_000,
};

/** Limits of a server session. */
export interface ServerLimits extends CommandLimits {
  /** Largest message, after un-stuffing. */
  readonly maxMessageBytes: number;
  /** What is read and thrown away of a message that is too large before the connection is closed. */
  readonly maxDrainedBytes: number;
  /** Most recipients of one message. */
  readonly maxRecipients: number;
  /** Most messages of one connection; the next MAIL is answered 421. */
  readonly maxMessages: number;
  /** Most commands since the last message that are refused with 5yz, those with unknown recipients included. */
  readonly maxErrors: number;
  /** Most commands since the last message that achieve nothing (NOOP, VRFY, EXPN, HELP, ETRN, RSET); each one beyond counts as an error. */
  readonly maxJunkCommands: number;
  /** How long the next command, or the next step of a SASL exchange, may take. */
  readonly commandMs: number;
  /** How long each message may take, beyond what {@link ServerLimits.minBodyBytesPerSecond} allows its bytes. */
  readonly bodyMs: number;
  /** The slowest message that still deserves service. */
  readonly minBodyBytesPerSecond: number;
}

/** The limits of a server session unless others are given. */
export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  ...DEFAULT_COMMAND_LIMITS,
  // RFC 5321 section 4.5.3.1.7 demands 64 KiB; large providers take 25 MB, which base64 makes a third more.
  maxMessageBytes: 35_651_584,
  // As much again, so that an honest client that was not told the size hears its 552.
  maxDrainedBytes: 35_651_584,
  // RFC 5321 section 4.5.3.1.8 demands 100; this is Postfix's smtpd_recipient_limit.
  maxRecipients: 1000,
  // One connection may go on for as long as it is useful.
  maxMessages: Infinity,
  // Postfix's smtpd_hard_error_limit.
  maxErrors: 20,
  // Postfix's smtpd_junk_command_limit.
  maxJunkCommands: 100,
  // RFC 5321 section 4.5.3.2.7.
  commandMs: 300_000,
  // RFC 5321 section 4.5.3.2.5, for the whole message; each 100 bytes buy a second more.
  bodyMs: 180_000,
  minBodyBytesPerSecond: 100,
};
