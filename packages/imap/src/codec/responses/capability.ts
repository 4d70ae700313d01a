// CAPABILITY (RFC 3501 section 7.2.1).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { ATOM } from "../characters.ts";

const SP = 32;
const CLOSE_BRACKET = 93;

/** What the server can do. */
export interface CapabilityResponse {
  readonly type: "CAPABILITY";
  /** As they came: order and case. */
  readonly capabilities: readonly string[];
}

/** See {@link CapabilityResponse}. */
export const capabilityResponse: ResponseGrammar<CapabilityResponse> = { read: readCapabilityResponse, write: writeCapabilityResponse };

/** capability-data = "CAPABILITY" *(SP capability) SP "IMAP4rev1" *(SP capability) */
function readCapabilityResponse(cursor: Cursor): CapabilityResponse {
  const capabilities = readCapabilities(cursor);
  if (cursor.at === cursor.end && cursor.bytes[cursor.at - 1] !== SP) return { type: "CAPABILITY", capabilities };
  // Some server answers NAMESPACE under this name: that must not become a set of capabilities.
  return { type: "CAPABILITY", capabilities: [...capabilities, ...readOddCapabilities(cursor)] };
}

/** *(SP capability) ; capability = ("AUTH=" auth-type) / atom */
export function readCapabilities(cursor: Cursor): readonly string[] {
  const capabilities: string[] = [];
  while (cursor.peek() === SP) {
    cursor.space();
    const { at } = cursor;
    if (cursor.run(ATOM) === "") break;
    cursor.at = at;
    const capability = cursor.atom();
    if (!isBehindWord(cursor)) {
      // A word that goes on with what is in no atom.
      cursor.at = at;
      break;
    }
    if (isSuffix(capability) && capabilities.length > 0) {
      // `LITERAL +`
      cursor.deviateAt(at - 1, "extra-space");
      capabilities.push(`${capabilities.pop() ?? ""}${capability}`);
    } else capabilities.push(capability);
  }
  return capabilities;
}

/** What a capability may end with, and is none. */
function isSuffix(capability: string): boolean {
  return capability === "+" || capability === "-";
}

/** A space, a bracket or the end. */
function isBehindWord(cursor: Cursor): boolean {
  const next = cursor.peek();
  return next === SP || next === CLOSE_BRACKET || cursor.at >= cursor.end;
}

/** What stands behind: spaces, a tab, words that are no atoms. A list is none of these. */
function readOddCapabilities(cursor: Cursor): readonly string[] {
  const words = cursor.slice(cursor.at, cursor.end).trim();
  if (words.startsWith("(")) throw new Malformed("bad-capability");
  cursor.deviate(words === "" ? "extra-space" : "odd-capability");
  cursor.at = cursor.end;
  return words === "" ? [] : words.split(/[ \t]+/);
}

/** See {@link readCapabilityResponse}. */
function writeCapabilityResponse(writer: Writer, { capabilities }: CapabilityResponse): void {
  writer.raw("* CAPABILITY");
  for (const capability of capabilities) writer.raw(" ").atom(capability);
}
