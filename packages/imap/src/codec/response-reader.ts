// Reads a response by the registry, and knows where literals may stand in one (RFC 3501 section 9, response-data).

import { isDigit, isIn, KEYWORD } from "./characters.ts";
import type { Cursor } from "./cursor.ts";
import { attempt, expectMalformed, Malformed } from "./malformed.ts";
import type { Response } from "./response.ts";
import { readKnownResponse, readNumberedResponse } from "./response-registry.ts";
import type { UntaggedResponse } from "./responses/condition.ts";
import { readContinuation, readTaggedResponse, readUntaggedResponse } from "./responses/condition.ts";

const TAB = 9;
const SP = 32;
const STAR = 42;
const PLUS = 43;
const OPEN_BRACKET = 91;
/** "FETCH " */
const FETCH = [70, 69, 84, 67, 72, 32];

/** response-data / response-done / continue-req ; `invalid` for anything else */
export function readResponse(cursor: Cursor): Response {
  const { at: start } = cursor;
  try {
    const response = readAny(cursor);
    cursor.finish();
    return response;
  } catch (fault) {
    expectMalformed(fault);
    cursor.deviate("invalid-response");
    return { type: "invalid", reason: fault.reason, raw: cursor.view(start, cursor.end) };
  }
}

function readAny(cursor: Cursor): Response {
  if (cursor.peek() === SP || cursor.peek() === TAB) skipIndent(cursor);
  const first = cursor.peek();
  if (first === PLUS) return readContinuation(cursor);
  if (first !== STAR) return readUnmarked(cursor);
  cursor.at += 1;
  if (cursor.peek() !== SP || cursor.bytes[cursor.at + 1] === STAR) skipMark(cursor);
  else cursor.space();
  return readUntagged(cursor);
}

/** Spaces where a response should begin. */
function skipIndent(cursor: Cursor): void {
  cursor.deviate("extra-space");
  while (cursor.peek() === SP || cursor.peek() === TAB) cursor.at += 1;
}

/** What follows an asterisk other than one space: more asterisks, tabs, nothing. */
function skipMark(cursor: Cursor): void {
  const { at } = cursor;
  while (cursor.peek() === STAR || cursor.peek() === SP || cursor.peek() === TAB) cursor.at += 1;
  if (cursor.at === cursor.end) throw new Malformed("no-space");
  cursor.deviateAt(at, cursor.at === at ? "missing-space" : "bad-mark");
}

/** A tagged response, or an untagged one that lacks its asterisk. */
function readUnmarked(cursor: Cursor): Response {
  const { at, tolerated } = cursor;
  return attempt<Response, Response>(
    () => readTaggedResponse(cursor),
    (fault) => {
      cursor.at = at;
      cursor.forget(tolerated);
      if (!UNMARKED.test(cursor.slice(at, Math.min(cursor.end, at + UNMARKED_BYTES)))) throw fault;
      cursor.deviate("missing-asterisk");
      const response = readUntagged(cursor);
      cursor.noTrailingSpace();
      if (cursor.at === cursor.end) return response;
      // What goes on behind it is the rest of something else.
      cursor.forget(tolerated);
      throw fault;
    },
  );
}

