// What a server session says by itself: commands that cannot be read, come out of order or go beyond a limit. RFC 5321 sections 4.2.4, 4.3.2.

import type { CommandVerb } from "../codec/command.ts";
import type { InvalidCommand } from "../codec/received-command.ts";
import { type Reply, reply } from "../codec/reply.ts";
import type { State } from "./state.ts";

export const UNRECOGNIZED = reply(500, "Command not recognized", "5.5.2");
export const NOT_IMPLEMENTED = reply(502, "Command not implemented", "5.5.1");
export const TOO_MANY_RECIPIENTS = reply(452, "Too many recipients", "4.5.3");
export const TOO_LARGE = reply(552, "Message too large", "5.3.4");
export const TOO_MANY_ERRORS = reply(421, "Too many errors, closing connection", "4.7.0");
export const TIMED_OUT = reply(421, "You took too long, closing connection", "4.4.2");
export const CANCELLED = reply(501, "Authentication cancelled", "5.7.0");
export const NOT_BASE64 = reply(501, "Not base64", "5.5.2");
export const AUTHENTICATED_ALREADY = reply(503, "Already authenticated", "5.5.1");
export const SECURE_ALREADY = reply(503, "TLS is active already", "5.5.1");
export const LINE_TOO_LONG = reply(500, "Line too long", "5.5.6");
export const TOO_EAGER = reply(503, "Wait for the answer before you go on", "5.5.0");
export const TOO_MANY_MESSAGES = reply(421, "Too many messages over one connection", "4.7.0");
export const NOT_LMTP = reply(500, "This is LMTP: say LHLO", "5.5.1");
export const NOT_SMTP = reply(500, "This is SMTP: say EHLO", "5.5.1");
export const BINARY_NEEDS_BDAT = reply(503, "BODY=BINARYMIME needs BDAT", "5.5.1");
export const ABSURD_CHUNK = reply(421, "Chunk too large, closing connection", "4.3.4");
export const INJECTION = reply(501, "Nothing may follow STARTTLS before the handshake", "5.5.1");
export const BARE_LINE_END = reply(554, "Bare CR or LF in the message: lines end with CRLF", "5.5.2");

/** The answer to a command that cannot be read. */
export function invalidReply({ name, problem }: InvalidCommand): Reply {
  switch (problem) {
    case "line-too-long":
      return LINE_TOO_LONG;
    case "argument-missing":
      return reply(501, `${name ?? "Command"} needs an argument`, "5.5.4");
    case "bad-argument":
      return reply(501, `Bad argument for ${name ?? "command"}`, "5.5.4");
    case "bad-path":
      return name === "MAIL" ? reply(501, "Syntax: MAIL FROM:<address>", "5.1.7") : reply(501, "Syntax: RCPT TO:<address>", "5.1.3");
    case "bad-parameter":
      return reply(501, "Syntax error in parameters", "5.5.4");
    case "bad-base64":
      return NOT_BASE64;
    case "bad-chunk-size":
      return reply(501, "Syntax: BDAT size [LAST]", "5.5.4");
  }
}

/** The answer to a command that may not be said in `state`. */
export function outOfOrderReply(state: State, verb: CommandVerb): Reply {
  return reply(503, `${verb} is out of order${HINTS[state] ?? ""}`, "5.5.1");
}

const HINTS: Readonly<Partial<Record<State, string>>> = {
  refused: ": no service here, say QUIT",
  connected: ": say HELO or EHLO first",
  ready: ": say MAIL first",
  mail: ": a transaction is open, and has no valid recipient yet",
  rcpt: ": a transaction is open",
  chunks: ": some chunks of a message have come",
  failed: ": the message has failed, say RSET",
};
