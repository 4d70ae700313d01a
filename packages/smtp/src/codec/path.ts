// Addresses of the envelope, RFC 5321 section 4.1.2, with UTF-8 as of RFC 6531 section 3.3.

import { ProtocolError } from "@mailwire/wire";
import { meaningOf } from "./line.ts";
import { Scanner } from "./scanner.ts";

declare const brand: unique symbol;

/**
 * The text between the brackets of MAIL FROM: a mailbox, or `""` for the null sender. Made by {@link reversePath} or read by the decoder;
 * nothing in it can end the path. A quoted local part is kept exactly as it came.
 */
export type ReversePath = string & { readonly [brand]: "ReversePath" };

/** The text between the brackets of RCPT TO: a mailbox, or `postmaster` in any case. See {@link ReversePath}. */
export type ForwardPath = string & { readonly [brand]: "ForwardPath" };

/** `address` as the sender of a message (`""`: none); throws a local `ProtocolError` (`bad-address`) when RFC 5321 does not allow it. */
export function reversePath(address: string): ReversePath {
  if (address !== "" && !isMailbox(address)) throw badAddress(address);
  return address as ReversePath;
}

/** `address` as a recipient; throws a local `ProtocolError` (`bad-address`) when RFC 5321 does not allow it. */
export function forwardPath(address: string): ForwardPath {
  if (!isMailbox(address) && !isPostmaster(address)) throw badAddress(address);
  return address as ForwardPath;
}

/** The part of a path before its last `@`, quotes included; the whole path when it has no domain. */
export function localPartOf(path: ReversePath | ForwardPath): string {
  const at = path.lastIndexOf("@");
  return at === -1 ? path : path.slice(0, at);
}

/** The domain or address literal of a path; `undefined` for `postmaster` and the null sender. */
export function domainOf(path: ReversePath | ForwardPath): string | undefined {
  const at = path.lastIndexOf("@");
  return at === -1 ? undefined : path.slice(at + 1);
}

/** True when `text` is a domain or an address literal as RFC 5321 section 4.1.2 has them: what may stand behind EHLO. */
export function isDomain(text: string): boolean {
  const scanner = new Scanner().reset(text, 0, text.length);
  return scanDomain(scanner) && isWhole(scanner);
}

/** True for a mailbox of which RFC 5321 (or 6531) allows every character. */
export function isMailbox(text: string): boolean {
  const scanner = new Scanner().reset(text, 0, text.length);
  return scanMailbox(scanner) && isWhole(scanner);
}

/** True for `postmaster`, the one recipient that needs no domain (RFC 5321 section 4.5.1). */
function isPostmaster(text: string): boolean {
  return text.length === POSTMASTER.length && text.toLowerCase() === POSTMASTER;
}

const POSTMASTER = "postmaster";

function isWhole(scanner: Scanner): boolean {
  return scanner.at === scanner.end && scanner.deviations.length === 0;
}

function badAddress(address: string): ProtocolError {
  return new ProtocolError("local", "bad-address", `not an address of RFC 5321: ${JSON.stringify(address)}`);
}

/**
 * Reads `"<>"` or a path, with or without brackets; `undefined` when it is none.
 *
 *     Reverse-path = Path / "<>"
 *     Forward-path = Path / "<Postmaster>"
 *     Path         = "<" [ A-d-l ":" ] Mailbox ">"
 */
export function scanPath(scanner: Scanner): string | undefined {
  const bracketed = scanner.skip(OPEN);
  if (!bracketed) scanner.odd("no-brackets");
  else if (scanner.skip(CLOSE)) return "";
  if (scanner.code === AT && !scanSourceRoute(scanner)) return undefined;
  const start = scanner.at;
  if (!scanMailbox(scanner) && !isPostmaster(scanner.from(start))) return undefined;
  const path = scanner.from(start);
  if (bracketed && !scanner.skip(CLOSE)) return undefined;
  return HIGH.test(path) ? utf8Path(path) : path;
}

/** UTF-8 that is none would not survive being sent on. */
function utf8Path(path: string): string | undefined {
  const text = meaningOf(path);
  return text === path ? undefined : text;
}

/**
 *     A-d-l     = At-domain *( "," At-domain )
 *     At-domain = "@" Domain
 */
function scanSourceRoute(scanner: Scanner): boolean {
  scanner.odd("source-route");
  while (scanner.skip(AT) && scanDomain(scanner)) {
    if (scanner.skip(COLON)) return true;
    if (!scanner.skip(COMMA)) return false;
  }
  return false;
}

