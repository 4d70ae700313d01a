// What callers may write for mailboxes, sets, FETCH items and SEARCH keys: values of the codec, or the words of RFC 3501.

import { ProtocolError, utf8 } from "@mailwire/wire";
import { CommandDecoder } from "../codec/command-decoder.ts";
import type { Command } from "../codec/command.ts";
import type { FetchCommand } from "../codec/commands/fetch.ts";
import type { FetchAttribute } from "../codec/commands/fetch-attribute.ts";
import type { SearchKey } from "../codec/commands/search-key.ts";
import { mailboxName } from "../codec/mailbox-name.ts";
import type { MailboxName } from "../codec/mailbox-name.ts";
import { parseMessageSet } from "../codec/sequence-set.ts";
import type { MessageSet, SequenceSet } from "../codec/sequence-set.ts";

/** A mailbox: the name that people see, or a name as LIST gave it. */
export type MailboxArgument = string | MailboxName;

/** Messages: `"1:*"`, `"$"`, one number, or ranges. */
export type SetArgument = string | number | SequenceSet;

/** What to fetch: as RFC 3501 writes it (`"FULL"`, `"UID FLAGS BODY.PEEK[HEADER]"`), or attributes. */
export type FetchArgument = string | readonly FetchAttribute[];

/** What to search for: as RFC 3501 writes it (`"UNSEEN SINCE 1-Feb-1994"`, US-ASCII), or keys. */
export type SearchArgument = string | readonly SearchKey[];

/** The mailbox meant. */
export function toMailbox(mailbox: MailboxArgument): MailboxName {
  return typeof mailbox === "string" ? mailboxName(mailbox) : mailbox;
}

/** The messages meant. */
export function toSet(set: SetArgument): MessageSet {
  if (typeof set !== "string") return typeof set === "number" ? [{ first: set, last: set }] : set;
  return parseMessageSet(set) ?? bad(`the set ${JSON.stringify(set)}`);
}

/** The items meant. */
export function toFetchItems(items: FetchArgument): FetchCommand["items"] {
  if (typeof items !== "string") return items;
  const command = parse(/^(\(.*\)|all|fast|full)$/is.test(items) ? `FETCH 1 ${items}` : `FETCH 1 (${items})`);
  return command?.name === "FETCH" && command.modifiers === undefined ? command.items : bad(`the FETCH items ${JSON.stringify(items)}`);
}

/** The keys meant. */
export function toSearchKeys(keys: SearchArgument): readonly SearchKey[] {
  if (typeof keys !== "string") return keys;
  const command = parse(`SEARCH ${keys}`);
  return command?.name === "SEARCH" && command.returnOptions === undefined ? command.keys : bad(`the search ${JSON.stringify(keys)}`);
}

/** Reads one line as a server would. */
function parse(line: string): Command | undefined {
  const decoder = new CommandDecoder();
  decoder.push(utf8(`A ${line}\r\n`));
  const event = decoder.next();
  return event?.type === "command" && decoder.pending === 0 ? event.command : undefined;
}

function bad(what: string): never {
  throw new ProtocolError("local", "bad-argument", `${what} cannot be said`);
}
