// Commands about mailboxes as a whole: CREATE, DELETE, SUBSCRIBE, UNSUBSCRIBE, RENAME (RFC 3501 section 6.3).

import type { Cursor } from "../cursor.ts";
import type { UnknownParameter } from "../extension-parameter.ts";
import { readOptionalParameters, writeOptionalParameters, writeUnknownParameter } from "../extension-parameter.ts";
import type { MailboxAttribute } from "../flag.ts";
import { readFlagList } from "../flag.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";

/** A command about one mailbox. */
export interface MailboxCommand {
  readonly name: "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE" | "GETQUOTAROOT" | "GETACL" | "MYRIGHTS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
}

/** Makes a mailbox. */
export interface CreateCommand {
  readonly name: "CREATE";
  /** Its name. */
  readonly mailbox: MailboxName;
  /** What it is to be like; absent for nothing. */
  readonly parameters?: readonly CreateParameter[];
}

/** A parameter of CREATE. `USE` tells what the mailbox is for: `\Sent`, `\Trash` … (RFC 6154 section 3). */
export type CreateParameter = { readonly type: "USE"; readonly attributes: readonly MailboxAttribute[] } | UnknownParameter;

/** Renames a mailbox. */
export interface RenameCommand {
  readonly name: "RENAME";
  /** Its name until now. */
  readonly from: MailboxName;
  /** Its new name. */
  readonly to: MailboxName;
  /** Of extensions; absent for nothing. */
  readonly parameters?: readonly UnknownParameter[];
}

/** See {@link MailboxCommand}. */
export const mailboxCommand: CommandGrammar<MailboxCommand> = { read: readMailboxCommand, write: writeMailboxCommand };

/** delete = "DELETE" SP mailbox ; subscribe and unsubscribe look the same */
function readMailboxCommand(cursor: Cursor, name: MailboxCommand["name"]): MailboxCommand {
  cursor.space();
  return { name, mailbox: readMailboxName(cursor) };
}

/** See {@link CreateCommand}. */
export const create: CommandGrammar<CreateCommand> = { read: readCreate, write: writeCreate };

/** create = "CREATE" SP mailbox [SP "(" create-param *(SP create-param) ")"] (RFC 4466 section 2.2) */
function readCreate(cursor: Cursor): CreateCommand {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  const parameters = readOptionalParameters(cursor, (name) => (name === "USE" ? readUse(cursor) : undefined));
  return parameters === undefined ? { name: "CREATE", mailbox } : { name: "CREATE", mailbox, parameters };
}

/** "USE" SP "(" [use-attr *(SP use-attr)] ")" */
function readUse(cursor: Cursor): CreateParameter {
  cursor.space();
  return { type: "USE", attributes: readFlagList(cursor) };
}

/** See {@link RenameCommand}. */
export const rename: CommandGrammar<RenameCommand> = { read: readRename, write: writeRename };

/** rename = "RENAME" SP mailbox SP mailbox [SP "(" rename-param *(SP rename-param) ")"] (RFC 4466 section 2.3) */
function readRename(cursor: Cursor): RenameCommand {
  cursor.space();
  const from = readMailboxName(cursor);
  cursor.space();
  const to = readMailboxName(cursor);
  const parameters = readOptionalParameters<never>(cursor, () => undefined);
  return parameters === undefined ? { name: "RENAME", from, to } : { name: "RENAME", from, to, parameters };
}

/** See {@link readMailboxCommand}. */
function writeMailboxCommand(writer: Writer, { name, mailbox }: MailboxCommand): void {
  writer.raw(`${name} `).mailbox(mailbox);
}

/** See {@link readCreate}. */
function writeCreate(writer: Writer, { mailbox, parameters }: CreateCommand): void {
  writer.raw("CREATE ").mailbox(mailbox);
  writeOptionalParameters(writer, parameters, (parameter) => {
    if (parameter.type === "unknown") writeUnknownParameter(writer, parameter);
    else writer.raw("USE ").list(parameter.attributes, (attribute) => writer.commandFlag(attribute));
  });
}

/** See {@link readRename}. */
function writeRename(writer: Writer, { from, to, parameters }: RenameCommand): void {
  writer.raw("RENAME ").mailbox(from).raw(" ").mailbox(to);
  writeOptionalParameters(writer, parameters, (parameter) => writeUnknownParameter(writer, parameter));
}
