// Status responses and continuation requests (RFC 3501 sections 7.1 and 7.5).

import type { Cursor } from "../cursor.ts";
import { isIn, TAG } from "../characters.ts";
import { attempt, Malformed } from "../malformed.ts";
import { decodeUtf8 } from "@mailwire/wire";
import { readResponseCode } from "../response-code-reader.ts";
import { writeResponseCode } from "../response-code-writer.ts";
import type { Writer } from "../writer.ts";
import type { ResponseCode } from "../response-code.ts";

/** The end of a command: whether it succeeded. */
export interface TaggedResponse {
  readonly type: "tagged";
  /** The tag of the command. */
  readonly tag: string;
  /** How it ended. */
  readonly status: "OK" | "NO" | "BAD";
  /** The code in brackets. */
  readonly code: ResponseCode | null;
  /** Text for people; may be empty with tolerated servers. */
  readonly text: string;
}

/** A greeting, a warning, a farewell, or a fact in a response code. */
export interface UntaggedResponse {
  readonly type: "untagged";
  /** `PREAUTH` only as the greeting; after `BYE` the server closes. */
  readonly status: "OK" | "NO" | "BAD" | "PREAUTH" | "BYE";
  /** The code in brackets. */
  readonly code: ResponseCode | null;
  /** Text for people; may be empty with tolerated servers. */
  readonly text: string;
}

/** `+`: go on with the literal, or the next step of an AUTHENTICATE exchange. */
export interface ContinuationResponse {
  readonly type: "continuation";
  /** What follows `+ `: text for people, or a challenge in base64. */
  readonly text: string;
}

const SP = 32;
const OPEN_BRACKET = 91;
const PLUS = 43;
const CLOSE_BRACKET = 93;

/** response-tagged = tag SP resp-cond-state CRLF */
export function readTaggedResponse(cursor: Cursor): TaggedResponse {
  const tag = cursor.run(TAG);
  if (tag === "") throw new Malformed("no-tag");
  cursor.space();
  const status = cursor.keyword();
  if (status !== "OK" && status !== "NO" && status !== "BAD") throw new Malformed("bad-status");
  const code = readCode(cursor);
  return { type: "tagged", tag, status, code, text: readText(cursor) };
}

/** resp-cond-state / resp-cond-auth / resp-cond-bye, behind the status */
export function readUntaggedResponse(cursor: Cursor, status: UntaggedResponse["status"]): UntaggedResponse {
  const code = readCode(cursor);
  return { type: "untagged", status, code, text: readText(cursor) };
}

/** continue-req = "+" SP (resp-text / base64) CRLF */
export function readContinuation(cursor: Cursor): ContinuationResponse {
  cursor.expect(PLUS);
  if (!cursor.skip(SP)) cursor.deviate("missing-space");
  const text = cursor.slice(cursor.at, cursor.end);
  return { type: "continuation", text: toText(cursor, text) };
}

/** resp-text = ["[" resp-text-code "]" SP] text */
function readCode(cursor: Cursor): ResponseCode | null {
  if (cursor.at === cursor.end) return null;
  if (cursor.peek() !== OPEN_BRACKET) cursor.space();
  else if (isIn(cursor.bytes[cursor.at - 1], TAG)) cursor.deviate("missing-space");
  if (cursor.peek() !== OPEN_BRACKET) return null;
  const { at: start, tolerated } = cursor;
  cursor.at += 1;
  return attempt(
    () => readResponseCode(cursor),
    () => {
      // No bracket closes it: it is text.
      cursor.forget(tolerated);
      cursor.deviate("open-bracket");
      cursor.at = start;
      return null;
    },
  );
}

/** text = 1*TEXT-CHAR ; UTF-8 where it is, else one character per byte */
function readText(cursor: Cursor): string {
  const isBehindCode = cursor.bytes[cursor.at - 1] === CLOSE_BRACKET;
  if (!cursor.skip(SP) && isBehindCode && cursor.at < cursor.end) cursor.deviate("missing-space");
  if (cursor.at === cursor.end) cursor.deviate("missing-text");
  return toText(cursor, cursor.slice(cursor.at, cursor.end));
}

function toText(cursor: Cursor, text: string): string {
  const { at, end } = cursor;
  cursor.at = end;
  if (!/[\x80-\xff]/.test(text)) return text;
  cursor.deviateAt(at, "8-bit-text");
  return decodeUtf8(cursor.view(at, end)) ?? text;
}

/** See {@link readTaggedResponse}. */
export function writeTaggedResponse(writer: Writer, { tag, status, code, text }: TaggedResponse): void {
  writer.word(tag, TAG, "a tag").raw(` ${status}`);
  writeText(writer, code, text);
}

/** See {@link readUntaggedResponse}. */
export function writeUntaggedResponse(writer: Writer, { status, code, text }: UntaggedResponse): void {
  writer.raw(`* ${status}`);
  writeText(writer, code, text);
}

/** See {@link readContinuation}. */
export function writeContinuation(writer: Writer, { text }: ContinuationResponse): void {
  writer.raw("+ ").text(text);
}

function writeText(writer: Writer, code: ResponseCode | null, text: string): void {
  writer.raw(" ");
  if (code !== null) {
    writeResponseCode(writer, code);
    writer.raw(" ");
  }
  // text = 1*TEXT-CHAR: something has to be said.
  writer.text(text === "" ? "." : text);
}
