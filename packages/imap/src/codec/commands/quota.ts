// GETQUOTA and SETQUOTA (RFC 9208 section 4); GETQUOTAROOT is a command about one mailbox.

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";

/** Asks for the limits of a quota root. */
export interface GetQuotaCommand {
  readonly name: "GETQUOTA";
  /** The root. */
  readonly root: string;
}

/** A limit to set. */
export interface QuotaLimit {
  /** `STORAGE` (in units of 1024 bytes), `MESSAGE` …, in upper case. */
  readonly name: string;
  /** How much may be. */
  readonly limit: bigint;
}

/** Sets the limits of a quota root; those that are not named are lifted. */
export interface SetQuotaCommand {
  readonly name: "SETQUOTA";
  /** The root. */
  readonly root: string;
  /** Its limits. */
  readonly limits: readonly QuotaLimit[];
}

/** See {@link GetQuotaCommand}. */
export const getQuota: CommandGrammar<GetQuotaCommand> = { read: readGetQuota, write: writeGetQuota };

/** getquota = "GETQUOTA" SP quota-root-name */
function readGetQuota(cursor: Cursor): GetQuotaCommand {
  cursor.space();
  return { name: "GETQUOTA", root: cursor.astring() };
}

/** See {@link SetQuotaCommand}. */
export const setQuota: CommandGrammar<SetQuotaCommand> = { read: readSetQuota, write: writeSetQuota };

/** setquota = "SETQUOTA" SP quota-root-name SP setquota-list ; setquota-list = "(" [setquota-resource *(SP setquota-resource)] ")" */
function readSetQuota(cursor: Cursor): SetQuotaCommand {
  cursor.space();
  const root = cursor.astring();
  cursor.space();
  const limits: QuotaLimit[] = [];
  cursor.open();
  while (!cursor.closes()) {
    const name = cursor.keyword();
    cursor.space();
    limits.push({ name, limit: cursor.number64() });
  }
  return { name: "SETQUOTA", root, limits };
}

/** See {@link readGetQuota}. */
function writeGetQuota(writer: Writer, { root }: GetQuotaCommand): void {
  writer.raw("GETQUOTA ").astring(root);
}

/** See {@link readSetQuota}. */
function writeSetQuota(writer: Writer, { root, limits }: SetQuotaCommand): void {
  writer.raw("SETQUOTA ").astring(root).raw(" ");
  writer.list(limits, ({ name, limit }) => writer.atom(name).raw(" ").number64(limit));
}
