// Addresses of the envelope, RFC 5321 section 4.1.2, with UTF-8 as of RFC 6531 section 3.3.

import { ProtocolError } from "@mailwire/wire";
import { meaningOf } from "./line.ts";
import type { Scanner } from "./scanner.ts";

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
  return STRICT_DOMAIN.test(text);
}

/** True for a mailbox of which RFC 5321 (or 6531) allows every character. */
export function isMailbox(text: string): boolean {
  return STRICT_MAILBOX.test(text);
}

/** True for `postmaster`, the one recipient that needs no domain (RFC 5321 section 4.5.1). */
function isPostmaster(text: string): boolean {
  return text.length === 10 && text.toLowerCase() === "postmaster";
}

function badAddress(address: string): ProtocolError {
  return new ProtocolError("local", "bad-address", `not an address of RFC 5321: ${JSON.stringify(address)}`);
}

// The grammar as regular expressions, which are native code from the first line on. Nothing in them matches CR, LF or NUL, and no two
// ways through them match the same text, so each is linear.
//
//     Mailbox      = Local-part "@" ( Domain / address-literal )
//     Local-part   = Dot-string / Quoted-string
//     Dot-string   = Atom *( "." Atom )                               Atom = 1*atext
//     Quoted-string = DQUOTE *( qtextSMTP / "\" %d32-126 ) DQUOTE     qtextSMTP = %d32-33 / %d35-91 / %d93-126
//     Domain       = sub-domain *( "." sub-domain )                   sub-domain = Let-dig [ Ldh-str ]
//     address-literal = "[" 1*dcontent "]"                            dcontent = %d33-90 / %d94-126
//
// All beyond ASCII may stand in local parts and domains (RFC 6531 section 3.3). What an address literal means is left to who uses it.
const HIGH = "\\u0080-\\uffff";
const ATEXT = "A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~";
const LITERAL = "\\[[!-Z^-~]+\\]";

/** A mailbox with these characters besides ASCII. */
function mailbox(high: string): string {
  const quoted = `"(?:[ !#-\\[\\]-~${high}]|\\\\[ -~])*"`;
  return `(?:[${ATEXT}${high}]+(?:\\.[${ATEXT}${high}]+)*|${quoted})@(?:${domain(high)}|${LITERAL})`;
}

function domain(high: string): string {
  const subDomain = `[A-Za-z0-9${high}]+(?:-+[A-Za-z0-9${high}]+)*`;
  return `${subDomain}(?:\\.${subDomain})*`;
}

const STRICT_MAILBOX = new RegExp(`^${mailbox(HIGH)}$`);
const STRICT_DOMAIN = new RegExp(`^(?:${domain(HIGH)}|${LITERAL})$`);

/** `" FROM:<" Mailbox ">"` or `" TO:<" Mailbox ">"` in ASCII, without anything odd: nearly every line that programs send. */
export const PLAIN_FROM = new RegExp(` FROM:<${mailbox("")}>`, "y");
export const PLAIN_TO = new RegExp(` TO:<${mailbox("")}>`, "y");

// What is read beyond that: dots at the edges of a local part and side by side (`a..b@`, `a.@`); underscores in domains, hyphens at the edges,
// one dot at the end.
const ODD_LOCAL_PART = `"(?:[ !#-\\[\\]-~${HIGH}]|\\\\[ -~])*"|[.${ATEXT}${HIGH}]+`;
const ODD_DOMAIN = `(?:[\\w\\-${HIGH}]+(?:\\.[\\w\\-${HIGH}]+)*\\.?|${LITERAL})`;
const STRICT_LOCAL_PART = new RegExp(`^(?:".*"|[${ATEXT}${HIGH}]+(?:\\.[${ATEXT}${HIGH}]+)*)$`);

/**
 *     Path      = "<" [ A-d-l ":" ] Mailbox ">"
 *     A-d-l     = At-domain *( "," At-domain )
 *     At-domain = "@" Domain
 */
const PATH = new RegExp(`(<?)(@${ODD_DOMAIN}(?:,@${ODD_DOMAIN})*:)?(?:(${ODD_LOCAL_PART})@(${ODD_DOMAIN})|(postmaster))`, "iy");

/**
 * Reads `"<>"` or a path, with or without brackets; `undefined` when it is none.
 *
 *     Reverse-path = Path / "<>"
 *     Forward-path = Path / "<Postmaster>"
 */
export function scanPath(scanner: Scanner): string | undefined {
  if (scanner.text.startsWith("<>", scanner.at)) {
    scanner.at += 2;
    return "";
  }
  PATH.lastIndex = scanner.at;
  const [whole = "", bracket, route, localPart = "", domain = "", postmaster] = PATH.exec(scanner.text) ?? [];
  if (whole === "") return undefined;
  scanner.at += whole.length;
  if (bracket === "") scanner.odd("no-brackets");
  else if (!scanner.skip(CLOSE)) return undefined;
  if (route !== undefined) scanner.odd("source-route");
  if (postmaster !== undefined) return postmaster;
  if (!STRICT_LOCAL_PART.test(localPart)) scanner.odd("odd-local-part");
  if (!STRICT_DOMAIN.test(domain)) scanner.odd("odd-domain");
  return utf8Path(`${localPart}@${domain}`);
}

/** UTF-8 that is none would not survive being sent on. */
function utf8Path(path: string): string | undefined {
  if (/^[\0-\x7f]*$/.test(path)) return path;
  const text = meaningOf(path);
  return text === path ? undefined : text;
}

const CLOSE = 62;
