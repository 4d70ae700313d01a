// What LIST tells besides the mailbox's name and attributes (RFC 5258 section 6, RFC 9051 section 6.3.9.7).

import type { Cursor } from "../cursor.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import { attempt, Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";

/** Something that LIST tells besides. */
export type ListExtendedItem =
  /** Selection options (`SUBSCRIBED`) that mailboxes below this one match. */
  | { readonly type: "CHILDINFO"; readonly options: readonly string[] }
  /** The name that the mailbox had. */
  | { readonly type: "OLDNAME"; readonly mailbox: MailboxName }
  /** An item of an extension; `raw` is all of it as it came, name included. */
  | { readonly type: "unknown"; readonly name: string; readonly raw: Uint8Array }
  /** A known item with a value that cannot be, kept the same way. */
  | { readonly type: "invalid"; readonly name: string; readonly raw: Uint8Array };

/** mbox-list-extended = "(" [mbox-list-extended-item *(SP mbox-list-extended-item)] ")" */
export function readExtendedItems(cursor: Cursor): readonly ListExtendedItem[] {
  const items: ListExtendedItem[] = [];
  cursor.open();
  while (!cursor.closes()) items.push(readItem(cursor));
  return items;
}

/** mbox-list-extended-item = mbox-list-extended-item-tag SP tagged-ext-val ; the former is an astring */
function readItem(cursor: Cursor): ListExtendedItem {
  const start = cursor.at;
  const name = cursor.astring();
  cursor.space();
  const { at, depth, tolerated } = cursor;
  return attempt(
    () => readValue(cursor, name) ?? readRest(cursor, "unknown", name, start),
    (): ListExtendedItem => {
      cursor.at = at;
      cursor.depth = depth;
      cursor.forget(tolerated);
      cursor.deviate("bad-list-item");
      return readRest(cursor, "invalid", name, start);
    },
  );
}

function readRest(cursor: Cursor, type: "unknown" | "invalid", name: string, start: number): ListExtendedItem {
  cursor.skipValue();
  return { type, name, raw: cursor.view(start, cursor.at) };
}

function readValue(cursor: Cursor, name: string): ListExtendedItem | undefined {
  switch (name.toUpperCase()) {
    case "CHILDINFO":
      return { type: "CHILDINFO", options: readOptions(cursor) };
    case "OLDNAME":
      return { type: "OLDNAME", mailbox: readOldName(cursor) };
    default:
      return undefined;
  }
}

/** "CHILDINFO" SP "(" list-select-base-opt-quoted *(SP list-select-base-opt-quoted) ")" */
function readOptions(cursor: Cursor): readonly string[] {
  const options: string[] = [];
  cursor.open();
  while (!cursor.closes()) options.push(cursor.astring());
  return options;
}

/** "OLDNAME" SP "(" mailbox ")" */
function readOldName(cursor: Cursor): MailboxName {
  cursor.open();
  const mailbox = readMailboxName(cursor);
  if (!cursor.closes()) throw new Malformed("bad-oldname");
  return mailbox;
}

/** See {@link readExtendedItems}. */
export function writeExtendedItems(writer: Writer, items: readonly ListExtendedItem[]): void {
  writer.list(items, (item) => {
    switch (item.type) {
      case "CHILDINFO":
        writer
          .string(item.type)
          .raw(" ")
          .list(item.options, (option) => writer.string(option));
        break;
      case "OLDNAME":
        writer.string(item.type).raw(" (").mailboxString(item.mailbox).raw(")");
        break;
      default:
        writer.verbatim(item.raw);
    }
  });
}
