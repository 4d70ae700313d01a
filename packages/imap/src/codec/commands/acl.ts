// SETACL, DELETEACL and LISTRIGHTS (RFC 4314 section 3); GETACL and MYRIGHTS are commands about one mailbox.

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";

/** Changes the rights of one identifier. */
export interface SetAclCommand {
  readonly name: "SETACL";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** Whose rights. */
  readonly identifier: string;
  /** One letter for each right; `+` or `-` in front adds to or takes from those there are. */
  readonly rights: string;
}

/** Takes all rights of one identifier, or asks which can be given. */
export interface IdentifierCommand {
  readonly name: "DELETEACL" | "LISTRIGHTS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** Whose rights. */
  readonly identifier: string;
}

/** See {@link SetAclCommand}. */
export const setAcl: CommandGrammar<SetAclCommand> = { read: readSetAcl, write: writeSetAcl };

/** setacl = "SETACL" SP mailbox SP identifier SP mod-rights */
function readSetAcl(cursor: Cursor): SetAclCommand {
  const { mailbox, identifier } = readIdentifierCommand(cursor, "DELETEACL");
  cursor.space();
  return { name: "SETACL", mailbox, identifier, rights: cursor.astring() };
}

/** See {@link IdentifierCommand}. */
export const identifierCommand: CommandGrammar<IdentifierCommand> = { read: readIdentifierCommand, write: writeIdentifierCommand };

/** deleteacl = "DELETEACL" SP mailbox SP identifier ; listrights looks the same */
function readIdentifierCommand(cursor: Cursor, name: IdentifierCommand["name"]): IdentifierCommand {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  cursor.space();
  return { name, mailbox, identifier: cursor.astring() };
}

/** See {@link readSetAcl}. */
function writeSetAcl(writer: Writer, { mailbox, identifier, rights }: SetAclCommand): void {
  writer.raw("SETACL ").mailbox(mailbox).raw(" ").astring(identifier).raw(" ").astring(rights);
}

/** See {@link readIdentifierCommand}. */
function writeIdentifierCommand(writer: Writer, { name, mailbox, identifier }: IdentifierCommand): void {
  writer.raw(`${name} `).mailbox(mailbox).raw(" ").astring(identifier);
}
