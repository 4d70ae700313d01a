// Items of FETCH that extensions add: identifiers (RFC 8474), previews (RFC 8970), dates of arrival (RFC 8514), labels (X-GM-EXT-1).

import type { Cursor } from "../cursor.ts";
import type { DateTime } from "../date-time.ts";
import { formatDateTime, readDateTime } from "../date-time.ts";
import { consistsOf, FLAG } from "../characters.ts";
import { decodeMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";

const OPEN = 40;
const CLOSE = 41;

/** One item of an extension. */
export type ExtensionItem =
  /** Identifier of the message's content; of its conversation, null where there is none. */
  | { readonly type: "EMAILID"; readonly id: string }
  | { readonly type: "THREADID"; readonly id: string | null }
  /** The beginning of the text, null where there is none (yet). */
  | { readonly type: "PREVIEW"; readonly text: string | null }
  /** When the message came to this mailbox, null where that is not known. */
  | { readonly type: "SAVEDATE"; readonly date: DateTime | null }
  /** Identifiers of 64 bits. */
  | { readonly type: "X-GM-MSGID" | "X-GM-THRID"; readonly id: bigint }
  /** Labels: names as those of mailboxes, or with a backslash (`\\Inbox`). */
  | { readonly type: "X-GM-LABELS"; readonly labels: readonly MailboxName[] };

/** How the values of these items are read. */
export const EXTENSION_READERS: readonly (readonly [name: ExtensionItem["type"], read: (cursor: Cursor) => ExtensionItem])[] = [
  ["EMAILID", (cursor: Cursor): ExtensionItem => ({ type: "EMAILID", id: readObjectId(cursor) })],
  ["THREADID", (cursor: Cursor): ExtensionItem => ({ type: "THREADID", id: cursor.nil() ? null : readObjectId(cursor) })],
  ["PREVIEW", (cursor: Cursor): ExtensionItem => ({ type: "PREVIEW", text: cursor.nstring() })],
  ["SAVEDATE", (cursor: Cursor): ExtensionItem => ({ type: "SAVEDATE", date: cursor.nil() ? null : readDateTime(cursor) })],
  ["X-GM-MSGID", (cursor: Cursor): ExtensionItem => ({ type: "X-GM-MSGID", id: cursor.number64() })],
  ["X-GM-THRID", (cursor: Cursor): ExtensionItem => ({ type: "X-GM-THRID", id: cursor.number64() })],
  ["X-GM-LABELS", (cursor: Cursor): ExtensionItem => ({ type: "X-GM-LABELS", labels: readLabels(cursor) })],
];

/** "(" objectid ")" ; objectid = 1*255(ALPHA / DIGIT / "_" / "-") (RFC 8474) */
export function readObjectId(cursor: Cursor): string {
  if (cursor.peek() !== OPEN) {
    cursor.deviate("missing-parenthesis");
    return cursor.astring();
  }
  cursor.open();
  const id = cursor.astring();
  if (!cursor.closes()) cursor.expect(CLOSE);
  return id;
}

/** "(" [label *(SP label)] ")" ; label = astring / "\" atom */
function readLabels(cursor: Cursor): readonly MailboxName[] {
  const labels: MailboxName[] = [];
  if (cursor.peek() !== OPEN && cursor.nil()) return labels;
  cursor.open();
  while (!cursor.closes()) {
    if (cursor.nil()) cursor.deviate("nil-for-string");
    else if (cursor.atString()) labels.push(decodeMailboxName(cursor.bytesString(), cursor.revision));
    else labels.push(decodeMailboxName(cursor.flag()));
  }
  return labels;
}

/** Writes one of these items. */
export function writeExtensionItem(writer: Writer, item: ExtensionItem): void {
  writer.raw(`${item.type} `);
  switch (item.type) {
    case "EMAILID":
      writer.raw("(").atom(item.id).raw(")");
      break;
    case "THREADID":
      if (item.id === null) writer.raw("NIL");
      else writer.raw("(").atom(item.id).raw(")");
      break;
    case "PREVIEW":
      writer.nstring(item.text);
      break;
    case "SAVEDATE":
      writer.raw(item.date === null ? "NIL" : formatDateTime(item.date));
      break;
    case "X-GM-MSGID":
    case "X-GM-THRID":
      writer.number64(item.id);
      break;
    case "X-GM-LABELS":
      writer.list(item.labels, (label) => {
        const { raw } = label;
        const isFlag = /^\\[^\\"]/.test(raw) && consistsOf(raw, FLAG) && !raw.includes("\\", 1);
        return isFlag ? writer.flag(raw) : writer.mailboxString(label);
      });
      break;
  }
}
