// From a line to a command, RFC 5321 section 4.1.1: lenient about case, spaces and brackets, never throwing.

import { decodeBase64, latin1, Secret } from "@mailwire/wire";
import type { CommandVerb, HelloCommand, LookupCommand, OnBehalfAttribute, OnBehalfCommand } from "./command.ts";
import { meaningOf } from "./line.ts";
import { scanParameters } from "./parameters.ts";
import { type ForwardPath, isDomain, PLAIN_FROM, PLAIN_TO, type ReversePath, scanPath } from "./path.ts";
import { type CommandProblem, type DecodedCommand, ReceivedCommand } from "./received-command.ts";
import { Scanner } from "./scanner.ts";
import { decodeXtext } from "./xtext.ts";

/** Reads one line, given with or without its line end. Bytes beyond ASCII are read as UTF-8. */
export function decodeCommand(line: Uint8Array): ReceivedCommand {
  const text = latin1(line);
  const scanner = new Scanner();
  const lineEnd = /\r?\n$/.exec(text)?.[0] ?? "";
  scanner.reset(text, 0, text.length - lineEnd.length);
  if (lineEnd === "\n") scanner.odd("bare-lf");
  const command = scanCommand(scanner);
  return new ReceivedCommand(command, scanner.deviations, text, 0, text.length);
}

/**
 * Reads the command that stands between the scanner's cursor and its end.
 *
 *     command = verb [SP argument] CRLF
 */
export function scanCommand(scanner: Scanner): DecodedCommand {
  if (scanner.skipSpaces() > 0) scanner.odd("extra-space");
  const parse = parserAt(scanner);
  if (parse !== undefined) return parse(scanner);
  const name = scanner.match(WORD);
  scanner.at += 1;
  return { verb: "unknown", name: meaningOf(name), argument: scanner.at < scanner.end ? meaningOf(scanner.rest()) : "" };
}

type Parse = (scanner: Scanner) => DecodedCommand;

const PARSERS: readonly (readonly [CommandVerb, Parse])[] = [
  ["HELO", (scanner) => scanHello(scanner, "HELO")],
  ["EHLO", (scanner) => scanHello(scanner, "EHLO")],
  ["LHLO", (scanner) => scanHello(scanner, "LHLO")],
  ["MAIL", scanMail],
  ["RCPT", scanRcpt],
  ["DATA", (scanner) => scanPlain(scanner, "DATA")],
  ["RSET", (scanner) => scanPlain(scanner, "RSET")],
  ["QUIT", (scanner) => scanPlain(scanner, "QUIT")],
  ["STARTTLS", (scanner) => scanPlain(scanner, "STARTTLS")],
  ["NOOP", (scanner) => scanText(scanner, "NOOP")],
  ["HELP", (scanner) => scanText(scanner, "HELP")],
  ["VRFY", (scanner) => scanLookup(scanner, "VRFY")],
  ["EXPN", (scanner) => scanLookup(scanner, "EXPN")],
  ["ETRN", (scanner) => scanLookup(scanner, "ETRN")],
  ["AUTH", scanAuth],
  ["BDAT", scanBdat],
  ["XCLIENT", (scanner) => scanOnBehalf(scanner, "XCLIENT")],
  ["XFORWARD", (scanner) => scanOnBehalf(scanner, "XFORWARD")],
];

/** By their first four letters, which tell all verbs apart, as one number: no text has to be cut out and hashed for each line. */
const PARSERS_BY_LETTERS = new Map(PARSERS.map(([verb, parse]) => [fourLetters(verb, 0), { verb, parse }]));

/** The parser of the verb at the cursor, which moves behind it. */
function parserAt(scanner: Scanner): Parse | undefined {
  const { text, at, end } = scanner;
  if (end - at < 4) return undefined;
  const found = PARSERS_BY_LETTERS.get(fourLetters(text, at));
  if (found === undefined) return undefined;
  const stop = at + found.verb.length;
  if (stop < end && text.charCodeAt(stop) !== SPACE) return undefined;
  if (found.verb.length > 4 && text.slice(at, stop).toUpperCase() !== found.verb) return undefined;
  scanner.at = stop;
  return found.parse;
}

