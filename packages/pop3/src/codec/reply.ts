// Replies: the status line (RFC 1939 section 3) with its response code (RFC 2449 section 8).

import { ProtocolError } from "@mailwire/wire";
import { MAX_REPLY_BYTES, decodeText, encodeLine } from "./line.ts";

/** How a command went. */
export type Status = "+OK" | "-ERR";

/**
 * The response codes there are: the maildrop is `IN-USE`, the login came before its `LOGIN-DELAY` (RFC 2449 section 8), something is wrong with
 * the system for now or for good, `AUTH`: with the credentials (RFC 3206), a message needs the `UTF8` mode (RFC 6856).
 */
export type ResponseCode = "IN-USE" | "LOGIN-DELAY" | "SYS/TEMP" | "SYS/PERM" | "AUTH" | "UTF8";

/** The first line of an answer. */
export interface Reply {
  /** `+OK` or `-ERR`. */
  readonly status: Status;
  /** Response code in upper case, without brackets. Only servers with RESP-CODES mean it so; {@link hasCode} compares it. */
  readonly code?: ResponseCode | (string & {});
  /** What follows the status and the code; meant for people, save where a command defines it. */
  readonly text: string;
}

/**
 * Reads the first line of an answer, without its line end; `undefined` when it is none. Status and code may be in any letter case.
 *
 *     reply = ("+OK" / "-ERR") [SP ["[" resp-level *("/" resp-level) "]"] [text]]
 *     resp-level = 1*rchar    rchar = %x21-2E / %x30-5C / %x5E-7F
 */
export function decodeReply(line: Uint8Array): Reply | undefined {
  const status = statusOf(line);
  if (status === undefined) return undefined;
  const text = decodeText(line.subarray(status.length)).replace(/^[ \t]+/, "");
  const [coded, code] = /^\[([!-.0-\\^-\x7f]+(?:\/[!-.0-\\^-\x7f]+)*)\][ \t]*/.exec(text) ?? [];
  if (coded === undefined || code === undefined) return { status, text };
  return { status, code: code.toUpperCase(), text: text.slice(coded.length) };
}

/** The status that a line begins with: a word in any letter case. */
function statusOf(line: Uint8Array): Status | undefined {
  if (startsWith(line, OK_WORD)) return "+OK";
  return startsWith(line, ERR_WORD) ? "-ERR" : undefined;
}

/** In lower case, which {@link LOWER_CASE} makes of letters. */
const OK_WORD = [0x2b, 0x6f, 0x6b] as const;
const ERR_WORD = [0x2d, 0x65, 0x72, 0x72] as const;
const LOWER_CASE = 0x20;

function startsWith(line: Uint8Array, word: readonly number[]): boolean {
  if (line[0] !== word[0]) return false;
  for (let at = 1; at < word.length; at += 1) if (((line[at] ?? 0) | LOWER_CASE) !== word[at]) return false;
  return !isAlphanumeric(line[word.length] ?? 0);
}

function isAlphanumeric(byte: number): boolean {
  const letter = byte | LOWER_CASE;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a);
}

/**
 * A reply as a line with CRLF. Throws a local `ProtocolError`: `bad-line` for CR, LF or NUL in it, `bad-response-code`, and `line-too-long`
 * beyond 512 bytes (RFC 2449 section 4).
 */
export function encodeReply(reply: Reply): Uint8Array {
  const { status, code, text } = reply;
  if (code !== undefined && !/^[!-.0-\\^-~]+(?:\/[!-.0-\\^-~]+)*$/.test(code)) {
    throw new ProtocolError("local", "bad-response-code", "a response code is one or more levels of printable ASCII with / between them");
  }
  const words = code === undefined ? [status, text] : [status, `[${code}]`, text];
  return encodeLine(words.filter((word) => word !== "").join(" "), MAX_REPLY_BYTES);
}

/** A positive reply. */
export function ok(text: string): Reply {
  return { status: "+OK", text };
}

/** A negative reply. */
export function err(text: string, code?: ResponseCode | (string & {})): Reply {
  return code === undefined ? { status: "-ERR", text } : { status: "-ERR", code, text };
}

/** True when the reply has this code, or one that says more behind a `/`: `SYS/TEMP` is among `SYS` (RFC 2449 section 8). */
export function hasCode(reply: Reply, code: ResponseCode | (string & {})): boolean {
  return reply.code === code || reply.code?.startsWith(`${code}/`) === true;
}
