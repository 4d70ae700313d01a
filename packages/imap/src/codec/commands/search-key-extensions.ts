// Search keys of extensions: CONDSTORE (RFC 7162), WITHIN (RFC 5032), FILTERS (RFC 5466), OBJECTID (RFC 8474), SAVEDATE (RFC 8514),
// X-GM-EXT-1.

import type { Cursor } from "../cursor.ts";
import { formatDate, readDate } from "../date-time.ts";
import type { CalendarDate } from "../date-time.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** Whose modification sequence MODSEQ looks at: that of a flag, as a client may say without effect on most servers. */
export interface ModSeqEntry {
  /** `/flags/\seen` say. */
  readonly name: string;
  /** Whose flag. */
  readonly type: "priv" | "shared" | "all";
}

/** What a message must be to be found, in the words of an extension. */
export type ExtensionSearchKey =
  /** Changed in this modification sequence or a later one (RFC 7162). */
  | { readonly type: "MODSEQ"; readonly modSeq: bigint; readonly entry?: ModSeqEntry }
  /** Arrived (INTERNALDATE) so many seconds ago or more, or less (RFC 5032). */
  | { readonly type: "OLDER" | "YOUNGER"; readonly seconds: number }
  /** What the server holds under this name: an atom without `/` (RFC 5466). */
  | { readonly type: "FILTER"; readonly filter: string }
  /** The message or the conversation with this identifier (RFC 8474). */
  | { readonly type: "EMAILID" | "THREADID"; readonly id: string }
  /** Saved in this mailbox before, on or since a day (RFC 8514). */
  | { readonly type: "SAVEDBEFORE" | "SAVEDON" | "SAVEDSINCE"; readonly date: CalendarDate }
  /** All messages, in a mailbox that knows when each was saved; else none (RFC 8514). */
  | { readonly type: "SAVEDATESUPPORTED" }
  /** A search in the words of the server's web pages. */
  | { readonly type: "X-GM-RAW"; readonly text: string }
  | { readonly type: "X-GM-MSGID" | "X-GM-THRID"; readonly id: bigint }
  | { readonly type: "X-GM-LABELS"; readonly label: MailboxName };

const QUOTE = 34;
const OPEN_BRACE = 123;

/** How the keys read what follows their names and a space. */
export const EXTENSION_KEY_READERS: ReadonlyMap<string, (cursor: Cursor) => ExtensionSearchKey> = new Map<
  string,
  (cursor: Cursor) => ExtensionSearchKey
>([
  ["MODSEQ", readModSeqKey],
  ["OLDER", (cursor) => ({ type: "OLDER", seconds: cursor.nzNumber() })],
  ["YOUNGER", (cursor) => ({ type: "YOUNGER", seconds: cursor.nzNumber() })],
  ["FILTER", (cursor) => ({ type: "FILTER", filter: readFilterName(cursor) })],
  ["EMAILID", (cursor) => ({ type: "EMAILID", id: cursor.atom() })],
  ["THREADID", (cursor) => ({ type: "THREADID", id: cursor.atom() })],
  ["SAVEDBEFORE", (cursor) => ({ type: "SAVEDBEFORE", date: readDate(cursor) })],
  ["SAVEDON", (cursor) => ({ type: "SAVEDON", date: readDate(cursor) })],
  ["SAVEDSINCE", (cursor) => ({ type: "SAVEDSINCE", date: readDate(cursor) })],
  ["X-GM-RAW", (cursor) => ({ type: "X-GM-RAW", text: cursor.astring() })],
  ["X-GM-MSGID", (cursor) => ({ type: "X-GM-MSGID", id: cursor.number64() })],
  ["X-GM-THRID", (cursor) => ({ type: "X-GM-THRID", id: cursor.number64() })],
  ["X-GM-LABELS", (cursor) => ({ type: "X-GM-LABELS", label: readMailboxName(cursor) })],
]);

/** True for a key of an extension. */
export function isExtensionKey<Key extends { readonly type: string }>(key: Key): key is Extract<Key, ExtensionSearchKey> {
  return key.type === "SAVEDATESUPPORTED" || EXTENSION_KEY_READERS.has(key.type);
}

/** search-modsequence = "MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer (RFC 7162) */
function readModSeqKey(cursor: Cursor): ExtensionSearchKey {
  if (cursor.peek() !== QUOTE && cursor.peek() !== OPEN_BRACE) return { type: "MODSEQ", modSeq: cursor.number63() };
  const name = cursor.string();
  cursor.space();
  const type = ENTRY_TYPES.get(cursor.keyword());
  if (type === undefined) throw new Malformed("bad-search-key");
  cursor.space();
  return { type: "MODSEQ", modSeq: cursor.number63(), entry: { name, type } };
}

/** entry-type-req = "priv" / "shared" / "all" */
const ENTRY_TYPES: ReadonlyMap<string, ModSeqEntry["type"]> = new Map([
  ["PRIV", "priv"],
  ["SHARED", "shared"],
  ["ALL", "all"],
]);

/** filter-name = 1*<any ATOM-CHAR except "/"> (RFC 5466) */
export function readFilterName(cursor: Cursor): string {
  const name = cursor.atom();
  if (name.includes("/")) throw new Malformed("bad-filter");
  return name;
}

/** See {@link readFilterName}. */
export function writeFilterName(writer: Writer, name: string): void {
  if (name.includes("/")) throw unsayable(`the filter ${name}`);
  writer.atom(name);
}

/** The key with its name. */
export function writeExtensionKey(writer: Writer, key: ExtensionSearchKey): void {
  writer.raw(key.type);
  if (key.type === "SAVEDATESUPPORTED") return;
  writer.raw(" ");
  switch (key.type) {
    case "MODSEQ":
      if (key.entry !== undefined) writer.string(key.entry.name).raw(` ${key.entry.type} `);
      writer.number63(key.modSeq);
      break;
    case "OLDER":
    case "YOUNGER":
      if (key.seconds === 0) throw unsayable(`${key.type} than nothing`);
      writer.number(key.seconds);
      break;
    case "FILTER":
      writeFilterName(writer, key.filter);
      break;
    case "EMAILID":
    case "THREADID":
      writer.atom(key.id);
      break;
    case "X-GM-RAW":
      writer.astring(key.text);
      break;
    case "X-GM-MSGID":
    case "X-GM-THRID":
      writer.number64(key.id);
      break;
    case "X-GM-LABELS":
      writer.mailbox(key.label);
      break;
    default:
      writer.raw(formatDate(key.date));
  }
}
