// What the server says when no handler says otherwise.

import { reply } from "../codec/reply.ts";

export const OK = reply(250, "Ok", "2.0.0");
export const SENDER_OK = reply(250, "Sender ok", "2.1.0");
export const RECIPIENT_OK = reply(250, "Recipient ok", "2.1.5");
export const GO_AHEAD = reply(354, "End data with <CR><LF>.<CR><LF>");
export const CHUNK_OK = reply(250, "Chunk received", "2.0.0");
export const MESSAGE_OK = reply(250, "Message accepted", "2.6.0");
export const CANNOT_VERIFY = reply(252, "Cannot verify, but will take mail and try", "2.1.5");
export const HELP = reply(214, ["EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY EXPN HELP QUIT STARTTLS AUTH ETRN", "See RFC 5321"], "2.0.0");
export const BYE = reply(221, "Bye", "2.0.0");
export const START_TLS = reply(220, "Ready to start TLS", "2.0.0");
export const FAILED = reply(451, "Local error in processing", "4.3.0");
export const NOT_IMPLEMENTED = reply(502, "Command not implemented", "5.5.1");
export const TLS_REQUIRED = reply(530, "Must issue a STARTTLS command first", "5.7.0");
export const AUTH_REQUIRED = reply(530, "Authentication required", "5.7.0");
export const AUTH_NEEDS_TLS = reply(538, "Encryption required for authentication", "5.7.11");
export const AUTH_MECHANISM_UNKNOWN = reply(504, "Mechanism not offered", "5.5.4");
export const AUTH_OK = reply(235, "Authentication successful", "2.7.0");
export const AUTH_FAILED = reply(535, "Authentication credentials invalid", "5.7.8");
export const PARAMETER_UNKNOWN = reply(555, "Parameter not recognized or not implemented", "5.5.4");
export const PARAMETER_INVALID = reply(501, "Parameter has no meaning", "5.5.4");
export const NEEDS_SMTPUTF8 = reply(553, "Address needs SMTPUTF8", "5.6.7");
export const EARLY_TALK = reply(554, "You talked before you were greeted", "5.5.1");
export const NOT_TRUSTED = reply(550, "You may not speak for others", "5.7.0");
export const NOT_QUALIFIED = reply(554, "Domain must be fully qualified", "5.6.0");
export const HOLD_TOO_LONG = reply(501, "Cannot be held for so long", "5.5.4");
export const GIVEN_UP = reply(503, "The message was given up, say RSET", "5.5.1");
export const CLOSING = reply(421, "Service closing", "4.3.2");
