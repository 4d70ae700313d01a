// Response codes: the machine-readable part of a status response (RFC 3501 section 7.1, RFC 5530, RFC 4315, RFC 7162).

import { TAG } from "./characters.ts";
import { readFilterName, writeFilterName } from "./commands/search-key-extensions.ts";
import type { Cursor } from "./cursor.ts";
import type { Flag } from "./flag.ts";
import { readFlagList } from "./flag.ts";
import { attempt, Malformed } from "./malformed.ts";
import { readCapabilities } from "./responses/capability.ts";
import type { SequenceSet } from "./sequence-set.ts";
import { formatSequenceSet, readSequenceSet } from "./sequence-set.ts";
import type { Writer } from "./writer.ts";
import { unsayable } from "./writer.ts";

const SP = 32;
const OPEN = 40;
const CLOSE = 41;
const CLOSE_BRACKET = 93;

/** Codes without arguments. */
export const PLAIN_RESPONSE_CODES = [
  "ALERT",
  "PARSE",
  "READ-ONLY",
  "READ-WRITE",
  "TRYCREATE",
  "UIDNOTSTICKY",
  "NOMODSEQ",
  "CLOSED",
  "UNAVAILABLE",
  "AUTHENTICATIONFAILED",
  "AUTHORIZATIONFAILED",
  "EXPIRED",
  "PRIVACYREQUIRED",
  "CONTACTADMIN",
  "NOPERM",
  "INUSE",
  "EXPUNGEISSUED",
  "CORRUPTION",
  "SERVERBUG",
  "CLIENTBUG",
  "CANNOT",
  "LIMIT",
  "OVERQUOTA",
  "ALREADYEXISTS",
  "NONEXISTENT",
  "NOTSAVED",
  "HASCHILDREN",
  "USEATTR",
  "UNKNOWN-CTE",
  "COMPRESSIONACTIVE",
  "NOTIFICATIONOVERFLOW",
  "TEMPFAIL",
  "UIDREQUIRED",
] as const;

/** Name of a code without arguments. */
export type PlainCodeName = (typeof PLAIN_RESPONSE_CODES)[number];

/** A response code; a number of 0 says that there is none. `unknown` ones keep their arguments as text; `invalid` ones are known by name but could not be read. */
export type ResponseCode =
  | { readonly type: PlainCodeName }
  | { readonly type: "BADCHARSET"; readonly charsets: readonly string[] }
  | { readonly type: "CAPABILITY"; readonly capabilities: readonly string[] }
  | { readonly type: "PERMANENTFLAGS"; readonly flags: readonly Flag[] }
  | { readonly type: "UIDNEXT" | "UIDVALIDITY" | "UNSEEN"; readonly value: number }
  | { readonly type: "HIGHESTMODSEQ"; readonly value: bigint }
  /** Messages that STORE left alone because others had changed them (RFC 7162). */
  | { readonly type: "MODIFIED"; readonly set: SequenceSet }
  /** The identifier of the mailbox created or selected (RFC 8474). */
  | { readonly type: "MAILBOXID"; readonly id: string }
  | { readonly type: "APPENDUID"; readonly uidValidity: number; readonly uids: SequenceSet }
  | { readonly type: "COPYUID"; readonly uidValidity: number; readonly source: SequenceSet; readonly destination: SequenceSet }
  /** The search with this tag tells of no changes (RFC 5267). */
  | { readonly type: "NOUPDATE"; readonly tag: string }
  /** A search named a filter that is not there (RFC 5466). */
  | { readonly type: "UNDEFINED-FILTER"; readonly filter: string }
  | { readonly type: "unknown"; readonly name: string; readonly arguments: string | null }
  | { readonly type: "invalid"; readonly name: string; readonly arguments: string | null };

/** How the arguments of a known code are read, behind its name. */
type CodeReader = (cursor: Cursor, name: string) => ResponseCode;

