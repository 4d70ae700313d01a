// What IMAP4rev1 has and IMAP4rev2 has no more (RFC 9051 appendix E). It is never said in other words silently: who encodes chooses them.

import type { Command } from "./command.ts";
import type { SearchKey } from "./commands/search-key.ts";
import type { Response } from "./response.ts";

/** What of a command IMAP4rev2 has no more, in words of the grammar; `undefined` for nothing. */
export function obsoleteCommand(command: Command): string | undefined {
  switch (command.name) {
    case "CHECK":
    case "LSUB":
      return command.name;
    case "STATUS":
      return command.items.some((item) => item === "RECENT") ? "STATUS RECENT" : undefined;
    case "SEARCH":
    case "UID SEARCH":
      return firstOf(command.keys, obsoleteKey);
    case "FETCH":
    case "UID FETCH":
      return typeof command.items === "string"
        ? undefined
        : firstOf(command.items, ({ type }) => (OBSOLETE_ITEMS.has(type) ? type : undefined));
    default:
      return undefined;
  }
}

/** What of a response IMAP4rev2 has no more, in words of the grammar; `undefined` for nothing. */
export function obsoleteResponse(response: Response): string | undefined {
  switch (response.type) {
    case "SEARCH":
    case "LSUB":
    case "RECENT":
      return response.type;
    case "STATUS":
      return firstOf(response.items, ({ type }) => (type === "RECENT" ? "STATUS RECENT" : undefined));
    case "FETCH":
    case "UIDFETCH":
      return firstOf(response.items, (item) => {
        if (item.type === "FLAGS") return obsoleteFlag(item.flags);
        return OBSOLETE_ITEMS.has(item.type) ? item.type : undefined;
      });
    case "FLAGS":
      return obsoleteFlag(response.flags);
    case "tagged":
    case "untagged":
      return response.code?.type === "UNSEEN" ? "[UNSEEN]" : undefined;
    default:
      return undefined;
  }
}

const OBSOLETE_ITEMS: ReadonlySet<string> = new Set(["RFC822", "RFC822.HEADER", "RFC822.TEXT"]);
const OBSOLETE_KEYS: ReadonlySet<string> = new Set(["NEW", "OLD", "RECENT"]);

function obsoleteKey(key: SearchKey): string | undefined {
  switch (key.type) {
    case "NOT":
      return obsoleteKey(key.key);
    case "OR":
      return obsoleteKey(key.left) ?? obsoleteKey(key.right);
    case "AND":
      return firstOf(key.keys, obsoleteKey);
    default:
      return OBSOLETE_KEYS.has(key.type) ? key.type : undefined;
  }
}

function obsoleteFlag(flags: readonly string[]): string | undefined {
  return flags.find((flag) => flag.toUpperCase() === "\\RECENT");
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
