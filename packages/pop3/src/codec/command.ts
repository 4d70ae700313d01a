// Commands (RFC 1939, RFC 2449 CAPA, RFC 2595 STLS, RFC 5034 AUTH, RFC 6856 UTF8 and LANG). Decoding is lenient in letter case and blanks, encoding is strict.

import { ProtocolError, Secret, decodeBase64, encodeBase64, utf8 } from "@mailwire/wire";
import { MAX_COMMAND_BYTES, decodeText, wholeLine } from "./line.ts";

/** A command that takes no argument. */
export type BareVerb = "stat" | "noop" | "rset" | "capa" | "stls" | "utf8" | "quit";

/** What a client says. `message` is a message number, from 1. */
export type Command =
  | { readonly type: "user"; readonly name: string }
  | { readonly type: "pass"; readonly password: Secret<string> }
  | { readonly type: "apop"; readonly name: string; readonly digest: Secret<string> }
  /** `initialResponse` is absent when there is none; an empty one is `=` on the wire. */
  | { readonly type: "auth"; readonly mechanism: string; readonly initialResponse?: Secret<Uint8Array> }
  /** Without `message`: of all messages, as a multi-line reply. */
  | { readonly type: "list" | "uidl"; readonly message?: number }
  | { readonly type: "retr" | "dele"; readonly message: number }
  /** The header and `lines` lines of the body. */
  | { readonly type: "top"; readonly message: number; readonly lines: number }
  /** A language range such as `de` or `*`, the server's own choice; without it: which languages there are, as a multi-line reply. */
  | { readonly type: "lang"; readonly range?: string }
  | { readonly type: BareVerb }
  /** Any other command, as it was said. */
  | { readonly type: "unknown"; readonly keyword: string; readonly argument?: string }
  /** A known command whose argument is wrong. The argument of PASS, APOP and AUTH is wrapped. */
  | { readonly type: "invalid"; readonly keyword: string; readonly argument?: string | Secret<string>; readonly reason: string };

/** The type of a {@link Command}: the verbs of the protocol, `unknown` and `invalid`. */
export type CommandType = Command["type"];

/**
 * Reads a command line without its line end. Never throws: what is not known is `unknown`, what is known but malformed is `invalid`.
 *
 *     command = keyword *(SP argument)    keyword = 3*4VCHAR, case-insensitive
 */
export function decodeCommand(line: Uint8Array): Command {
  const [, keyword = "", argument] = /^[ \t]*([^ \t]*)(?:[ \t](.*))?$/s.exec(decodeText(line)) ?? [];
  const read = ARGUMENTS.get(keyword.toUpperCase());
  if (read === undefined) return { type: "unknown", keyword, ...(argument !== undefined && { argument }) };
  const command = read(argument ?? "");
  if (typeof command !== "string") return command;
  if (argument === undefined) return { type: "invalid", keyword, reason: command };
  return { type: "invalid", keyword, argument: SECRET.test(keyword) ? new Secret(argument) : argument, reason: command };
}

const SECRET = /^(?:PASS|APOP|AUTH)$/i;

/** Reads the argument of one keyword: the command, or what is wrong. */
type ReadArgument = (argument: string) => Command | string;

const ARGUMENTS: ReadonlyMap<string, ReadArgument> = new Map<string, ReadArgument>([
  ["USER", readUser],
  ["PASS", (password) => (password === "" ? "a password is missing" : { type: "pass", password: new Secret(password) })],
  ["APOP", readApop],
  ["AUTH", readAuth],
  ["LIST", (argument) => readOptionalMessage("list", argument)],
  ["UIDL", (argument) => readOptionalMessage("uidl", argument)],
  ["RETR", (argument) => readMessage("retr", argument)],
  ["DELE", (argument) => readMessage("dele", argument)],
  ["TOP", readTop],
  ["STAT", (argument) => readNothing("stat", argument)],
  ["NOOP", (argument) => readNothing("noop", argument)],
  ["RSET", (argument) => readNothing("rset", argument)],
  ["CAPA", (argument) => readNothing("capa", argument)],
  ["STLS", (argument) => readNothing("stls", argument)],
  ["UTF8", (argument) => readNothing("utf8", argument)],
  ["LANG", readLang],
  ["QUIT", (argument) => readNothing("quit", argument)],
]);

function readUser(argument: string): Command | string {
  const name = trim(argument);
  return name === "" ? "a name is missing" : { type: "user", name };
}

/** apop = "APOP" SP name SP 32HEXDIG */
function readApop(argument: string): Command | string {
  const [, name, digest] = /^(.*[^ \t])[ \t]+([0-9a-f]{32})$/is.exec(trim(argument)) ?? [];
  if (name === undefined || digest === undefined) return "a name and a digest of 32 hexadecimal digits are needed";
  return { type: "apop", name, digest: new Secret(digest.toLowerCase()) };
}

