// Replies, RFC 5321 section 4.2, with enhanced status codes (RFC 2034, RFC 3463): values, strict encoding.

import { ProtocolError, utf8 } from "@mailwire/wire";
import { lineText } from "./line.ts";

/** An enhanced status code, `class.subject.detail`. */
export type EnhancedCode = `${2 | 4 | 5}.${number}.${number}`;

/** What a server answers. */
export interface Reply {
  /** Three digits, 200 to 599. */
  readonly code: number;
  /** What it says more exactly; `undefined` without one. */
  readonly enhancedCode: EnhancedCode | undefined;
  /** The text of each line, at least one (which may be empty), without codes and line ends. */
  readonly lines: readonly string[];
}

/** Makes a {@link Reply}; throws a local `ProtocolError` (`bad-reply`, `line-break`) for what cannot be sent. A text of several lines is given as an array. */
export function reply(code: number, text: string | readonly string[], enhancedCode?: EnhancedCode): Reply {
  return new CheckedReply(code, enhancedCode, typeof text === "string" ? [text] : [...text]);
}

/** A reply that cannot change, so that it is checked and put together once however often it is said. */
class CheckedReply implements Reply {
  readonly code: number;
  readonly enhancedCode: EnhancedCode | undefined;
  readonly lines: readonly string[];
  readonly #text: string;

  constructor(code: number, enhancedCode: EnhancedCode | undefined, lines: readonly string[]) {
    this.code = code;
    this.enhancedCode = enhancedCode;
    this.lines = Object.freeze(lines);
    this.#text = composeReply(this);
    Object.freeze(this);
  }

  /** The text of `reply`, if it is one of these. */
  static textOf(reply: Reply): string | undefined {
    return #text in reply ? reply.#text : undefined;
  }
}

/** The code's first digit: 2 done, 3 more is wanted, 4 not now, 5 not so. */
export function isPositive({ code }: Reply): boolean {
  return code >= 200 && code < 300;
}

/**
 * A reply as its lines, CRLF included; throws a local `ProtocolError`: `line-break` for CR, LF or NUL in a text, `bad-reply` for a code out
 * of range, an enhanced code of another class, or no line.
 */
export function encodeReply(reply: Reply): Uint8Array {
  return utf8(replyText(reply));
}

/** {@link encodeReply} before it becomes bytes. */
export function replyText(reply: Reply): string {
  return CheckedReply.textOf(reply) ?? composeReply(reply);
}

/**
 *     Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 */
function composeReply({ code, enhancedCode, lines }: Reply): string {
  if (!Number.isInteger(code) || code < 200 || code > 599) throw badReply(`no reply code: ${code}`);
  const last = lines.length - 1;
  if (last < 0) throw badReply("a reply has at least one line");
  const prefix = enhancedCode === undefined ? "" : `${checkedEnhancedCode(code, enhancedCode)} `;
  let text = "";
  for (let at = 0; at <= last; at += 1) text += `${code}${at < last ? "-" : " "}${prefix}${lineText(lines[at] ?? "")}\r\n`;
  return text;
}

/** RFC 2034 section 4: the class is the reply code's first digit, and 3yz has none. */
function checkedEnhancedCode(code: number, enhancedCode: EnhancedCode): EnhancedCode {
  if (!ENHANCED_CODE.test(enhancedCode) || !enhancedCode.startsWith(String(code).charAt(0))) {
    throw badReply(`${JSON.stringify(enhancedCode)} is no enhanced code for ${code}`);
  }
  return enhancedCode;
}

/**
 *     status-code = class "." subject "." detail
 *     class       = "2" / "4" / "5"
 *     subject     = 1*3digit
 *     detail      = 1*3digit
 */
const ENHANCED_CODE = /^[245]\.\d{1,3}\.\d{1,3}$/;

function badReply(what: string): ProtocolError {
  return new ProtocolError("local", "bad-reply", what);
}