/** How untagged responses begin. */
const UNMARKED =
  /^(?:\d+ +(?:(?:UID)?FETCH|EXISTS|RECENT|EXPUNGE)|OK|NO|BAD|BYE|PREAUTH|CAPABILITY|LIST|LSUB|STATUS|SEARCH|ESEARCH|FLAGS|\[[A-Z-]+)(?:[ (\]]|$)/i;
const UNMARKED_BYTES = 32;

function readUntagged(cursor: Cursor): Response {
  const { at: start } = cursor;
  if (cursor.atNumber()) return readNumbered(cursor, start);
  if (cursor.peek() === OPEN_BRACKET) return readCodeAlone(cursor);
  const name = cursor.keyword();
  if (isStatus(name)) return readUntaggedResponse(cursor, name);
  return readKnownResponse(cursor, name) ?? readUnknown(cursor, name, start);
}

/** A code without the status before it; nothing else is known to begin with a bracket. */
function readCodeAlone(cursor: Cursor): Response {
  cursor.deviate("missing-status");
  const response = readUntaggedResponse(cursor, "OK");
  if (response.code === null || response.code.type === "unknown" || response.code.type === "invalid") throw new Malformed("no-atom");
  return response;
}

function isStatus(name: string): name is UntaggedResponse["status"] {
  return name === "OK" || name === "NO" || name === "BAD" || name === "PREAUTH" || name === "BYE";
}

function readNumbered(cursor: Cursor, start: number): Response {
  const number = cursor.number();
  if (isIn(cursor.peek(), KEYWORD)) cursor.deviate("missing-space");
  else cursor.space();
  const name = cursor.keyword();
  return readNumberedResponse(cursor, number, name) ?? readUnknown(cursor, name, start);
}

function readUnknown(cursor: Cursor, name: string, start: number): Response {
  if (cursor.peek() !== SP && cursor.at !== cursor.end) throw new Malformed("bad-character");
  cursor.at = cursor.end;
  return { type: "unknown", name, raw: cursor.view(start, cursor.end) };
}

/** True for what {@link literalMayFollow} is mostly asked about, told by a few bytes: an argument at index `at` of a FETCH that begins at `start`. */
export function isFetchArgument(bytes: Uint8Array, start: number, at: number): boolean {
  if (bytes[at - 1] !== SP || bytes[start] !== STAR || bytes[start + 1] !== SP) return false;
  let word = start + 2;
  while (isDigit(bytes[word])) word += 1;
  return word > start + 2 && bytes[word] === SP && FETCH.every((letter, index) => bytes[word + 1 + index] === letter);
}

/**
 * Whether a literal can stand behind `before`, the text of a response so far. Text for people may end in what looks like a literal, and
 * so may a mailbox name that is not quoted.
 */
export function literalMayFollow(before: string): boolean {
  // A literal is an argument of its own, or the first of a list; "~" marks one that may hold any byte (RFC 3516).
  const [, word = ""] = /^[\0 \t]*(?:\*[ \t*]*(?:\d+[ \t]*)?|\d+ +(?=(?:UID)?FETCH))([^ \t(]+)[ \t(]/i.exec(before) ?? [];
  const name = word.toUpperCase();
  // Some servers forget the space behind the name of a section.
  if ((name === "FETCH" || name === "UIDFETCH") && /BODY\[[^\]]*\](?:<\d+>)?$/i.test(before)) return true;
  if (!/[ (]~?$/.test(before)) return false;
  if (TEXTUAL.has(name)) return /^[^\]]*\[BADCHARSET [^\]]*\([^\]]*$/i.test(before);
  if (name === "LIST" || name === "LSUB" || name === "XLIST") return LITERAL_IN_LIST.test(before);
  return !WITHOUT_STRINGS.has(name);
}

/** What may stand before a literal in LIST: the delimiter, or a list of values behind the name of the mailbox. */
const LITERAL_IN_LIST = /\) (?:"(?:[^"\\]|\\.)?"|NIL) (?:[^ ][^]* \([^]*)?~?$|\((?:(?:[^ ()"]+|"(?:[^"\\]|\\.)*"|\([^()]*\)) )*~?$/i;
/** Responses that end in text for people; the empty word is a tagged one, or `+`. */
const TEXTUAL: ReadonlySet<string> = new Set(["", "OK", "NO", "BAD", "PREAUTH", "BYE"]);
/** Responses that have no strings. */
const WITHOUT_STRINGS: ReadonlySet<string> = new Set([
  "CAPABILITY",
  "ENABLED",
  "SEARCH",
  "SORT",
  "THREAD",
  "VANISHED",
  "EXISTS",
  "RECENT",
  "EXPUNGE",
]);
