// Which commands a server session refuses by itself, and what it says: bad syntax, out of order, over a limit, not for this protocol.
// RFC 5321 sections 4.1.4 and 4.5.3, RFC 2033, RFC 2920, RFC 3030.

import { isLegal } from "@mailwire/wire";
import type { MailCommand } from "../codec/command.ts";
import type { MailParameters } from "../codec/mail-parameters.ts";
import type { DecodedCommand } from "../codec/received-command.ts";
import { receivedParameters } from "../codec/received-parameters.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerLimits } from "./limits.ts";
import * as refusals from "./refusals.ts";
import type { ServerSessionOptions } from "./server-events.ts";
import { type Answer, type State, TRANSITIONS, type Verb } from "./state.ts";

/** Where a session stands when a command comes. */
export interface Situation {
  readonly state: State;
  readonly options: ServerSessionOptions;
  readonly limits: ServerLimits;
  /** True inside TLS. */
  readonly secure: boolean;
  readonly identity: string | undefined;
  /** Accepted ones of the transaction. */
  readonly recipients: number;
  /** What the last MAIL said of the body. */
  readonly bodyType: MailParameters["body"];
  /** Bytes of the chunks that came before. */
  readonly chunkedBytes: number;
  /** Messages taken over the connection. */
  readonly messages: number;
  /** Bytes that came behind the command. */
  readonly pending: number;
}

/** Commands that may be followed before they are answered, RFC 2920 section 3.1 and RFC 3030 section 2. */
const GROUPED: ReadonlySet<string> = new Set(["MAIL", "RCPT", "RSET", "BDAT"]);

/** Commands that exist and that nothing here does: RFC 821's other ways to deliver, TURN and ATRN, and BURL (RFC 4468). */
const NOT_IMPLEMENTED: ReadonlySet<string> = new Set(["SEND", "SOML", "SAML", "TURN", "ATRN", "BURL"]);

/** What must be answered to `command`; `undefined` when the application decides. */
export function refusalOf(command: DecodedCommand, situation: Situation): Reply | undefined {
  const { verb } = command;
  const { state, options, limits, recipients } = situation;
  if (verb === "invalid") return refusals.invalidReply(command);
  if (verb === "unknown") return NOT_IMPLEMENTED.has(command.name.toUpperCase()) ? refusals.NOT_IMPLEMENTED : refusals.UNRECOGNIZED;
  if (options.eagerness === "refuse" && !GROUPED.has(verb) && situation.pending > 0) return refusals.TOO_EAGER;
  const isLmtp = options.protocol === "lmtp";
  if (isLmtp && (verb === "HELO" || verb === "EHLO")) return refusals.NOT_LMTP;
  if (!isLmtp && verb === "LHLO") return refusals.NOT_SMTP;
  if (verb === "AUTH" && situation.identity !== undefined) return refusals.AUTHENTICATED_ALREADY;
  if (verb === "STARTTLS" && situation.secure) return refusals.SECURE_ALREADY;
  const isInOrder = isLegal<State, Verb, Answer>(TRANSITIONS, state, verb) && (verb !== "DATA" || recipients > 0);
  if (!isInOrder) return refusals.outOfOrderReply(state, verb);
  if (verb === "DATA" && situation.bodyType === "BINARYMIME") return refusals.BINARY_NEEDS_BDAT;
  if (verb === "RCPT" && recipients >= limits.maxRecipients) return refusals.TOO_MANY_RECIPIENTS;
  if (verb === "BDAT" && situation.chunkedBytes + command.sizeBytes > limits.maxMessageBytes) return refusals.TOO_LARGE;
  return verb === "MAIL" ? refusalOfMail(command, situation) : undefined;
}

function refusalOfMail(command: MailCommand, { limits, messages }: Situation): Reply | undefined {
  if (messages >= limits.maxMessages) return refusals.TOO_MANY_MESSAGES;
  if (command.parameters.length === 0) return undefined;
  const { sizeBytes = 0 } = receivedParameters(command).known;
  return sizeBytes > limits.maxMessageBytes ? refusals.TOO_LARGE : undefined;
}

/** The last reply to a BDAT whose end is unknown, or too far away to wait for: what follows must not be read as commands. */
export function absurdity(command: DecodedCommand, { limits, chunkedBytes }: Situation): Reply | undefined {
  if (command.verb === "invalid") return command.name === "BDAT" ? refusals.invalidReply(command) : undefined;
  if (command.verb !== "BDAT") return undefined;
  return chunkedBytes + command.sizeBytes > limits.maxMessageBytes + limits.maxDrainedBytes ? refusals.ABSURD_CHUNK : undefined;
}
