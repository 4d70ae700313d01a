// STORE, COPY, EXPUNGE and CLOSE (RFC 3501 sections 6.4.2, 6.4.3, 6.4.6, 6.4.7).

import type { CopyCommand } from "../codec/commands/copy.ts";
import type { StoreCommand } from "../codec/commands/store.ts";
import type { FetchItem } from "../codec/responses/fetch-item.ts";
import { type Conversation, indexOf } from "./conversation.ts";
import { resolveSet } from "./message-set.ts";
import type { Completion } from "./options.ts";
import { tryCreate } from "./refusal.ts";

const NO_SUCH_MESSAGE: Completion = { status: "BAD", text: "No such message" };
const READ_ONLY: Completion = { status: "NO", code: { type: "READ-ONLY" }, text: "The mailbox is read-only" };

/** STORE and UID STORE. \Recent cannot be changed. */
export async function store(
  conversation: Conversation,
  { name, set, modifiers, action, silent, flags }: StoreCommand,
): Promise<Completion> {
  if (modifiers !== undefined) return { status: "BAD", text: "STORE has no modifiers here" };
  const { mailbox, access } = conversation.current;
  if (access === "read-only") return READ_ONLY;
  const uids = resolveSet(mailbox.uids, set, name === "UID STORE" ? "uid" : "sequence");
  if (uids === undefined) return NO_SUCH_MESSAGE;
  const settable = flags.filter((flag) => flag.toUpperCase() !== "\\RECENT");
  const changed = uids.length === 0 ? [] : await mailbox.store(uids, action, settable);
  for (const { uid, flags: now } of silent ? [] : changed) {
    const items: FetchItem[] = [{ type: "FLAGS", flags: now }];
    if (name === "UID STORE") items.unshift({ type: "UID", uid });
    conversation.tell({ type: "FETCH", sequenceNumber: indexOf(mailbox.uids, uid) + 1, items });
    await conversation.pace(64);
  }
  return { status: "OK", text: `${name} completed` };
}

/** COPY and UID COPY. */
export async function copy(conversation: Conversation, { name, set, mailbox: to }: CopyCommand): Promise<Completion> {
  const { mailbox } = conversation.current;
  const uids = resolveSet(mailbox.uids, set, name === "UID COPY" ? "uid" : "sequence");
  if (uids === undefined) return NO_SUCH_MESSAGE;
  if (uids.length > 0) await tryCreate(mailbox.copy(uids, to));
  return { status: "OK", text: `${name} completed` };
}

/** EXPUNGE; what is gone is told with the other changes. */
export async function expunge(conversation: Conversation): Promise<Completion> {
  const { mailbox, access } = conversation.current;
  if (access === "read-only") return READ_ONLY;
  await mailbox.expunge();
  return { status: "OK", text: "EXPUNGE completed" };
}

/** CLOSE: expunges without telling, unless read-only. Once it is answered the mailbox is let go. */
export async function close(conversation: Conversation): Promise<Completion> {
  const { mailbox, access } = conversation.current;
  if (access === "read-write") await mailbox.expunge();
  return { status: "OK", text: "CLOSE completed" };
}
