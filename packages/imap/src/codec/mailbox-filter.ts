// Mailboxes named by what they are: where ESEARCH looks (RFC 7377 section 2.2), what NOTIFY tells of (RFC 5465 section 6).

import type { Cursor } from "./cursor.ts";
import { readMailboxName } from "./mailbox-name.ts";
import type { MailboxName } from "./mailbox-name.ts";
import { Malformed } from "./malformed.ts";
import type { Writer } from "./writer.ts";
import { unsayable } from "./writer.ts";

/** Filters that are a word alone. */
const WORDS = ["selected", "inboxes", "personal", "subscribed"] as const;
/** Filters that name mailboxes. */
const NAMING = ["subtree", "subtree-one", "mailboxes"] as const;

/** Some mailboxes. */
export type MailboxFilter =
  /** The selected one, those where mail is delivered to, all of the user's own, those that are subscribed. */
  | { readonly type: "selected" | "inboxes" | "personal" | "subscribed" }
  /** These ones, with all below them (`subtree`) or those one level below (`subtree-one`). At least one. */
  | { readonly type: "subtree" | "subtree-one" | "mailboxes"; readonly mailboxes: readonly MailboxName[] };

const OPEN = 40;

/**
 * filter-mailboxes = "selected" / "inboxes" / "personal" / "subscribed" / ("subtree" / "subtree-one" / "mailboxes") SP one-or-more-mailbox
 */
export function readMailboxFilter(cursor: Cursor): MailboxFilter {
  const name = cursor.keyword().toLowerCase();
  const word = WORDS.find((type) => type === name);
  if (word !== undefined) return { type: word };
  const type = NAMING.find((naming) => naming === name);
  if (type === undefined) throw new Malformed("bad-mailbox-filter");
  cursor.space();
  return { type, mailboxes: readMailboxes(cursor) };
}

/** one-or-more-mailbox = mailbox / many-mailboxes ; many-mailboxes = "(" mailbox *(SP mailbox) ")" */
function readMailboxes(cursor: Cursor): readonly MailboxName[] {
  if (cursor.peek() !== OPEN) return [readMailboxName(cursor)];
  const mailboxes: MailboxName[] = [];
  cursor.open();
  do mailboxes.push(readMailboxName(cursor));
  while (!cursor.closes());
  return mailboxes;
}

/** See {@link readMailboxFilter}. */
export function writeMailboxFilter(writer: Writer, filter: MailboxFilter): void {
  writer.raw(filter.type);
  if (!("mailboxes" in filter)) return;
  const { mailboxes } = filter;
  if (mailboxes.length === 0) throw unsayable(`${filter.type} of no mailbox`);
  writer.raw(" ");
  if (mailboxes.length > 1) writer.list(mailboxes, (mailbox) => writer.mailbox(mailbox));
  else for (const mailbox of mailboxes) writer.mailbox(mailbox);
}
