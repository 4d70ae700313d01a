// GETMETADATA and SETMETADATA (RFC 5464 section 4).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { LiteralAhead, Malformed } from "../malformed.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

const SP = 32;
const OPEN = 40;

/** Asks for annotations. */
export interface GetMetadataCommand {
  readonly name: "GETMETADATA";
  /** The mailbox; the empty name is the server. */
  readonly mailbox: MailboxName;
  /** Names of entries. */
  readonly entries: readonly string[];
  /** Values of more bytes than this are left out; null for all. */
  readonly maxSize: number | null;
  /** How far below the entries to look. */
  readonly depth: "0" | "1" | "INFINITY";
}

/** Changes annotations. */
export interface SetMetadataCommand {
  readonly name: "SETMETADATA";
  /** The mailbox; the empty name is the server. */
  readonly mailbox: MailboxName;
  /** Entries with their new values; null removes one. */
  readonly entries: readonly { readonly name: string; readonly value: Uint8Array | null }[];
}

/** See {@link GetMetadataCommand}. */
export const getMetadata: CommandGrammar<GetMetadataCommand> = { read: readGetMetadata, write: writeGetMetadata };

/** getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries ; entries = entry / "(" entry *(SP entry) ")" */
function readGetMetadata(cursor: Cursor): GetMetadataCommand {
  cursor.space();
  let options: Pick<GetMetadataCommand, "maxSize" | "depth"> = { maxSize: null, depth: "0" };
  if (cursor.peek() === OPEN) {
    options = readOptions(cursor);
    cursor.space();
  }
  const mailbox = readMailboxName(cursor);
  cursor.space();
  const entries: string[] = [];
  if (cursor.peek() !== OPEN) entries.push(cursor.astring());
  else {
    cursor.open();
    while (!cursor.closes()) entries.push(cursor.astring());
  }
  // Some clients write the options behind the mailbox, as the RFC's examples once did: that is not understood as entries.
  if (entries.length === 0 || cursor.peek() === SP) throw new Malformed("bad-entries");
  return { name: "GETMETADATA", mailbox, entries, ...options };
}

/** getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")" ; "MAXSIZE" SP number / "DEPTH" SP ("0" / "1" / "infinity") */
function readOptions(cursor: Cursor): Pick<GetMetadataCommand, "maxSize" | "depth"> {
  let maxSize: number | null = null;
  let depth: GetMetadataCommand["depth"] = "0";
  cursor.open();
  while (!cursor.closes()) {
    const option = cursor.keyword();
    cursor.space();
    if (option === "MAXSIZE") maxSize = cursor.number();
    else if (option === "DEPTH") depth = readDepth(cursor.keyword());
    else throw new Malformed("bad-option");
  }
  return { maxSize, depth };
}

function readDepth(word: string): GetMetadataCommand["depth"] {
  if (word !== "0" && word !== "1" && word !== "INFINITY") throw new Malformed("bad-option");
  return word;
}

/** See {@link SetMetadataCommand}. */
export const setMetadata: CommandGrammar<SetMetadataCommand> = { read: readSetMetadata, write: writeSetMetadata };

/** setmetadata = "SETMETADATA" SP mailbox SP entry-values ; entry-values = "(" entry SP value *(SP entry SP value) ")" */
function readSetMetadata(cursor: Cursor): SetMetadataCommand {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  cursor.space();
  const entries: { name: string; value: Uint8Array | null }[] = [];
  cursor.open();
  while (!cursor.closes()) {
    const name = cursor.astring();
    cursor.space();
    const value = cursor.data8();
    if (value !== null && !(value instanceof Uint8Array)) throw new LiteralAhead();
    entries.push({ name, value });
  }
  if (entries.length === 0) throw new Malformed("bad-entries");
  return { name: "SETMETADATA", mailbox, entries };
}

/** See {@link readGetMetadata}. */
function writeGetMetadata(writer: Writer, { mailbox, entries, maxSize, depth }: GetMetadataCommand): void {
  if (entries.length === 0) throw unsayable("GETMETADATA of nothing");
  const options: (() => void)[] = [];
  if (maxSize !== null) options.push(() => writer.raw("MAXSIZE ").number(maxSize));
  if (depth !== "0") options.push(() => writer.raw(`DEPTH ${depth.toLowerCase()}`));
  writer.raw("GETMETADATA ");
  if (options.length > 0) writer.list(options, (write) => write()).raw(" ");
  writer.mailbox(mailbox).raw(" ");
  writer.list(entries, (entry) => writer.astring(entry));
}

/** See {@link readSetMetadata}. */
function writeSetMetadata(writer: Writer, { mailbox, entries }: SetMetadataCommand): void {
  if (entries.length === 0) throw unsayable("SETMETADATA of nothing");
  writer.raw("SETMETADATA ").mailbox(mailbox).raw(" ");
  writer.list(entries, ({ name, value }) => writer.astring(name).raw(" ").data8(value));
}
