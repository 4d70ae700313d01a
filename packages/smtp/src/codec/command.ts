// The commands of RFC 5321 section 4.1.1, STARTTLS (RFC 3207), AUTH (RFC 4954), BDAT (RFC 3030), LHLO (RFC 2033), ETRN (RFC 1985), and
// XCLIENT and XFORWARD (which Postfix describes) as values, and their strict encoding.

import { encodeBase64, ProtocolError, type Secret, utf8 } from "@mailwire/wire";
import { wholeLine } from "./line.ts";
import { type Parameter, parametersText } from "./parameters.ts";
import type { ForwardPath, ReversePath } from "./path.ts";
import { encodeXtext } from "./xtext.ts";

/** HELO, EHLO, or the LHLO of LMTP: who the client is. */
export interface HelloCommand {
  /** Which command it is. */
  readonly verb: "HELO" | "EHLO" | "LHLO";
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

/** VRFY asks whether a mailbox exists, EXPN who is on a list, ETRN (RFC 1985) for the mail that waits for a node. */
export interface LookupCommand {
  /** Which command it is. */
  readonly verb: "VRFY" | "EXPN" | "ETRN";
  /** A user, a mailbox, or a part of one; a list; a node (`@` in front: and all under it; `#`: a queue). */
  readonly text: string;
}

/** BDAT: so many bytes of the message follow at once (RFC 3030). */
export interface BdatCommand {
  /** Which command it is. */
  readonly verb: "BDAT";
  /** How many. */
  readonly sizeBytes: number;
  /** Whether the message ends with them. */
  readonly position: "more" | "last";
}

/** XCLIENT: take this for who the client is; XFORWARD: log this. Trusted relays say so of the client that they speak for. */
export type OnBehalfCommand =
  | { readonly verb: "XCLIENT"; readonly attributes: readonly OnBehalfAttribute[] }
  | { readonly verb: "XFORWARD"; readonly attributes: readonly OnBehalfAttribute[] };

/** One thing that a relay tells of its client. */
export interface OnBehalfAttribute {
  /** In capitals: `NAME`, `ADDR`, `PORT`, `PROTO`, `HELO`, `LOGIN`, … */
  readonly name: string;
  /** Decoded; `undefined` when the relay does not know (`[UNAVAILABLE]`, `[TEMPUNAVAIL]`). */
  readonly value: string | undefined;
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
export type Command =
  | HelloCommand
  | MailCommand
  | RcptCommand
  | PlainCommand
  | TextCommand
  | LookupCommand
  | AuthCommand
  | BdatCommand
  | OnBehalfCommand
  | UnknownCommand;

/** The verbs with a type of their own. */
export type CommandVerb = Exclude<Command["verb"], "unknown">;

/** Every verb of {@link CommandVerb}. */
export const COMMAND_VERBS = [
  "HELO", "EHLO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "VRFY", "EXPN", "HELP", "QUIT", "STARTTLS", "AUTH", "ETRN",
  "XCLIENT", "XFORWARD",
] as const satisfies readonly CommandVerb[]; // prettier-ignore

/**
 * A command as its line, CRLF included. Throws a local `ProtocolError`: `line-break` for CR, LF or NUL in any field, `bad-command` for
 * anything else that the RFC does not allow there, `bad-parameter` for a parameter.
 */
export function encodeCommand(command: Command): Uint8Array {
  return utf8(commandLine(command));
}

/** {@link encodeCommand} as text. @internal */
export function commandLine(command: Command): string {
  return wholeLine(commandText(command));
}

function commandText(command: Command): string {
  switch (command.verb) {
    case "HELO":
    case "EHLO":
    case "LHLO":
      return `${command.verb} ${word(command.domain)}`;
    case "MAIL":
      return `MAIL FROM:<${command.path}>${parametersText(command.parameters)}`;
    case "RCPT":
      return `RCPT TO:<${command.path}>${parametersText(command.parameters)}`;
    case "NOOP":
    case "HELP":
      return command.text === undefined ? command.verb : `${command.verb} ${command.text}`;
    case "VRFY":
    case "EXPN":
    case "ETRN":
      return `${command.verb} ${command.text}`;
    case "BDAT":
      return `BDAT ${chunkSize(command.sizeBytes)}${command.position === "last" ? " LAST" : ""}`;
    case "XCLIENT":
    case "XFORWARD":
      if (command.attributes.length === 0) throw new ProtocolError("local", "bad-command", `${command.verb} has at least one attribute`);
      return `${command.verb}${command.attributes.map(attributeText).join("")}`;
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

function chunkSize(sizeBytes: number): number {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
    throw new ProtocolError("local", "bad-command", `no size of a chunk: ${sizeBytes}`);
  return sizeBytes;
}

/**
 *     attribute = attribute-name "=" ( xtext / "[UNAVAILABLE]" / "[TEMPUNAVAIL]" )
 */
function attributeText({ name, value }: OnBehalfAttribute): string {
  if (!/^[A-Za-z][\w-]*$/.test(name) || (value !== undefined && !/^[^\p{Cc}]+$/u.test(value)))
    throw new ProtocolError("local", "bad-command", `no attribute: ${JSON.stringify(name)}=${JSON.stringify(value)}`);
  // Xtext may begin with a bracket; what is told must not look like what is not.
  const xtext = value === undefined ? "[UNAVAILABLE]" : encodeXtext(value).replace(/^\[/, "+5B");
  return ` ${name.toUpperCase()}=${xtext}`;
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
