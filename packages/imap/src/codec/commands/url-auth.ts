// GENURLAUTH, RESETKEY and URLFETCH: URLs that let others read parts of messages (RFC 4467 section 7, RFC 5524).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** A URL to be made valid. */
export interface UrlToAuthorize {
  /** The URL so far. */
  readonly rump: string;
  /** How it is made valid: `INTERNAL` …, in upper case. */
  readonly mechanism: string;
}

/** Asks for URLs that can be followed by others. */
export interface GenUrlAuthCommand {
  readonly name: "GENURLAUTH";
  /** The URLs. */
  readonly urls: readonly UrlToAuthorize[];
}

/** Makes all URLs into a mailbox invalid. */
export interface ResetKeyCommand {
  readonly name: "RESETKEY";
  /** The mailbox; null for all. */
  readonly mailbox: MailboxName | null;
  /** Of which mechanisms, in upper case; empty for all. */
  readonly mechanisms: readonly string[];
}

/** A URL to follow. */
export interface UrlToFetch {
  /** The URL. */
  readonly url: string;
  /** What of its part is wanted: `BODYPARTSTRUCTURE`, `BINARY`, `BODY` (RFC 5524), in upper case; empty for its bytes alone. */
  readonly parameters: readonly string[];
}

/** Follows URLs. */
export interface UrlFetchCommand {
  readonly name: "URLFETCH";
  /** The URLs. */
  readonly urls: readonly UrlToFetch[];
}

const SP = 32;
const OPEN = 40;

/** See {@link GenUrlAuthCommand}. */
export const genUrlAuth: CommandGrammar<GenUrlAuthCommand> = { read: readGenUrlAuth, write: writeGenUrlAuth };

/** genurlauth = "GENURLAUTH" 1*(SP url-rump SP mechanism) */
function readGenUrlAuth(cursor: Cursor): GenUrlAuthCommand {
  const urls: UrlToAuthorize[] = [];
  do {
    cursor.space();
    const rump = cursor.astring();
    cursor.space();
    urls.push({ rump, mechanism: cursor.keyword() });
  } while (cursor.peek() === SP);
  return { name: "GENURLAUTH", urls };
}

/** See {@link ResetKeyCommand}. */
export const resetKey: CommandGrammar<ResetKeyCommand> = { read: readResetKey, write: writeResetKey };

/** resetkey = "RESETKEY" [SP mailbox *(SP mechanism)] */
function readResetKey(cursor: Cursor): ResetKeyCommand {
  const mechanisms: string[] = [];
  if (cursor.peek() !== SP) return { name: "RESETKEY", mailbox: null, mechanisms };
  cursor.space();
  const mailbox = readMailboxName(cursor);
  while (cursor.peek() === SP) {
    cursor.space();
    mechanisms.push(cursor.keyword());
  }
  return { name: "RESETKEY", mailbox, mechanisms };
}

/** See {@link UrlFetchCommand}. */
export const urlFetch: CommandGrammar<UrlFetchCommand> = { read: readUrlFetch, write: writeUrlFetch };

/** urlfetch = "URLFETCH" 1*(SP (url-full / "(" url-full 1*(SP url-fetch-param) ")")) */
function readUrlFetch(cursor: Cursor): UrlFetchCommand {
  const urls: UrlToFetch[] = [];
  do {
    cursor.space();
    urls.push(cursor.peek() === OPEN ? readExtendedUrl(cursor) : { url: cursor.astring(), parameters: [] });
  } while (cursor.peek() === SP);
  return { name: "URLFETCH", urls };
}

function readExtendedUrl(cursor: Cursor): UrlToFetch {
  const parameters: string[] = [];
  cursor.open();
  const url = cursor.astring();
  while (!cursor.closes()) parameters.push(cursor.keyword());
  return { url, parameters };
}

/** See {@link readGenUrlAuth}. */
function writeGenUrlAuth(writer: Writer, { urls }: GenUrlAuthCommand): void {
  if (urls.length === 0) throw unsayable("GENURLAUTH of nothing");
  writer.raw("GENURLAUTH ").spaced(urls, ({ rump, mechanism }) => writer.string(rump).raw(" ").atom(mechanism));
}

/** See {@link readResetKey}. */
function writeResetKey(writer: Writer, { mailbox, mechanisms }: ResetKeyCommand): void {
  writer.raw("RESETKEY");
  if (mailbox === null && mechanisms.length > 0) throw unsayable("mechanisms without a mailbox");
  if (mailbox !== null) writer.raw(" ").mailbox(mailbox);
  for (const mechanism of mechanisms) writer.raw(" ").atom(mechanism);
}

/** See {@link readUrlFetch}. */
function writeUrlFetch(writer: Writer, { urls }: UrlFetchCommand): void {
  if (urls.length === 0) throw unsayable("URLFETCH of nothing");
  writer.raw("URLFETCH ").spaced(urls, ({ url, parameters }) => {
    if (parameters.length === 0) writer.string(url);
    else
      writer
        .raw("(")
        .string(url)
        .raw(" ")
        .spaced(parameters, (parameter) => writer.atom(parameter))
        .raw(")");
  });
}