/** auth = "AUTH" SP sasl-mech [SP (base64 / "=")] */
function readAuth(argument: string): Command | string {
  const [, name, response] = /^([A-Za-z0-9_-]{1,20})(?:[ \t]+(\S+))?$/.exec(trim(argument)) ?? [];
  if (name === undefined) return "a SASL mechanism is needed";
  const mechanism = name.toUpperCase();
  if (response === undefined) return { type: "auth", mechanism };
  const initialResponse = response === "=" ? new Uint8Array() : decodeBase64(response);
  if (initialResponse === undefined) return "the initial response is not base64";
  return { type: "auth", mechanism, initialResponse: new Secret(initialResponse) };
}

function readTop(argument: string): Command | string {
  const [, first = "", second = ""] = /^(\d+)[ \t]+(\d+)$/.exec(trim(argument)) ?? [];
  const message = readNumber(first);
  const lines = readNumber(second);
  if (message === undefined || message === 0 || lines === undefined) return "a message number and a number of lines are needed";
  return { type: "top", message, lines };
}

/** lang = "LANG" [SP language-range] (RFC 4647 section 2.1) */
function readLang(argument: string): Command | string {
  const range = trim(argument);
  if (range === "") return { type: "lang" };
  return LANGUAGE_RANGE.test(range) ? { type: "lang", range } : "that is no language range";
}

const LANGUAGE_RANGE = /^(?:\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)$/;

function readOptionalMessage(type: "list" | "uidl", argument: string): Command | string {
  if (trim(argument) === "") return { type };
  const message = readNumber(trim(argument));
  return message === undefined || message === 0 ? "that is no message number" : { type, message };
}

function readMessage(type: "retr" | "dele", argument: string): Command | string {
  const message = readNumber(trim(argument));
  return message === undefined || message === 0 ? "a message number is needed" : { type, message };
}

function readNothing(type: BareVerb, argument: string): Command | string {
  return trim(argument) === "" ? { type } : "it takes no argument";
}

/** Decimal digits that a number can hold exactly. */
function readNumber(text: string): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Blanks at both ends go; other white space is nothing special in this protocol. */
function trim(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, "");
}

/**
 * A command as a line with CRLF. Throws a local `ProtocolError`: `bad-argument` when the protocol has no way to say it, `bad-line` for CR,
 * LF or NUL in a field, `line-too-long` beyond 255 bytes (RFC 2449 section 4).
 */
export function encodeCommand(command: Command): Uint8Array {
  return utf8(commandLine(command));
}

/** {@link encodeCommand} as text. */
export function commandLine(command: Command): string {
  return BARE_LINES.get(command.type) ?? wholeLine(commandText(command), MAX_COMMAND_BYTES);
}

/** Those that are always the same. */
const BARE_LINES: ReadonlyMap<CommandType, string> = new Map(
  (["stat", "noop", "rset", "capa", "stls", "utf8", "quit"] as const).map((verb: BareVerb) => [verb, `${verb.toUpperCase()}\r\n`]),
);

function commandText(command: Command): string {
  switch (command.type) {
    case "user":
      return `USER ${checkedName(command.name)}`;
    case "pass":
      return `PASS ${checked(command.password.reveal(), "the password", (password) => password !== "")}`;
    case "apop":
      return `APOP ${checkedName(command.name)} ${checked(command.digest.reveal(), "the digest", (digest) => /^[0-9a-f]{32}$/.test(digest))}`;
    case "auth":
      return `AUTH ${checkedMechanism(command.mechanism)}${initialResponse(command.initialResponse)}`;
    case "list":
    case "uidl":
      return `${command.type.toUpperCase()}${command.message === undefined ? "" : ` ${checkedNumber(command.message, 1)}`}`;
    case "retr":
    case "dele":
      return `${command.type.toUpperCase()} ${checkedNumber(command.message, 1)}`;
    case "top":
      return `TOP ${checkedNumber(command.message, 1)} ${checkedNumber(command.lines, 0)}`;
    case "lang":
      return command.range === undefined ? "LANG" : `LANG ${checked(command.range, "the range", (range) => LANGUAGE_RANGE.test(range))}`;
    case "unknown":
    case "invalid":
      return `${checkedKeyword(command.keyword)}${rawArgument(command.argument)}`;
    default:
      return command.type.toUpperCase();
  }
}

/** Blanks around a name would be lost. */
function checkedName(name: string): string {
  return checked(name, "the name", (text) => text !== "" && text === trim(text));
}

function checkedMechanism(mechanism: string): string {
  return checked(mechanism, "the mechanism", (name) => /^[A-Z0-9_-]{1,20}$/.test(name));
}

function checkedKeyword(keyword: string): string {
  return checked(keyword, "the keyword", (word) => /^[^ \t]+$/.test(word));
}

function checkedNumber(value: number, least: number): string {
  return checked(String(value), "the number", () => Number.isSafeInteger(value) && value >= least);
}

function checked(text: string, what: string, good: (text: string) => boolean): string {
  if (!good(text)) throw new ProtocolError("local", "bad-argument", `${what} cannot be said in a command`);
  return text;
}

function rawArgument(argument: string | Secret<string> | undefined): string {
  if (argument === undefined) return "";
  return ` ${typeof argument === "string" ? argument : argument.reveal()}`;
}

function initialResponse(response: Secret<Uint8Array> | undefined): string {
  if (response === undefined) return "";
  const bytes = response.reveal();
  return bytes.length === 0 ? " =" : ` ${encodeBase64(bytes)}`;
}
