// Bounds of the sessions: those of the decoders, and how long each wait may last.

import { DEFAULT_COMMAND_LIMITS, DEFAULT_RESPONSE_LIMITS } from "../codec/limits.ts";
import type { CommandLimits, ResponseLimits } from "../codec/limits.ts";

/** Bounds of a client session. */
export interface ClientLimits extends ResponseLimits {
  /** Milliseconds until the greeting is complete. */
  readonly greetingMs: number;
  /** Milliseconds for a TLS handshake. */
  readonly tlsMs: number;
  /** Milliseconds between two responses while a command is in flight. */
  readonly responseMs: number;
  /** Rate at which a literal must come, after `responseMs`. */
  readonly minBytesPerSecond: number;
}

/** Defaults of {@link ClientLimits}. */
export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  ...DEFAULT_RESPONSE_LIMITS,
  // Servers that look clients up first take half a minute; RFC 5321 section 4.5.3.2 gives a greeting 5 minutes.
  greetingMs: 300_000,
  // A handshake is three round trips.
  tlsMs: 60_000,
  // A SEARCH for text in a large mailbox without an index is silent for minutes.
  responseMs: 600_000,
  // A modem of 9600 bit/s is ten times as fast.
  minBytesPerSecond: 100,
};

/** Bounds of a server session. The limits of commands are those after authentication; before it the smaller of each is used. */
export interface ServerLimits extends CommandLimits {
  /** Milliseconds until the next command before authentication. */
  readonly loginMs: number;
  /** Milliseconds until the next command after authentication (RFC 3501 section 5.4: at least 30 minutes). */
  readonly inactivityMs: number;
  /** Milliseconds for each step of a SASL exchange. */
  readonly saslMs: number;
  /** Milliseconds for a TLS handshake. */
  readonly tlsMs: number;
  /** Milliseconds for an APPEND, beside what its bytes earn. */
  readonly appendMs: number;
  /** Rate at which the message of an APPEND must come, after `appendMs`. */
  readonly minBytesPerSecond: number;
  /** Commands answered BAD in a row; one more ends the connection. */
  readonly maxBadCommands: number;
  /** Commands before authentication, whatever they are answered with; one more that does not log in ends the connection. STARTTLS begins anew. */
  readonly maxCommandsBeforeLogin: number;
  /** Refused attempts to log in; one more ends the connection. */
  readonly maxLoginFailures: number;
}

/** Defaults of {@link ServerLimits}. */
export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  ...DEFAULT_COMMAND_LIMITS,
  // A person at telnet types slowly: three minutes are seen between greeting and LOGIN in recorded sessions.
  loginMs: 600_000,
  // The least that RFC 3501 section 5.4 allows, and the usual.
  inactivityMs: 1_800_000,
  // Somebody may have to type a password or touch a key.
  saslMs: 300_000,
  // A handshake is three round trips.
  tlsMs: 60_000,
  // The time of a slow start; the rest is a matter of rate.
  appendMs: 300_000,
  // A modem of 9600 bit/s is ten times as fast.
  minBytesPerSecond: 100,
  // People mistype, and try again; programs that speak another protocol (HTTP) reach this at once.
  maxBadCommands: 20,
  // Postfix's smtpd_junk_command_limit, as in SMTP. Clients say some ten: CAPABILITY, ID, STARTTLS, and mechanism after mechanism.
  maxCommandsBeforeLogin: 100,
  // A few typing errors; guessing is for rate limits elsewhere.
  maxLoginFailures: 5,
};

/** Those of a client's limits that its decoder knows. */
export function responseLimits(limits: ClientLimits): ResponseLimits {
  const { maxResponseBytes, maxTokenBytes, maxNesting, maxLiteralBytes, streamLiteralBytes, streamSearchBytes, maxSearchNumbers } = limits;
  return { maxResponseBytes, maxTokenBytes, maxNesting, maxLiteralBytes, streamLiteralBytes, streamSearchBytes, maxSearchNumbers };
}

/** Those of a server's limits that its decoder knows, each no greater than `cap`. */
export function commandLimits(limits: ServerLimits, cap: CommandLimits = limits): CommandLimits {
  return {
    maxLineBytes: Math.min(limits.maxLineBytes, cap.maxLineBytes),
    maxCommandBytes: Math.min(limits.maxCommandBytes, cap.maxCommandBytes),
    maxLiteralBytes: Math.min(limits.maxLiteralBytes, cap.maxLiteralBytes),
    maxAppendBytes: Math.min(limits.maxAppendBytes, cap.maxAppendBytes),
    maxDrainBytes: Math.min(limits.maxDrainBytes, cap.maxDrainBytes),
    maxLiterals: Math.min(limits.maxLiterals, cap.maxLiterals),
    maxNesting: Math.min(limits.maxNesting, cap.maxNesting),
  };
}
