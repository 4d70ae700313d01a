// Commands about the connection: CAPABILITY, NOOP, LOGOUT, STARTTLS, LOGIN, AUTHENTICATE (RFC 3501 sections 6.1 and 6.2, RFC 4959).

import type { Secret } from "@mailwire/wire";

/** A command without arguments. */
export interface PlainCommand {
  readonly name: "CAPABILITY" | "NOOP" | "LOGOUT" | "STARTTLS" | "CHECK" | "CLOSE" | "EXPUNGE";
}

/** Logs in with a password in clear. */
export interface LoginCommand {
  readonly name: "LOGIN";
  /** Whom to log in. */
  readonly user: string;
  /** The password. */
  readonly password: Secret<string>;
}

/** Starts a SASL exchange; the steps are lines of base64 of their own. */
export interface AuthenticateCommand {
  readonly name: "AUTHENTICATE";
  /** The mechanism, in upper case. */
  readonly mechanism: string;
  /** The initial response in base64 (`=` is empty), null without one (RFC 4959). */
  readonly initialResponse: Secret<string> | null;
}