/** Four characters from `at` on in one number; without bit 5, so that only letters can stand for letters, in either case. */
function fourLetters(text: string, at: number): number {
  const [first, second] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
  const [third, fourth] = [text.charCodeAt(at + 2), text.charCodeAt(at + 3)];
  return ((first << 24) | (second << 16) | (third << 8) | fourth) & 0xdfdfdfdf;
}

function invalid(name: CommandVerb, problem: CommandProblem): DecodedCommand {
  return { verb: "invalid", name, problem };
}

/**
 *     ehlo = "EHLO" SP ( Domain / address-literal ) CRLF
 *     helo = "HELO" SP Domain CRLF
 */
function scanHello(scanner: Scanner, verb: HelloCommand["verb"]): DecodedCommand {
  const domain = argument(scanner);
  if (domain === "") return invalid(verb, "argument-missing");
  if (/[\0- \x7f]/.test(domain)) return invalid(verb, "bad-argument");
  if (!isDomain(domain)) scanner.odd("odd-argument");
  return { verb, domain };
}

/**
 *     mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF
 */
function scanMail(scanner: Scanner): DecodedCommand {
  const path = scanPlainPath(scanner, PLAIN_FROM, 7) ?? (scanPrefix(scanner, "FROM") ? scanSender(scanner) : undefined);
  if (path === undefined) return invalid("MAIL", "bad-path");
  const parameters = scanParameters(scanner);
  return parameters === undefined ? invalid("MAIL", "bad-parameter") : { verb: "MAIL", path: path as ReversePath, parameters };
}

/** `postmaster` without a domain can receive but not send. */
function scanSender(scanner: Scanner): string | undefined {
  const path = scanPath(scanner);
  return path === "" || path?.includes("@") === true ? path : undefined;
}

/**
 *     rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters] CRLF
 */
function scanRcpt(scanner: Scanner): DecodedCommand {
  const path = scanPlainPath(scanner, PLAIN_TO, 5) ?? (scanPrefix(scanner, "TO") ? scanPath(scanner) : undefined);
  if (path === undefined || path === "") return invalid("RCPT", "bad-path");
  const parameters = scanParameters(scanner);
  return parameters === undefined ? invalid("RCPT", "bad-parameter") : { verb: "RCPT", path: path as ForwardPath, parameters };
}

/** The path behind a prefix of `prefixLength`, when all is as it should be. */
function scanPlainPath(scanner: Scanner, plain: RegExp, prefixLength: number): string | undefined {
  const start = scanner.at + prefixLength;
  return scanner.skipMatch(plain) ? scanner.text.slice(start, scanner.at - 1) : undefined;
}

/** Steps over `FROM:` or `TO:` and the spaces that people type around it. */
function scanPrefix(scanner: Scanner, word: "FROM" | "TO"): boolean {
  if (scanner.skipSpaces() !== 1) scanner.odd("extra-space");
  if (scanner.match(WORD_OF_PREFIX).toUpperCase() !== word) return false;
  if (scanner.skipSpaces() > 0) scanner.odd("extra-space");
  if (!scanner.skip(COLON)) return false;
  if (scanner.skipSpaces() > 0) scanner.odd("extra-space");
  return true;
}

/**
 *     data = "DATA" CRLF      and so RSET, QUIT, STARTTLS
 */
function scanPlain(scanner: Scanner, verb: "DATA" | "RSET" | "QUIT" | "STARTTLS"): DecodedCommand {
  return argument(scanner) === "" ? { verb } : invalid(verb, "bad-argument");
}

/**
 *     noop = "NOOP" [ SP String ] CRLF      and so HELP
 */
