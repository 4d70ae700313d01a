// FETCH and UID FETCH (RFC 3501 section 6.4.5): macros, the \Seen that reading implies, and data that streams.

import { ProtocolError } from "@mailwire/wire";
import type { FetchCommand, FetchMacro } from "../codec/commands/fetch.ts";
import type { FetchAttribute } from "../codec/commands/fetch-attribute.ts";
import type { Flag } from "../codec/flag.ts";
import type { FetchItem } from "../codec/responses/fetch-item.ts";
import type { BodyStream, FetchedItem, FetchedMessage, MessageAttribute } from "./backend.ts";
import { type Conversation, indexOf, type Selected } from "./conversation.ts";
import { resolveSet } from "./message-set.ts";
import type { Completion } from "./options.ts";

/** About what a response takes beside its data. */
const RESPONSE_BYTES = 256;

/** FETCH and UID FETCH. */
export async function fetch(conversation: Conversation, { name, set, items, modifiers }: FetchCommand): Promise<Completion> {
  if (modifiers !== undefined) return { status: "BAD", text: "FETCH has no modifiers here" };
  const attributes = attributesOf(items, name);
  if (attributes === undefined) return { status: "BAD", text: "Unknown FETCH attribute" };
  const { current } = conversation;
  const { mailbox } = current;
  const uids = resolveSet(mailbox.uids, set, name === "UID FETCH" ? "uid" : "sequence");
  if (uids === undefined) return { status: "BAD", text: "No such message" };
  const seen = current.access === "read-write" && attributes.some(setsSeen) ? await markSeen(current, uids) : NOTHING_SEEN;
  for await (const message of mailbox.fetch(uids, attributes)) await tell(conversation, message, seen.get(message.uid));
  return { status: "OK", text: `${name} completed` };
}

const NOTHING_SEEN: ReadonlyMap<number, readonly Flag[]> = new Map();

const MACROS: Readonly<Record<FetchMacro, readonly MessageAttribute[]>> = {
  ALL: [{ type: "FLAGS" }, { type: "INTERNALDATE" }, { type: "RFC822.SIZE" }, { type: "ENVELOPE" }],
  FAST: [{ type: "FLAGS" }, { type: "INTERNALDATE" }, { type: "RFC822.SIZE" }],
  FULL: [{ type: "FLAGS" }, { type: "INTERNALDATE" }, { type: "RFC822.SIZE" }, { type: "ENVELOPE" }, { type: "BODY" }],
};

/** What is asked for, macros expanded; `undefined` when no backend knows it. UID FETCH always tells the UID (section 6.4.8). */
function attributesOf(items: FetchCommand["items"], name: FetchCommand["name"]): readonly MessageAttribute[] | undefined {
  const attributes = typeof items === "string" ? MACROS[items] : items;
  if (!attributes.every(isOfMessage)) return undefined;
  const told = name === "FETCH" || attributes.some(({ type }) => type === "UID");
  return told ? attributes : [{ type: "UID" }, ...attributes];
}

function isOfMessage(attribute: FetchAttribute): attribute is MessageAttribute {
  return ATTRIBUTES.has(attribute.type);
}

const ATTRIBUTES: ReadonlySet<string> = new Set<MessageAttribute["type"]>([
  "BODY",
  "BODYSTRUCTURE",
  "ENVELOPE",
  "FLAGS",
  "INTERNALDATE",
  "MODSEQ",
  "RFC822",
  "RFC822.HEADER",
  "RFC822.SIZE",
  "RFC822.TEXT",
  "UID",
  "BODY[]",
  "BODY.PEEK[]",
]);

function setsSeen({ type }: MessageAttribute): boolean {
  return type === "BODY[]" || type === "RFC822" || type === "RFC822.TEXT";
}

/** Sets \Seen where it is missing; the flags of those messages as they are then. */
async function markSeen({ mailbox }: Selected, uids: readonly number[]): Promise<ReadonlyMap<number, readonly Flag[]>> {
  const unseen: number[] = [];
  for await (const { uid, items } of mailbox.fetch(uids, [{ type: "FLAGS" }])) {
    if (items.some((item) => item.type === "FLAGS" && !item.flags.includes("\\Seen"))) unseen.push(uid);
  }
  if (unseen.length === 0) return NOTHING_SEEN;
  const changed = await mailbox.store(unseen, "add", ["\\Seen"]);
  return new Map(changed.map(({ uid, flags }) => [uid, flags]));
}

/** Tells of one message; `seen` are its flags if reading it has just changed them. */
async function tell(conversation: Conversation, { uid, items }: FetchedMessage, seen: readonly Flag[] | undefined): Promise<void> {
  const index = indexOf(conversation.current.mailbox.uids, uid);
  if (index < 0) return;
  const flags = seen === undefined || items.some(({ type }) => type === "FLAGS") ? [] : [{ type: "FLAGS" as const, flags: seen }];
  const told = [...items, ...flags];
  const streams = told.flatMap((item) => streamOf(item) ?? []);
  conversation.tell({ type: "FETCH", sequenceNumber: index + 1, items: told.map(announced) });
  for (const stream of streams) await pour(conversation, stream);
  await conversation.pace(told.reduce((bytes, item) => bytes + heldBytes(item), RESPONSE_BYTES));
}

function streamOf(item: FetchedItem): BodyStream | undefined {
  return "data" in item && item.data !== null && "chunks" in item.data ? item.data : undefined;
}

/** The item as it is told first: a stream by its size. */
function announced(item: FetchedItem): FetchItem {
  if (!("data" in item)) return item;
  const { data } = item;
  return { ...item, data: data !== null && "chunks" in data ? { size: data.size } : data };
}

function heldBytes(item: FetchedItem): number {
  return "data" in item && item.data instanceof Uint8Array ? item.data.length : 0;
}

/** Sends a stream behind its announcement. Once its size is announced nothing but its bytes can follow, so a stream that fails costs the connection. */
async function pour({ driver }: Conversation, { size, chunks }: BodyStream): Promise<void> {
  let left = size;
  try {
    for await (const bytes of chunks) {
      if (bytes.length === 0) continue;
      left -= bytes.length;
      if (left < 0) break;
      driver.send({ type: "data-chunk", bytes });
      await driver.flush();
    }
    if (left !== 0) throw new ProtocolError("local", "bad-size", `a body of ${size} bytes was announced, ${size - left} came`);
  } catch (error) {
    driver.abort(error);
    throw error;
  }
}
