// ACL, LISTRIGHTS and MYRIGHTS: who may do what with a mailbox (RFC 4314 section 3).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";

const SP = 32;

/** Rights of one identifier. */
export interface AclEntry {
  /** A user, a group, `anyone`; `-` in front takes rights away. */
  readonly identifier: string;
  /** One letter for each right. */
  readonly rights: string;
}

/** All rights to a mailbox. */
export interface AclResponse {
  readonly type: "ACL";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** Who has which rights. */
  readonly entries: readonly AclEntry[];
}

/** Which rights can be given to somebody. */
export interface ListRightsResponse {
  readonly type: "LISTRIGHTS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** Who. */
  readonly identifier: string;
  /** Rights that are always there. */
  readonly required: string;
  /** Groups of rights that can only be given together. */
  readonly optional: readonly string[];
}

/** The user's own rights. */
export interface MyRightsResponse {
  readonly type: "MYRIGHTS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** One letter for each right. */
  readonly rights: string;
}

/** See {@link AclResponse}. */
export const aclResponse: ResponseGrammar<AclResponse> = { read: readAclResponse, write: writeAclResponse };

/** acl-data = "ACL" SP mailbox *(SP identifier SP rights) */
function readAclResponse(cursor: Cursor): AclResponse {
  const mailbox = readSpacedMailbox(cursor);
  const entries: AclEntry[] = [];
  for (;;) {
    const identifier = readNext(cursor);
    if (identifier === undefined) return { type: "ACL", mailbox, entries };
    entries.push({ identifier, rights: readRights(cursor) });
  }
}

/** See {@link ListRightsResponse}. */
export const listRightsResponse: ResponseGrammar<ListRightsResponse> = { read: readListRightsResponse, write: writeListRightsResponse };

/** listrights-data = "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights) */
function readListRightsResponse(cursor: Cursor): ListRightsResponse {
  const mailbox = readSpacedMailbox(cursor);
  cursor.space();
  const identifier = cursor.astring();
  const required = readRights(cursor);
  const optional: string[] = [];
  for (let rights = readNext(cursor); rights !== undefined; rights = readNext(cursor)) optional.push(rights);
  return { type: "LISTRIGHTS", mailbox, identifier, required, optional };
}

/** See {@link MyRightsResponse}. */
export const myRightsResponse: ResponseGrammar<MyRightsResponse> = { read: readMyRightsResponse, write: writeMyRightsResponse };

/** myrights-data = "MYRIGHTS" SP mailbox SP rights */
function readMyRightsResponse(cursor: Cursor): MyRightsResponse {
  return { type: "MYRIGHTS", mailbox: readSpacedMailbox(cursor), rights: readRights(cursor) };
}

function readSpacedMailbox(cursor: Cursor): MailboxName {
  cursor.space();
  return readMailboxName(cursor);
}

/** astring ; rights that are missing are none */
function readRights(cursor: Cursor): string {
  const rights = readNext(cursor);
  if (rights === undefined) cursor.deviate("missing-rights");
  return rights ?? "";
}

function readNext(cursor: Cursor): string | undefined {
  if (cursor.peek() !== SP) return undefined;
  cursor.space();
  return cursor.at < cursor.end ? cursor.astring() : undefined;
}

/** See {@link readAclResponse}. */
function writeAclResponse(writer: Writer, { mailbox, entries }: AclResponse): void {
  writer.raw("* ACL ").mailbox(mailbox);
  for (const { identifier, rights } of entries) writer.raw(" ").astring(identifier).raw(" ").astring(rights);
}

/** See {@link readListRightsResponse}. */
function writeListRightsResponse(writer: Writer, { mailbox, identifier, required, optional }: ListRightsResponse): void {
  writer.raw("* LISTRIGHTS ").mailbox(mailbox).raw(" ").astring(identifier).raw(" ").astring(required);
  for (const rights of optional) writer.raw(" ").astring(rights);
}

/** See {@link readMyRightsResponse}. */
function writeMyRightsResponse(writer: Writer, { mailbox, rights }: MyRightsResponse): void {
  writer.raw("* MYRIGHTS ").mailbox(mailbox).raw(" ").astring(rights);
}
