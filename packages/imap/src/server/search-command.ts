// SEARCH and UID SEARCH (RFC 3501 section 6.4.4).

import type { SearchCommand } from "../codec/commands/search.ts";
import type { SearchKey } from "../codec/commands/search-key.ts";
import { isExtensionKey } from "../codec/commands/search-key-extensions.ts";
import type { MessageSearchKey } from "./backend.ts";
import { type Conversation, indexOf } from "./conversation.ts";
import { resolveSet } from "./message-set.ts";
import type { Completion } from "./options.ts";

const CHARSETS: readonly string[] = ["US-ASCII", "UTF-8"];

/** SEARCH and UID SEARCH. */
export async function search(conversation: Conversation, { name, returnOptions, charset, keys }: SearchCommand): Promise<Completion> {
  if (returnOptions !== undefined) return { status: "BAD", text: "SEARCH has no RETURN here" };
  if (charset !== null && !CHARSETS.includes(charset.toUpperCase())) {
    return { status: "NO", code: { type: "BADCHARSET", charsets: CHARSETS }, text: "No such charset here" };
  }
  const { mailbox } = conversation.current;
  const { uids } = mailbox;
  const resolved = resolveKeys(keys, uids);
  if ("status" in resolved) return resolved;
  const found = await mailbox.search(resolved);
  conversation.tell({ type: "SEARCH", numbers: name === "UID SEARCH" ? found : found.map((uid) => indexOf(uids, uid) + 1) });
  return { status: "OK", text: `${name} completed` };
}

const NO_MESSAGE: Completion = { status: "BAD", text: "No such message" };
const NO_KEY: Completion = { status: "BAD", text: "No such search key here" };

function resolveKeys(keys: readonly SearchKey[], uids: readonly number[]): readonly MessageSearchKey[] | Completion {
  const resolved: MessageSearchKey[] = [];
  for (const key of keys) {
    const one = resolveKey(key, uids);
    if ("status" in one) return one;
    resolved.push(one);
  }
  return resolved;
}

/** The key with its sets resolved, or how to refuse it. */
function resolveKey(key: SearchKey, uids: readonly number[]): MessageSearchKey | Completion {
  switch (key.type) {
    case "SEQUENCE":
    case "UID": {
      const found = resolveSet(uids, key.set, key.type === "UID" ? "uid" : "sequence");
      return found === undefined ? NO_MESSAGE : { type: "UID", uids: found };
    }
    case "NOT": {
      const inner = resolveKey(key.key, uids);
      return "status" in inner ? inner : { type: "NOT", key: inner };
    }
    case "OR": {
      const left = resolveKey(key.left, uids);
      const right = resolveKey(key.right, uids);
      if ("status" in left) return left;
      return "status" in right ? right : { type: "OR", left, right };
    }
    case "AND": {
      const keys = resolveKeys(key.keys, uids);
      return "status" in keys ? keys : { type: "AND", keys };
    }
    case "FUZZY":
      return NO_KEY;
    default:
      return isExtensionKey(key) ? NO_KEY : key;
  }
}
