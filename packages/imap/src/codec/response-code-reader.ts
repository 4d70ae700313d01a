// Reading response codes, those of servers that get them wrong too (RFC 3501 section 7.1).

import type { Cursor } from "./cursor.ts";
import { attempt } from "./malformed.ts";
import type { ResponseCode } from "./response-code.ts";
import { isPlainCodeName } from "./response-code.ts";
import { readArgumentCode } from "./response-code-registry.ts";
import { readUntilBracket } from "./response-codes/text.ts";

const SP = 32;
const CLOSE_BRACKET = 93;

/** resp-text-code between its brackets, of which the cursor stands behind the first; it ends behind the last. */
export function readResponseCode(cursor: Cursor): ResponseCode {
  const { at: start, depth, tolerated } = cursor;
  return attempt(
    () => readKnownCode(cursor),
    (): ResponseCode => {
      cursor.at = start;
      cursor.depth = depth;
      cursor.forget(tolerated);
      return readOddCode(cursor);
    },
  );
}

function readKnownCode(cursor: Cursor): ResponseCode {
  const name = cursor.keyword();
  const code = readPlainCode(name) ?? readArgumentCode(cursor, name) ?? readUnknownCode(cursor, name);
  if (cursor.peek() === SP) skipExtraArguments(cursor);
  cursor.expect(CLOSE_BRACKET);
  return code;
}

/** Spaces, or words, behind a code that is complete. */
function skipExtraArguments(cursor: Cursor): void {
  const { at } = cursor;
  const words = readUntilBracket(cursor).trim();
  cursor.deviateAt(at, words === "" ? "extra-space" : "extra-argument");
}

function readPlainCode(name: string): ResponseCode | undefined {
  return isPlainCodeName(name) ? { type: name } : undefined;
}

/** atom [SP 1*<any TEXT-CHAR except "]">] */
function readUnknownCode(cursor: Cursor, name: string): ResponseCode {
  if (!cursor.skip(SP)) return { type: "unknown", name, arguments: null };
  return { type: "unknown", name, arguments: readUntilBracket(cursor) };
}

/** A known code with arguments that cannot be, or one without a readable name. */
function readOddCode(cursor: Cursor): ResponseCode {
  const text = readUntilBracket(cursor);
  cursor.deviate("bad-response-code");
  cursor.expect(CLOSE_BRACKET);
  const [name = "", ...rest] = text.trimStart().split(" ");
  if (/^permanentflags$/i.test(name)) return { type: "PERMANENTFLAGS", flags: rest.join(" ").match(/[^ ()]+/g) ?? [] };
  const plain = rest.every((word) => word === "") ? readPlainCode(name.toUpperCase()) : undefined;
  if (plain !== undefined) return plain;
  return { type: "invalid", name: name.toUpperCase(), arguments: rest.length === 0 ? null : rest.join(" ") };
}