const READERS: ReadonlyMap<string, CodeReader> = new Map<string, CodeReader>([
  ...PLAIN_RESPONSE_CODES.map((type): [string, CodeReader] => [type, () => ({ type })]),
  ["BADCHARSET", (cursor) => ({ type: "BADCHARSET", charsets: readCharsets(cursor) })],
  ["CAPABILITY", (cursor) => ({ type: "CAPABILITY", capabilities: readCapabilityArguments(cursor) })],
  ["PERMANENTFLAGS", (cursor) => ({ type: "PERMANENTFLAGS", flags: readFlagList(spaced(cursor)) })],
  ["UIDNEXT", (cursor) => ({ type: "UIDNEXT", value: readLooseNzNumber(cursor) })],
  ["UIDVALIDITY", (cursor) => ({ type: "UIDVALIDITY", value: readLooseNzNumber(cursor) })],
  ["UNSEEN", (cursor) => ({ type: "UNSEEN", value: readLooseNzNumber(cursor) })],
  ["HIGHESTMODSEQ", (cursor) => ({ type: "HIGHESTMODSEQ", value: spaced(cursor).number63() })],
  ["MODIFIED", (cursor) => ({ type: "MODIFIED", set: readSequenceSet(spaced(cursor)) })],
  ["MAILBOXID", (cursor) => ({ type: "MAILBOXID", id: readMailboxId(spaced(cursor)) })],
  ["NOUPDATE", (cursor) => ({ type: "NOUPDATE", tag: spaced(cursor).string() })],
  ["UNDEFINED-FILTER", (cursor) => ({ type: "UNDEFINED-FILTER", filter: readFilterName(spaced(cursor)) })],
  ["APPENDUID", (cursor) => ({ type: "APPENDUID", uidValidity: spaced(cursor).nzNumber(), uids: readSequenceSet(spaced(cursor)) })],
  [
    "COPYUID",
    (cursor) => ({
      type: "COPYUID",
      uidValidity: spaced(cursor).nzNumber(),
      source: readLooseSet(cursor),
      destination: readLooseSet(cursor),
    }),
  ],
]);

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
  const code = READERS.get(name)?.(cursor, name) ?? readUnknownCode(cursor, name);
  if (cursor.peek() === SP) readExtraArguments(cursor);
  cursor.expect(CLOSE_BRACKET);
  return code;
}

/** Spaces, or words, behind a code that is complete. */
function readExtraArguments(cursor: Cursor): void {
  const { at } = cursor;
  const words = readUntilBracket(cursor).trim();
  cursor.deviateAt(at, words === "" ? "extra-space" : "extra-argument");
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
  const plain = rest.every((word) => word === "") ? PLAIN_RESPONSE_CODES.find((known) => known === name.toUpperCase()) : undefined;
  if (plain !== undefined) return { type: plain };
  return { type: "invalid", name: name.toUpperCase(), arguments: rest.length === 0 ? null : rest.join(" ") };
}

function readUntilBracket(cursor: Cursor): string {
  const start = cursor.at;
  while (cursor.peek() !== CLOSE_BRACKET) {
    if (cursor.at >= cursor.end) throw new Malformed("open-bracket");
    cursor.at += 1;
  }
  return cursor.slice(start, cursor.at);
}

function spaced(cursor: Cursor): Cursor {
  cursor.space();
  return cursor;
}

/** SP nz-number ; some servers say 0 when there is none */
function readLooseNzNumber(cursor: Cursor): number {
  const value = spaced(cursor).number();
  if (value === 0) cursor.deviate("zero");
  return value;
}

/** SP uid-set ; some servers leave it out when nothing was copied */
function readLooseSet(cursor: Cursor): SequenceSet {
  if (cursor.peek() !== CLOSE_BRACKET) cursor.space();
  if (cursor.peek() !== CLOSE_BRACKET) return readSequenceSet(cursor);
  cursor.deviate("empty-set");
  return [];
}

