// The commands of RFC 5321 section 4.1.1, STARTTLS (RFC 3207) and AUTH (RFC 4954) as values, and their strict encoding.

import { encodeBase64, ProtocolError, type Secret } from "@mailwire/wire";
import { encodeLine } from "./line.ts";
import { type Parameter, parametersText } from "./parameters.ts";
import type { ForwardPath, ReversePath } from "./path.ts";

/** HELO or EHLO: who the client is. */
export interface HelloCommand {
  /** Which command it is. */
  readonly verb: "HELO" | "EHLO";
  /** A domain or an address literal; what a peer sent may be anything without spaces. */
  readonly domain: string;
}

/** MAIL: begins a transaction. */
export interface MailCommand {
  /** Which command it is. */
  readonly verb: "MAIL";
  /** The sender; `""` for none. */
  readonly path: ReversePath;
  /** In order. */
  readonly parameters: readonly Parameter[];
}

/** RCPT: adds a recipient. */
export interface RcptCommand {
  /** Which command it is. */
  readonly verb: "RCPT";
  /** The recipient. */
  readonly path: ForwardPath;
  /** In order. */
  readonly parameters: readonly Parameter[];
}

/** A command that stands alone. */
export type PlainCommand =
  { readonly verb: "DATA" } | { readonly verb: "RSET" } | { readonly verb: "QUIT" } | { readonly verb: "STARTTLS" };

/** NOOP or HELP, which may carry a text. */
export interface TextCommand {
  /** Which command it is. */
  readonly verb: "NOOP" | "HELP";
  /** What stands behind the verb, if anything does. */
  readonly text?: string;
}

/** VRFY: asks whether a mailbox exists. */
export interface VrfyCommand {
  /** Which command it is. */
  readonly verb: "VRFY";
  /** A user, a mailbox, or a part of one. */
  readonly text: string;
}

/** AUTH: begins a SASL exchange. */
export interface AuthCommand {
  /** Which command it is. */
  readonly verb: "AUTH";
  /** In capitals. */
  readonly mechanism: string;
  /** Sent along, decoded; an empty array is sent as `=`. */
  readonly initialResponse?: Secret<Uint8Array>;
}

/** Any command without a type of its own here. */
export interface UnknownCommand {
  /** Which command it is. */
  readonly verb: "unknown";
  /** The first word, as it came. */
  readonly name: string;
  /** All behind it, without the space between. */
  readonly argument: string;
}

/** Every command that can be sent. */
export type Command = HelloCommand | MailCommand | RcptCommand | PlainCommand | TextCommand | VrfyCommand | AuthCommand | UnknownCommand;

/** The verbs with a type of their own. */
export type CommandVerb = Exclude<Command["verb"], "unknown">;

/** Every verb of {@link CommandVerb}. */
export const COMMAND_VERBS = [
  "HELO", "EHLO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "VRFY", "HELP", "QUIT", "STARTTLS", "AUTH",
] as const satisfies readonly CommandVerb[]; // prettier-ignore

/**
 * A command as its line, CRLF included. Throws a local `ProtocolError`: `line-break` for CR, LF or NUL in any field, `bad-command` for
 * anything else that the RFC does not allow there, `bad-parameter` for a parameter.
 */
export function encodeCommand(command: Command): Uint8Array {
  return encodeLine(commandText(command));
}

function commandText(command: Command): string {
  switch (command.verb) {
    case "HELO":
    case "EHLO":
      return `${command.verb} ${word(command.domain)}`;
    case "MAIL":
      return `MAIL FROM:<${command.path}>${parametersText(command.parameters)}`;
    case "RCPT":
      return `RCPT TO:<${command.path}>${parametersText(command.parameters)}`;
    case "NOOP":
    case "HELP":
      return command.text === undefined ? command.verb : `${command.verb} ${command.text}`;
    case "VRFY":
      return `VRFY ${command.text}`;
    case "AUTH":
      return `AUTH ${word(command.mechanism)}${initialResponseText(command.initialResponse)}`;
    case "unknown":
      return unknownText(command);
    case "DATA":
    case "RSET":
    case "QUIT":
    case "STARTTLS":
      return command.verb;
  }
}

/**
 *     auth-command     = "AUTH" SP sasl-mech [SP initial-response]
 *     initial-response = base64 / "="
 */
function initialResponseText(response: Secret<Uint8Array> | undefined): string {
  if (response === undefined) return "";
  const bytes = response.reveal();
  return bytes.length === 0 ? " =" : ` ${encodeBase64(bytes)}`;
}

/** A known verb must not come in by this door: the session could not follow what it starts. */
function unknownText({ name, argument }: UnknownCommand): string {
  if ((COMMAND_VERBS as readonly string[]).includes(word(name).toUpperCase())) {
    throw new ProtocolError("local", "bad-command", `${name} has a type of its own`);
  }
  return argument === "" ? name : `${name} ${argument}`;
}

function word(text: string): string {
  if (!/^[^\s\p{Cc}]+$/u.test(text)) throw new ProtocolError("local", "bad-command", `not one word: ${JSON.stringify(text)}`);
  return text;
}