/**
 *     Mailbox = Local-part "@" ( Domain / address-literal )
 */
function scanMailbox(scanner: Scanner): boolean {
  const local = scanner.code === QUOTE ? scanQuotedString(scanner) : scanDotString(scanner);
  return local && scanner.skip(AT) && scanDomain(scanner);
}

/**
 *     Dot-string = Atom *( "." Atom )
 *
 * Dots at the edges and side by side are in use (`a..b@`, `a.@`) and therefore read.
 */
function scanDotString(scanner: Scanner): boolean {
  const { text, end } = scanner;
  const start = scanner.at;
  let at = start;
  let last: number = DOT;
  while (at < end) {
    const code = text.charCodeAt(at);
    if ((classOf(code) & ATEXT) === 0) {
      if (code !== DOT) break;
      if (last === DOT) scanner.odd("odd-local-part");
    }
    last = code;
    at += 1;
  }
  if (last === DOT && at > start) scanner.odd("odd-local-part");
  scanner.at = at;
  return at > start;
}

/**
 *     Quoted-string  = DQUOTE *QcontentSMTP DQUOTE
 *     QcontentSMTP   = qtextSMTP / quoted-pairSMTP
 *     quoted-pairSMTP = "\" %d32-126
 */
function scanQuotedString(scanner: Scanner): boolean {
  scanner.at += 1;
  while (scanner.at < scanner.end) {
    const { code } = scanner;
    scanner.at += 1;
    if (code === QUOTE) return true;
    if (code < SPACE || code === DELETE) return false;
    if (code === BACKSLASH) {
      const quoted = scanner.code;
      if (quoted < SPACE || quoted >= DELETE) return false;
      scanner.at += 1;
    }
  }
  return false;
}

/**
 *     Domain     = sub-domain *( "." sub-domain )
 *     sub-domain = Let-dig [ Ldh-str ]
 *
 * Underscores, hyphens at the edges and one dot at the end are in use and therefore read.
 */
function scanDomain(scanner: Scanner): boolean {
  if (scanner.code === SQUARE_OPEN) return scanAddressLiteral(scanner);
  const { text, end } = scanner;
  let at = scanner.at;
  let last: number = DOT;
  while (at < end) {
    const code = text.charCodeAt(at);
    if ((classOf(code) & LET_DIG) === 0) {
      if (code === DOT) {
        if (last === DOT) return false;
        if (last === HYPHEN) scanner.odd("odd-domain");
      } else if (code === HYPHEN) {
        if (last === DOT) scanner.odd("odd-domain");
      } else if (code === UNDERSCORE) scanner.odd("odd-domain");
      else break;
    }
    last = code;
    at += 1;
  }
  if (at === scanner.at) return false;
  if (last === DOT || last === HYPHEN) scanner.odd("odd-domain");
  scanner.at = at;
  return true;
}

/**
 *     address-literal = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
 *     dcontent        = %d33-90 / %d94-126
 *
 * All three consist of dcontent; what the address means is left to who uses it.
 */
function scanAddressLiteral(scanner: Scanner): boolean {
  scanner.at += 1;
  const start = scanner.at;
  for (let { code } = scanner; code > SPACE && code < DELETE && code !== BACKSLASH && code !== SQUARE_OPEN; code = scanner.code) {
    scanner.at += 1;
    if (code === SQUARE_CLOSE) return scanner.at - 1 > start;
  }
  return false;
}

const [SPACE, QUOTE, COMMA, HYPHEN, DOT, COLON] = [32, 34, 44, 45, 46, 58] as const;
const [OPEN, CLOSE, AT, SQUARE_OPEN, BACKSLASH, SQUARE_CLOSE, UNDERSCORE, DELETE] = [60, 62, 64, 91, 92, 93, 95, 127] as const;
const HIGH = /[^\0-\x7f]/;

/** Bits of a character's class: atext of RFC 5322 section 3.2.3 (dots are not in it), letters and digits. */
const ATEXT = 1;
const LET_DIG = 2;
const CLASSES = new Uint8Array(128);
for (const char of "!#$%&'*+-/=?^_`{|}~") CLASSES[char.charCodeAt(0)] = ATEXT;
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") CLASSES[char.charCodeAt(0)] = ATEXT | LET_DIG;

/** All beyond ASCII may stand in local parts and domains (RFC 6531 section 3.3). */
function classOf(code: number): number {
  return CLASSES[code] ?? ATEXT | LET_DIG;
}