/** *(SP capability) and words that are none */
function readCapabilityArguments(cursor: Cursor): readonly string[] {
  const capabilities = readCapabilities(cursor);
  cursor.noSpace();
  if (cursor.peek() === CLOSE_BRACKET) return capabilities;
  if (cursor.peek() === OPEN) throw new Malformed("bad-capability");
  cursor.deviate("odd-capability");
  return [
    ...capabilities,
    ...readUntilBracket(cursor)
      .split(/[ \t]+/)
      .filter((word) => word !== ""),
  ];
}

/** "(" objectid ")" (RFC 8474) */
function readMailboxId(cursor: Cursor): string {
  cursor.open();
  const id = cursor.atom();
  if (!cursor.closes()) cursor.expect(CLOSE);
  return id;
}

/** "BADCHARSET" [SP "(" astring *(SP astring) ")" ] */
function readCharsets(cursor: Cursor): readonly string[] {
  const charsets: string[] = [];
  if (!cursor.skip(SP)) return charsets;
  if (cursor.peek() !== OPEN) return readBareCharsets(cursor);
  cursor.open();
  while (!cursor.closes()) charsets.push(cursor.astring());
  return charsets;
}

/** The same without parentheses. */
function readBareCharsets(cursor: Cursor): readonly string[] {
  cursor.deviate("missing-parenthesis");
  const charsets = [cursor.atom()];
  while (cursor.peek() === SP) {
    cursor.space();
    charsets.push(cursor.atom());
  }
  return charsets;
}

/** The code in its brackets. */
export function writeResponseCode(writer: Writer, code: ResponseCode): void {
  writer.raw("[");
  switch (code.type) {
    case "BADCHARSET":
      writer.raw(code.type);
      if (code.charsets.length > 0) writer.raw(" ").list(code.charsets, (charset) => writer.astring(charset));
      break;
    case "CAPABILITY":
      writer.raw(code.type);
      for (const capability of code.capabilities) writer.raw(" ").atom(capability);
      break;
    case "PERMANENTFLAGS":
      writer
        .raw(code.type)
        .raw(" ")
        .list(code.flags, (flag) => writer.flag(flag));
      break;
    case "UIDNEXT":
    case "UIDVALIDITY":
    case "UNSEEN":
      writer.raw(code.type).raw(" ").number(code.value);
      break;
    case "HIGHESTMODSEQ":
      writer.raw(code.type).raw(" ").number63(code.value);
      break;
    case "MODIFIED":
      writer.raw(`MODIFIED ${formatSequenceSet(code.set)}`);
      break;
    case "MAILBOXID":
      writer.raw("MAILBOXID (").atom(code.id).raw(")");
      break;
    case "NOUPDATE":
      writer.raw('NOUPDATE "').word(code.tag, TAG, "a tag").raw('"');
      break;
    case "UNDEFINED-FILTER":
      writeFilterName(writer.raw("UNDEFINED-FILTER "), code.filter);
      break;
    case "APPENDUID":
      writer
        .raw(code.type)
        .raw(" ")
        .number(code.uidValidity)
        .raw(` ${formatSequenceSet(code.uids)}`);
      break;
    case "COPYUID":
      writer.raw(code.type).raw(" ").number(code.uidValidity);
      writer.raw(` ${formatSequenceSet(code.source)} ${formatSequenceSet(code.destination)}`);
      break;
    case "unknown":
    case "invalid":
      writeOtherCode(writer, code.name, code.arguments);
      break;
    default:
      writer.raw(code.type);
  }
  writer.raw("]");
}

function writeOtherCode(writer: Writer, name: string, rest: string | null): void {
  writer.atom(name);
  if (rest === null) return;
  if (!/^[\x01-\x5c\x5e-\x7f]+$/.test(rest)) throw unsayable(`the arguments of ${name}`);
  writer.raw(` ${rest}`);
}