function scanText(scanner: Scanner, verb: "NOOP" | "HELP"): DecodedCommand {
  const text = argument(scanner);
  if (CONTROL.test(text)) return invalid(verb, "bad-argument");
  return text === "" ? { verb } : { verb, text: meaningOf(text) };
}

/**
 *     vrfy = "VRFY" SP String CRLF      and so EXPN
 *     etrn = "ETRN" SP [ "@" / "#" ] node-name CRLF
 */
function scanLookup(scanner: Scanner, verb: LookupCommand["verb"]): DecodedCommand {
  const text = argument(scanner);
  if (text === "") return invalid(verb, "argument-missing");
  return CONTROL.test(text) ? invalid(verb, "bad-argument") : { verb, text: meaningOf(text) };
}

/**
 *     bdat-cmd   = "BDAT" SP chunk-size [ SP end-marker ] CRLF
 *     chunk-size = 1*DIGIT
 *     end-marker = "LAST"
 */
function scanBdat(scanner: Scanner): DecodedCommand {
  const [, digits = "", last] = /^(\d+)(?: +(LAST))?$/i.exec(argument(scanner)) ?? [];
  const sizeBytes = digits.length > 20 ? Infinity : Number(digits);
  if (digits === "" || !Number.isSafeInteger(sizeBytes)) return invalid("BDAT", "bad-chunk-size");
  return { verb: "BDAT", sizeBytes, position: last === undefined ? "more" : "last" };
}

/**
 *     xclient   = "XCLIENT" 1*( SP attribute ) CRLF      and so XFORWARD
 *     attribute = attribute-name "=" ( xtext / "[UNAVAILABLE]" / "[TEMPUNAVAIL]" )
 */
function scanOnBehalf(scanner: Scanner, verb: OnBehalfCommand["verb"]): DecodedCommand {
  const text = argument(scanner);
  if (text === "") return invalid(verb, "argument-missing");
  const attributes: OnBehalfAttribute[] = [];
  for (const word of text.split(/ +/)) {
    const [, name = "", xtext = ""] = /^([A-Za-z][\w-]*)=(.+)$/.exec(word) ?? [];
    const isKnown = !/^\[(?:UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(xtext);
    const value = isKnown ? decodeXtext(xtext) : undefined;
    if (name === "" || (isKnown && (value === undefined || CONTROL.test(value)))) return invalid(verb, "bad-argument");
    attributes.push({ name: name.toUpperCase(), value });
  }
  return { verb, attributes };
}

/**
 *     auth-command     = "AUTH" SP sasl-mech [SP initial-response] CRLF
 *     sasl-mech        = 1*20( UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE )
 *     initial-response = base64 / "="
 */
function scanAuth(scanner: Scanner): DecodedCommand {
  const [mechanism = "", response, more] = argument(scanner).split(/ +/);
  if (mechanism === "") return invalid("AUTH", "argument-missing");
  if (!/^[\w-]+$/.test(mechanism) || more !== undefined) return invalid("AUTH", "bad-argument");
  const command = { verb: "AUTH", mechanism: mechanism.toUpperCase() } as const;
  if (response === undefined) return command;
  const bytes = response === "=" ? new Uint8Array() : decodeBase64(response);
  return bytes === undefined ? invalid("AUTH", "bad-base64") : { ...command, initialResponse: new Secret(bytes) };
}

/** What follows the verb, without the spaces around it. */
function argument(scanner: Scanner): string {
  if (scanner.at === scanner.end) return "";
  const before = scanner.skipSpaces();
  const text = scanner.rest();
  const trimmed = text.replace(/[ \t]+$/, "");
  if (before > 1 || trimmed.length < text.length || trimmed === "") scanner.odd("extra-space");
  return trimmed;
}

/** All up to a space or the end of the line. */
const WORD = /[^ \r\n]*/y;
const WORD_OF_PREFIX = /[A-Za-z]*/y;
const [SPACE, COLON] = [32, 58] as const;
/** A bare CR is among them: it may look like a line end to someone else. */
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
