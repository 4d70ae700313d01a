// Commands about the connection: CAPABILITY, NOOP, LOGOUT, STARTTLS, LOGIN, AUTHENTICATE (RFC 3501 sections 6.1 and 6.2, RFC 4959).

import { Secret } from "@mailwire/wire";
import { ATOM, FLAG } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** A command without arguments. What ends IDLE is a line of its own, `DONE`. */
export interface PlainCommand {
  readonly name:
    | "CAPABILITY"
    | "NOOP"
    | "LOGOUT"
    | "STARTTLS"
    | "CHECK"
    | "CLOSE"
    | "EXPUNGE"
    | "IDLE"
    | "NAMESPACE"
    | "UNSELECT"
    | "UNAUTHENTICATE"
    | "GETJMAPACCESS";
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

const SP = 32;

/** See {@link PlainCommand}. */
export const plainCommand: CommandGrammar<PlainCommand> = {
  read: (_, name) => ({ name }),
  write: (writer, { name }) => void writer.raw(name),
};

/** See {@link LoginCommand}. */
export const login: CommandGrammar<LoginCommand> = { read: readLogin, write: writeLogin };

/** login = "LOGIN" SP userid SP password ; both are astrings */
function readLogin(cursor: Cursor): LoginCommand {
  cursor.space();
  const user = cursor.astring();
  cursor.space();
  const start = cursor.at;
  const password = cursor.astring();
  cursor.secrets.push([start, cursor.at]);
  return { name: "LOGIN", user, password: new Secret(password) };
}

/** See {@link AuthenticateCommand}. */
export const authenticate: CommandGrammar<AuthenticateCommand> = { read: readAuthenticate, write: writeAuthenticate };

/** authenticate = "AUTHENTICATE" SP auth-type [SP (base64 / "=")] *(CRLF base64) (RFC 4959) */
function readAuthenticate(cursor: Cursor): AuthenticateCommand {
  cursor.space();
  const mechanism = cursor.keyword();
  if (cursor.peek() !== SP) return { name: "AUTHENTICATE", mechanism, initialResponse: null };
  cursor.space();
  const start = cursor.at;
  const initialResponse = cursor.run(FLAG);
  cursor.secrets.push([start, cursor.at]);
  if (initialResponse !== "" && !BASE64.test(initialResponse)) throw new Malformed("bad-base64");
  return { name: "AUTHENTICATE", mechanism, initialResponse: initialResponse === "" ? null : new Secret(initialResponse) };
}

/** base64 / "=" ; whether its padding is right is for who decodes it */
const BASE64 = /^(?:[A-Za-z0-9+/]+={0,2}|=)$/;

/** See {@link readLogin}. */
function writeLogin(writer: Writer, { user, password }: LoginCommand): void {
  writer.raw("LOGIN ").astring(user).raw(" ");
  writer.secret(() => writer.astring(password.reveal()));
}

/** See {@link readAuthenticate}. */
function writeAuthenticate(writer: Writer, { mechanism, initialResponse }: AuthenticateCommand): void {
  writer.raw("AUTHENTICATE ").word(mechanism, ATOM, "a mechanism");
  if (initialResponse === null) return;
  const base64 = initialResponse.reveal();
  if (!BASE64.test(base64)) throw unsayable("an initial response that is not base64");
  writer.raw(" ").secret(() => writer.raw(base64));
}
