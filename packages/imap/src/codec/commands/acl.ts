// SETACL, DELETEACL and LISTRIGHTS (RFC 4314 section 3); GETACL and MYRIGHTS are commands about one mailbox.

import type { Cursor } from "../cursor.ts";
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

/** setacl = "SETACL" SP mailbox SP identifier SP mod-rights */
export function readSetAcl(cursor: Cursor): SetAclCommand {
  const { mailbox, identifier } = readIdentifierCommand(cursor, "DELETEACL");
  cursor.space();
  return { name: "SETACL", mailbox, identifier, rights: cursor.astring() };
}

/** deleteacl = "DELETEACL" SP mailbox SP identifier ; listrights looks the same */
export function readIdentifierCommand(cursor: Cursor, name: IdentifierCommand["name"]): IdentifierCommand {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  cursor.space();
  return { name, mailbox, identifier: cursor.astring() };
}

/** See {@link readSetAcl}. */
export function writeSetAcl(writer: Writer, { mailbox, identifier, rights }: SetAclCommand): void {
  writer.raw("SETACL ").bytesString(mailbox.raw).raw(" ").astring(identifier).raw(" ").astring(rights);
}

/** See {@link readIdentifierCommand}. */
export function writeIdentifierCommand(writer: Writer, { name, mailbox, identifier }: IdentifierCommand): void {
  writer.raw(`${name} `).bytesString(mailbox.raw).raw(" ").astring(identifier);
}
