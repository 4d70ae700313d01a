// METADATA: annotations of mailboxes and of the server (RFC 5464 section 4.4).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { LiteralAhead } from "../malformed.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";

const SP = 32;
const OPEN = 40;

/** An annotation. */
export interface MetadataEntry {
  /** Its name: a path below `/shared` or `/private`. */
  readonly name: string;
  /** Its bytes; null where there is no such entry; absent where the server only says that it has changed. */
  readonly value?: Uint8Array | null;
}

/** Annotations of a mailbox; those of the server are of the mailbox with the empty name. */
export interface MetadataResponse {
  readonly type: "METADATA";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** All with their values, or all without. */
  readonly entries: readonly MetadataEntry[];
}

/** See {@link MetadataResponse}. */
export const metadataResponse: ResponseGrammar<MetadataResponse> = { read: readMetadataResponse, write: writeMetadataResponse };

/** metadata-resp = "METADATA" SP mailbox SP (entry-values / entry-list) */
function readMetadataResponse(cursor: Cursor): MetadataResponse {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  cursor.space();
  const entries = cursor.peek() === OPEN ? readValues(cursor) : readNames(cursor);
  return { type: "METADATA", mailbox, entries };
}

/** entry-values = "(" entry-value *(SP entry-value) ")" ; entry-value = entry SP value ; value = nstring / literal8 */
function readValues(cursor: Cursor): readonly MetadataEntry[] {
  const entries: MetadataEntry[] = [];
  cursor.open();
  while (!cursor.closes()) {
    const name = cursor.astring();
    cursor.space();
    const value = cursor.data8();
    // Only message data streams.
    if (value !== null && !(value instanceof Uint8Array)) throw new LiteralAhead();
    entries.push({ name, value });
  }
  return entries;
}

/** entry-list = entry *(SP entry) */
function readNames(cursor: Cursor): readonly MetadataEntry[] {
  const entries: MetadataEntry[] = [{ name: cursor.astring() }];
  while (cursor.peek() === SP) {
    cursor.space();
    if (cursor.at < cursor.end) entries.push({ name: cursor.astring() });
  }
  return entries;
}

/** See {@link readMetadataResponse}. */
function writeMetadataResponse(writer: Writer, { mailbox, entries }: MetadataResponse): void {
  writer.raw("* METADATA ").mailbox(mailbox).raw(" ");
  if (entries.some(({ value }) => value === undefined)) writer.spaced(entries, ({ name }) => writer.astring(name));
  else
    writer.list(entries, ({ name, value }) =>
      writer
        .astring(name)
        .raw(" ")
        .data8(value ?? null),
    );
}
