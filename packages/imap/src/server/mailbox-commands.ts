// Commands on mailboxes as a whole (RFC 3501 section 6.3), APPEND excepted.

import type { ListCommand } from "../codec/commands/list.ts";
import type { CreateCommand, MailboxCommand, RenameCommand } from "../codec/commands/mailbox.ts";
import type { SelectCommand } from "../codec/commands/select.ts";
import type { StatusCommand } from "../codec/commands/status.ts";
import { decodeMailboxName, type MailboxName } from "../codec/mailbox-name.ts";
import type { ResponseCode } from "../codec/response-code.ts";
import type { StatusItem } from "../codec/responses/status.ts";
import type { ListedMailbox, MailboxFigure, MailboxFigures } from "./backend.ts";
import type { Conversation, Selected } from "./conversation.ts";
import { fitsPattern } from "./list-pattern.ts";
import type { Completion } from "./options.ts";
import { ImapRefusal } from "./refusal.ts";

/** SELECT and EXAMINE. What was selected before is not, even when this fails. */
export async function select(
  conversation: Conversation,
  { mailbox: name, parameters }: SelectCommand,
  wanted: Selected["access"],
): Promise<Completion> {
  if (parameters !== undefined) return { status: "BAD", text: "SELECT has no parameters here" };
  await conversation.select(async () => {
    const mailbox = await conversation.account.open(name, wanted);
    return { name, mailbox, access: mailbox.opened.access };
  });
  const { mailbox, access } = conversation.current;
  const { flags, permanentFlags, recent, firstUnseen, uidValidity, uidNext } = mailbox.opened;
  const ok = (code: ResponseCode, text: string): void => conversation.tell({ type: "untagged", status: "OK", code, text });
  conversation.tell({ type: "FLAGS", flags });
  ok(
    { type: "PERMANENTFLAGS", flags: access === "read-only" ? [] : permanentFlags },
    access === "read-only" ? "Read-only mailbox" : "Flags permitted",
  );
  conversation.tell({ type: "EXISTS", count: mailbox.uids.length });
  conversation.tell({ type: "RECENT", count: recent });
  if (firstUnseen !== null) ok({ type: "UNSEEN", value: firstUnseen }, "First unseen");
  ok({ type: "UIDVALIDITY", value: uidValidity }, "UIDs valid");
  ok({ type: "UIDNEXT", value: uidNext }, "Predicted next UID");
  return { status: "OK", code: { type: access === "read-only" ? "READ-ONLY" : "READ-WRITE" }, text: "Selected" };
}

/** CREATE. */
export async function create({ account }: Conversation, { mailbox, parameters }: CreateCommand): Promise<Completion> {
  if (parameters !== undefined) return { status: "BAD", text: "CREATE has no parameters here" };
  // A delimiter at the end only says that names will be made under it.
  await account.create(withoutDelimiter(mailbox, account.delimiter));
  return { status: "OK", text: "CREATE completed" };
}

/** RENAME. */
export async function rename({ account }: Conversation, { from, to, parameters }: RenameCommand): Promise<Completion> {
  if (parameters !== undefined) return { status: "BAD", text: "RENAME has no parameters here" };
  await account.rename(from, to);
  return { status: "OK", text: "RENAME completed" };
}

/** DELETE, SUBSCRIBE and UNSUBSCRIBE. */
export async function change(
  conversation: Conversation,
  name: Extract<MailboxCommand["name"], "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE">,
  mailbox: MailboxName,
): Promise<Completion> {
  const { account } = conversation;
  switch (name) {
    case "DELETE":
      if (mailbox.name === "INBOX") throw new ImapRefusal({ type: "CANNOT" }, "INBOX cannot be deleted");
      await account.delete(mailbox);
      break;
    case "SUBSCRIBE":
      await account.subscribe(mailbox);
      break;
    case "UNSUBSCRIBE":
      await account.unsubscribe(mailbox);
      break;
  }
  return { status: "OK", text: `${name} completed` };
}

