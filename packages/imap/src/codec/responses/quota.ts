// QUOTA and QUOTAROOT: how much there is of what may be there (RFC 9208 section 5, RFC 2087).

import { ASTRING } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

const SP = 32;
const OPEN = 40;
const CLOSE = 41;
const MINUS = 45;

/** What is limited, and how much of it is used. */
export interface QuotaResource {
  /** `STORAGE` (in units of 1024 bytes), `MESSAGE` …, in upper case. */
  readonly name: string;
  /** How much is used. */
  readonly usage: bigint;
  /** How much may be; null where a server said nothing that could be read. */
  readonly limit: bigint | null;
}

/** The limits of a quota root. */
export interface QuotaResponse {
  readonly type: "QUOTA";
  /** The root; its name means nothing to clients. */
  readonly root: string;
  /** What is limited. */
  readonly resources: readonly QuotaResource[];
}

/** The quota roots of a mailbox. */
export interface QuotaRootResponse {
  readonly type: "QUOTAROOT";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** Names of its roots. */
  readonly roots: readonly string[];
}

/** See {@link QuotaResponse}. */
export const quotaResponse: ResponseGrammar<QuotaResponse> = { read: readQuotaResponse, write: writeQuotaResponse };

/** quota-response = "QUOTA" SP quota-root-name SP quota-list ; quota-list = "(" quota-resource *(SP quota-resource) ")" */
function readQuotaResponse(cursor: Cursor): QuotaResponse {
  cursor.space();
  const root = readRoot(cursor);
  if (cursor.peek() === SP) cursor.space();
  const resources: QuotaResource[] = [];
  if (cursor.peek() !== OPEN && cursor.nil()) return { type: "QUOTA", root, resources };
  cursor.open();
  while (!cursor.closes()) {
    if (cursor.at >= cursor.end) {
      cursor.deviate("missing-parenthesis");
      break;
    }
    resources.push(readResource(cursor));
  }
  return { type: "QUOTA", root, resources };
}

/** quota-root-name = astring ; without quotes, servers put anything here, up to the list, or nothing */
function readRoot(cursor: Cursor): string {
  const { at, end, bytes } = cursor;
  if (cursor.peek() === OPEN) {
    cursor.deviate("missing-root");
    return "";
  }
  if (cursor.atString()) return cursor.astring();
  const plain = cursor.run(ASTRING);
  if (plain !== "" && cursor.peek() === SP && (bytes[cursor.at + 1] === OPEN || cursor.at + 1 === end)) return plain;
  const list = bytes.lastIndexOf(OPEN, end - 1);
  cursor.at = at;
  if (list <= at || bytes[list - 1] !== SP) return cursor.astring();
  cursor.deviate("unquoted-root");
  cursor.at = list - 1;
  return cursor.slice(at, list - 1);
}

/** quota-resource = resource-name SP resource-usage SP resource-limit ; both are number64 */
function readResource(cursor: Cursor): QuotaResource {
  const name = cursor.keyword();
  cursor.space();
  const usage = readAmount(cursor) ?? 0n;
  if (cursor.peek() === CLOSE || cursor.at >= cursor.end) {
    cursor.deviate("missing-limit");
    return { name, usage, limit: null };
  }
  cursor.space();
  return { name, usage, limit: readAmount(cursor) };
}

/** number64 ; NIL and negative numbers say that there is none */
function readAmount(cursor: Cursor): bigint | null {
  if (cursor.atNumber()) return cursor.number64();
  if (cursor.nil()) cursor.deviate("nil-for-number");
  else {
    cursor.expect(MINUS);
    cursor.number64();
    cursor.deviate("negative-number");
  }
  return null;
}

/** See {@link QuotaRootResponse}. */
export const quotaRootResponse: ResponseGrammar<QuotaRootResponse> = { read: readQuotaRootResponse, write: writeQuotaRootResponse };

/** quotaroot-response = "QUOTAROOT" SP mailbox *(SP quota-root-name) */
function readQuotaRootResponse(cursor: Cursor): QuotaRootResponse {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  const roots: string[] = [];
  while (cursor.peek() === SP) {
    cursor.space();
    if (cursor.at < cursor.end) roots.push(cursor.astring());
  }
  return { type: "QUOTAROOT", mailbox, roots };
}

/** See {@link readQuotaResponse}. */
function writeQuotaResponse(writer: Writer, { root, resources }: QuotaResponse): void {
  writer.raw("* QUOTA ").astring(root).raw(" ");
  writer.list(resources, ({ name, usage, limit }) => {
    if (limit === null) throw unsayable(`the quota of ${name} without a limit`);
    writer.atom(name).raw(" ").number64(usage).raw(" ").number64(limit);
  });
}

/** See {@link readQuotaRootResponse}. */
function writeQuotaRootResponse(writer: Writer, { mailbox, roots }: QuotaRootResponse): void {
  writer.raw("* QUOTAROOT ").mailbox(mailbox);
  for (const root of roots) writer.raw(" ").astring(root);
}
