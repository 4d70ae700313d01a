// Response codes about the connection and the server: BADCHARSET, CAPABILITY (RFC 3501 section 7.1), REFERRAL (RFC 2221, RFC 2193),
// INPROGRESS (RFC 9585), MESSAGELIMIT (RFC 9738).

import { TAG } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import type { ResponseCodeGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import { readCapabilities } from "../responses/capability.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { readUntilBracket, writeUntilBracket } from "./text.ts";

/** Charsets that the server can search in; none where it does not tell. */
export interface BadCharsetCode {
  readonly type: "BADCHARSET";
  /** Their names. */
  readonly charsets: readonly string[];
}

/** What the server can do. */
export interface CapabilityCode {
  readonly type: "CAPABILITY";
  /** Its capabilities. */
  readonly capabilities: readonly string[];
}

/** What was asked for is elsewhere. */
export interface ReferralCode {
  readonly type: "REFERRAL";
  /** Where: IMAP URLs. */
  readonly urls: readonly string[];
}

/** How far a command is. */
export interface InProgressCode {
  readonly type: "INPROGRESS";
  /** The command; null where that is not told. */
  readonly tag: string | null;
  /** What has been done; null where that is not told. */
  readonly progress: number | null;
  /** All that is to be done; null where that is not known. */
  readonly goal: number | null;
}

/** How many messages a command may be about. */
export interface MessageLimitCode {
  readonly type: "MESSAGELIMIT";
  /** How many. */
  readonly limit: number;
  /** The lowest UID that was dealt with; null where nothing was done. */
  readonly lowestUid: number | null;
}

const SP = 32;
const OPEN = 40;
const CLOSE = 41;
const CLOSE_BRACKET = 93;

/** "BADCHARSET" [SP "(" astring *(SP astring) ")" ] */
export const badCharset: ResponseCodeGrammar<BadCharsetCode> = {
  read: (cursor, type) => ({ type, charsets: readCharsets(cursor) }),
  write: (writer, { type, charsets }) => {
    writer.raw(type);
    if (charsets.length > 0) writer.raw(" ").list(charsets, (charset) => writer.astring(charset));
  },
};

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
  return [cursor.atom(), ...readSpacedAtoms(cursor)];
}

/** *(SP atom) */
export function readSpacedAtoms(cursor: Cursor): readonly string[] {
  const atoms: string[] = [];
  while (cursor.peek() === SP) {
    cursor.space();
    atoms.push(cursor.atom());
  }
  return atoms;
}

/** capability-data = "CAPABILITY" *(SP capability) */
export const capability: ResponseCodeGrammar<CapabilityCode> = {
  read: (cursor, type) => ({ type, capabilities: readCapabilityArguments(cursor) }),
  write: (writer, { type, capabilities }) => {
    writer.raw(type);
    for (const one of capabilities) writer.raw(" ").atom(one);
  },
};

/** "REFERRAL" 1*(SP imapurl) */
export const referral: ResponseCodeGrammar<ReferralCode> = {
  read: (cursor, type) => {
    cursor.space();
    const urls = readUntilBracket(cursor)
      .split(" ")
      .filter((url) => url !== "");
    if (urls.length === 0) throw new Malformed("no-url");
    return { type, urls };
  },
  write: (writer, { type, urls }) => {
    if (urls.length === 0 || urls.some((url) => /^$|[ \x80-\uffff]/.test(url))) throw unsayable("a URL that is none");
    writeUntilBracket(writer, `${type} ${urls.join(" ")}`, "the URLs of a referral");
  },
};

/** "INPROGRESS" [SP "(" (quoted / nil) SP (number / nil) SP (number / nil) ")"] */
export const inProgress: ResponseCodeGrammar<InProgressCode> = {
  read: (cursor, type) => {
    if (!cursor.skip(SP)) return { type, tag: null, progress: null, goal: null };
    cursor.open();
    const tag = cursor.nstring();
    cursor.space();
    const progress = readCount(cursor);
    cursor.space();
    const goal = readCount(cursor);
    if (!cursor.closes()) cursor.expect(CLOSE);
    return { type, tag, progress, goal };
  },
  write: (writer, { type, tag, progress, goal }) => {
    writer.raw(type);
    if (tag === null && progress === null && goal === null) return;
    writer.raw(" (");
    if (tag === null) writer.raw("NIL");
    else writeTag(writer, tag);
    for (const count of [progress, goal]) writeCount(writer.raw(" "), count);
    writer.raw(")");
  },
};

function readCount(cursor: Cursor): number | null {
  return cursor.nil() ? null : cursor.number(Number.MAX_SAFE_INTEGER);
}

function writeCount(writer: Writer, count: number | null): void {
  if (count === null) writer.raw("NIL");
  else writer.number(count, Number.MAX_SAFE_INTEGER);
}

/** A tag in quotes. */
export function writeTag(writer: Writer, tag: string): void {
  writer.raw('"').word(tag, TAG, "a tag").raw('"');
}

/** "MESSAGELIMIT" SP nz-number [SP nz-number] */
export const messageLimit: ResponseCodeGrammar<MessageLimitCode> = {
  read: (cursor, type) => {
    cursor.space();
    const limit = cursor.nzNumber();
    return { type, limit, lowestUid: cursor.skip(SP) ? cursor.nzNumber() : null };
  },
  write: (writer, { type, limit, lowestUid }) => {
    writer.raw(`${type} `).number(limit);
    if (lowestUid !== null) writer.raw(" ").number(lowestUid);
  },
};

/** *(SP capability) and words that are none */
function readCapabilityArguments(cursor: Cursor): readonly string[] {
  const capabilities = readCapabilities(cursor);
  cursor.noSpace();
  if (cursor.peek() === CLOSE_BRACKET) return capabilities;
  if (cursor.peek() === OPEN) throw new Malformed("bad-capability");
  cursor.deviate("odd-capability");
  const words = readUntilBracket(cursor).split(/[ \t]+/);
  return [...capabilities, ...words.filter((word) => word !== "")];
}