/** LIST and LSUB. An empty pattern asks for the delimiter (RFC 3501 section 6.3.8). */
export async function list(
  conversation: Conversation,
  name: "LIST" | "LSUB",
  { reference, pattern }: Pick<ListCommand, "reference" | "pattern">,
): Promise<Completion> {
  const { account } = conversation;
  const { delimiter } = account;
  const done: Completion = { status: "OK", text: `${name} completed` };
  if (pattern.raw === "") {
    conversation.tell({ type: name, attributes: ["\\Noselect"], delimiter, mailbox: decodeMailboxName("") });
    return done;
  }
  const wanted = reference.raw + pattern.raw;
  const listed = name === "LIST" ? await account.list() : await account.listSubscribed();
  // LSUB tells of missing parents only where `%` would hide what is under them (RFC 3501 section 6.3.9).
  const all = name === "LIST" || wanted.endsWith("%") ? withParents(listed, delimiter) : listed;
  const parents = new Set(listed.flatMap(({ mailbox }) => parentsOf(mailbox.raw, delimiter)));
  for (const { mailbox, attributes } of all) {
    if (!fitsPattern(wanted, mailbox.raw, delimiter)) continue;
    const children = parents.has(mailbox.raw) ? "\\HasChildren" : "\\HasNoChildren";
    const told = name === "LIST" ? [...attributes, children] : attributes;
    conversation.tell({ type: name, attributes: told, delimiter, mailbox });
    await conversation.pace(mailbox.raw.length + 64);
  }
  return done;
}

/** STATUS. */
export async function status(conversation: Conversation, { mailbox, items }: StatusCommand): Promise<Completion> {
  if (!items.every(isFigure)) return { status: "BAD", text: "Unknown STATUS attribute" };
  const figures = await conversation.account.status(mailbox, items);
  const told = items.flatMap((type): StatusItem[] => {
    const value = type === "HIGHESTMODSEQ" ? undefined : figures[FIGURES[type]];
    return type === "HIGHESTMODSEQ" || value === undefined ? [] : [{ type, value }];
  });
  conversation.tell({ type: "STATUS", mailbox, items: told });
  return { status: "OK", text: "STATUS completed" };
}

function isFigure(item: string): item is MailboxFigure {
  return item === "HIGHESTMODSEQ" || Object.hasOwn(FIGURES, item);
}

const FIGURES = {
  MESSAGES: "messages",
  RECENT: "recent",
  UIDNEXT: "uidNext",
  UIDVALIDITY: "uidValidity",
  UNSEEN: "unseen",
} as const satisfies Record<string, keyof MailboxFigures>;

function withoutDelimiter(mailbox: MailboxName, delimiter: string | null): MailboxName {
  return delimiter !== null && mailbox.raw.endsWith(delimiter) ? decodeMailboxName(mailbox.raw.slice(0, -delimiter.length)) : mailbox;
}

/** The mailboxes, each behind those of its parents that do not exist. */
function withParents(listed: readonly ListedMailbox[], delimiter: string | null): readonly ListedMailbox[] {
  const known = new Set(listed.map(({ mailbox }) => mailbox.raw));
  return listed.flatMap((entry) => {
    const missing = parentsOf(entry.mailbox.raw, delimiter).filter((parent) => !known.has(parent));
    for (const parent of missing) known.add(parent);
    return [...missing.map((parent): ListedMailbox => ({ mailbox: decodeMailboxName(parent), attributes: ["\\Noselect"] })), entry];
  });
}

/** The names above `raw` in the hierarchy, from the top. */
function parentsOf(raw: string, delimiter: string | null): readonly string[] {
  const parents: string[] = [];
  if (delimiter === null) return parents;
  // What stands before a delimiter at the beginning is no name.
  for (let at = raw.indexOf(delimiter, 1); at > 0; at = raw.indexOf(delimiter, at + 1)) parents.push(raw.slice(0, at));
  return parents;
}
