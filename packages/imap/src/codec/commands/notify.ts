// NOTIFY: of what the server is to tell by itself (RFC 5465).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { MailboxFilter } from "../mailbox-filter.ts";
import { readMailboxFilter, writeMailboxFilter } from "../mailbox-filter.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import type { FetchAttribute } from "./fetch-attribute.ts";
import { readFetchAttributes, writeFetchAttributes } from "./fetch-attribute.ts";

/** Says of what the server is to tell by itself, instead of what was said before. */
export interface NotifyCommand {
  readonly name: "NOTIFY";
  /** Of what; null for NONE: of nothing at all. */
  readonly wanted: NotifySet | null;
}

/** What NOTIFY SET asks for. */
export interface NotifySet {
  /** Whether the figures of all mailboxes in question are to be told at once. */
  readonly status: boolean;
  /** Events by mailbox; the first group that a mailbox is in counts. At least one. */
  readonly groups: readonly EventGroup[];
}

/** What is to be told of some mailboxes. */
export interface EventGroup {
  /** The mailboxes. `selected-delayed` is the selected one, where expunges wait until the client says something. */
  readonly mailboxes: MailboxFilter | { readonly type: "selected-delayed" };
  /** The events; empty for NONE. */
  readonly events: readonly NotifyEvent[];
}

/** Something that happens, named as the RFC writes it. */
export type NotifyEvent =
  /** `items` are told with each new message of the selected mailbox; they may be empty. */
  | { readonly type: "MessageNew"; readonly items: readonly FetchAttribute[] }
  | {
      readonly type:
        | "MessageExpunge"
        | "FlagChange"
        | "AnnotationChange"
        | "MailboxName"
        | "SubscriptionChange"
        | "MailboxMetadataChange"
        | "ServerMetadataChange";
    }
  /** An event of an extension, in upper case. */
  | { readonly type: "unknown"; readonly name: string };

const PLAIN_EVENTS = [
  "MessageExpunge",
  "FlagChange",
  "AnnotationChange",
  "MailboxName",
  "SubscriptionChange",
  "MailboxMetadataChange",
  "ServerMetadataChange",
] as const;

const SP = 32;
const OPEN = 40;

/** See {@link NotifyCommand}. */
export const notify: CommandGrammar<NotifyCommand> = { read: readNotify, write: writeNotify };

/** notify = "NOTIFY" SP ("SET" [SP "STATUS"] SP event-group *(SP event-group) / "NONE") */
function readNotify(cursor: Cursor): NotifyCommand {
  cursor.space();
  const word = cursor.keyword();
  if (word === "NONE") return { name: "NOTIFY", wanted: null };
  if (word !== "SET") throw new Malformed("bad-notify");
  cursor.space();
  const status = cursor.peek() !== OPEN;
  if (status) readStatusIndicator(cursor);
  const groups = [readGroup(cursor)];
  while (cursor.peek() === SP && cursor.at + 1 < cursor.end) {
    cursor.space();
    groups.push(readGroup(cursor));
  }
  return { name: "NOTIFY", wanted: { status, groups } };
}

function readStatusIndicator(cursor: Cursor): void {
  if (cursor.keyword() !== "STATUS") throw new Malformed("bad-notify");
  cursor.space();
}

/** event-group = "(" filter-mailboxes SP events ")" ; events = "(" event *(SP event) ")" / "NONE" */
function readGroup(cursor: Cursor): EventGroup {
  cursor.open();
  const mailboxes = readFilter(cursor);
  cursor.space();
  const events = cursor.peek() === OPEN ? readEvents(cursor) : readNone(cursor);
  if (!cursor.closes()) throw new Malformed("bad-event-group");
  return { mailboxes, events };
}

/** filter-mailboxes = "selected-delayed" / … */
function readFilter(cursor: Cursor): EventGroup["mailboxes"] {
  const { at } = cursor;
  if (cursor.keyword() === "SELECTED-DELAYED") return { type: "selected-delayed" };
  cursor.at = at;
  return readMailboxFilter(cursor);
}

function readNone(cursor: Cursor): readonly NotifyEvent[] {
  if (cursor.keyword() !== "NONE") throw new Malformed("no-events");
  return [];
}

function readEvents(cursor: Cursor): readonly NotifyEvent[] {
  const events: NotifyEvent[] = [];
  cursor.open();
  do events.push(readEvent(cursor));
  while (!cursor.closes());
  return events;
}

/** event = "MessageNew" [SP "(" fetch-att *(SP fetch-att) ")"] / "MessageExpunge" / … / atom */
function readEvent(cursor: Cursor): NotifyEvent {
  const name = cursor.keyword();
  if (name !== "MESSAGENEW") {
    const type = PLAIN_EVENTS.find((event) => event.toUpperCase() === name);
    return type === undefined ? { type: "unknown", name } : { type };
  }
  if (cursor.peek() !== SP || cursor.bytes[cursor.at + 1] !== OPEN) return { type: "MessageNew", items: [] };
  cursor.space();
  return { type: "MessageNew", items: readFetchAttributes(cursor) };
}

/** See {@link readNotify}. */
function writeNotify(writer: Writer, { wanted }: NotifyCommand): void {
  if (wanted === null) {
    writer.raw("NOTIFY NONE");
    return;
  }
  if (wanted.groups.length === 0) throw unsayable("NOTIFY of no events");
  writer.raw(wanted.status ? "NOTIFY SET STATUS " : "NOTIFY SET ").spaced(wanted.groups, (group) => writeGroup(writer, group));
}

function writeGroup(writer: Writer, { mailboxes, events }: EventGroup): void {
  writer.raw("(");
  if (mailboxes.type === "selected-delayed") writer.raw(mailboxes.type);
  else writeMailboxFilter(writer, mailboxes);
  writer.raw(" ");
  if (events.length === 0) writer.raw("NONE");
  else writer.list(events, (event) => writeEvent(writer, event));
  writer.raw(")");
}

function writeEvent(writer: Writer, event: NotifyEvent): void {
  if (event.type === "unknown") writer.atom(event.name);
  else writer.raw(event.type);
  if (event.type === "MessageNew" && event.items.length > 0) writeFetchAttributes(writer.raw(" "), event.items);
}
