// NAMESPACE: where the mailboxes of the user and of others are (RFC 2342).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { decodeMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import { readDelimiter, writeDelimiter } from "./list.ts";

const SP = 32;
const OPEN = 40;
const QUOTE = 34;
const CLOSE = 41;

/** Something that an extension says of a namespace. */
export interface NamespaceExtension {
  /** Its name (`TRANSLATION` …). */
  readonly name: string;
  /** What it says. */
  readonly values: readonly string[];
}

/** One namespace. */
export interface Namespace {
  /** What the names of its mailboxes begin with. */
  readonly prefix: MailboxName;
  /** The character between levels of the hierarchy; null where there is none. */
  readonly delimiter: string | null;
  /** What else is said of it. */
  readonly extensions: readonly NamespaceExtension[];
}

/** The namespaces of each kind; null where there are none. */
export interface NamespaceResponse {
  readonly type: "NAMESPACE";
  /** The user's own. */
  readonly personal: readonly Namespace[] | null;
  /** Those of other users. */
  readonly otherUsers: readonly Namespace[] | null;
  /** Those that are shared. */
  readonly shared: readonly Namespace[] | null;
}

/** See {@link NamespaceResponse}. */
export const namespaceResponse: ResponseGrammar<NamespaceResponse> = { read: readNamespaceResponse, write: writeNamespaceResponse };

/** namespace-response = "NAMESPACE" SP namespace SP namespace SP namespace */
function readNamespaceResponse(cursor: Cursor): NamespaceResponse {
  const personal = readNamespaces(cursor);
  const otherUsers = readNamespaces(cursor);
  return { type: "NAMESPACE", personal, otherUsers, shared: readNamespaces(cursor) };
}

/** namespace = nil / "(" 1*namespace-descr ")" ; those that are missing at the end are taken for NIL */
function readNamespaces(cursor: Cursor): readonly Namespace[] | null {
  cursor.noTrailingSpace();
  if (cursor.at >= cursor.end) {
    cursor.deviate("missing-namespace");
    return null;
  }
  cursor.space();
  if (cursor.nil()) return null;
  const namespaces: Namespace[] = [];
  if (cursor.bytes[cursor.at + 1] === QUOTE) {
    cursor.deviate("missing-parenthesis");
    return [readNamespace(cursor)];
  }
  cursor.openElement();
  while (!cursor.closes()) {
    if (cursor.nil()) continue;
    namespaces.push(readNamespace(cursor));
    if (cursor.peek() === SP && cursor.bytes[cursor.at + 1] === OPEN) cursor.deviate("extra-space");
  }
  return namespaces;
}

/** namespace-descr = "(" string SP (DQUOTE QUOTED-CHAR DQUOTE / nil) *(SP string SP "(" string *(SP string) ")") ")" */
function readNamespace(cursor: Cursor): Namespace {
  cursor.openElement();
  const prefix = decodeMailboxName(cursor.bytesString(), cursor.revision);
  if (cursor.closes()) {
    cursor.deviate("missing-delimiter");
    return { prefix, delimiter: null, extensions: [] };
  }
  const delimiter = readDelimiter(cursor);
  if (delimiter === "") cursor.deviate("empty-delimiter");
  const extensions: NamespaceExtension[] = [];
  while (!cursor.closes()) extensions.push(readExtension(cursor));
  return { prefix, delimiter: delimiter === "" ? null : delimiter, extensions };
}

function readExtension(cursor: Cursor): NamespaceExtension {
  const name = cursor.string();
  const values: string[] = [];
  if (cursor.peek() === SP) cursor.space();
  if (cursor.peek() === CLOSE) return { name, values };
  if (cursor.peek() !== OPEN) return { name, values: [cursor.string()] };
  cursor.open();
  while (!cursor.closes()) values.push(cursor.string());
  return { name, values };
}

/** See {@link readNamespaceResponse}. */
function writeNamespaceResponse(writer: Writer, { personal, otherUsers, shared }: NamespaceResponse): void {
  writer.raw("* NAMESPACE");
  for (const namespaces of [personal, otherUsers, shared]) writeNamespaces(writer.raw(" "), namespaces);
}

function writeNamespaces(writer: Writer, namespaces: readonly Namespace[] | null): void {
  // 1*namespace-descr: an empty list is said as NIL.
  if (namespaces === null || namespaces.length === 0) {
    writer.raw("NIL");
    return;
  }
  writer.raw("(");
  for (const { prefix, delimiter, extensions } of namespaces) {
    writeDelimiter(writer.raw("(").mailboxString(prefix).raw(" "), delimiter);
    for (const { name, values } of extensions) {
      writer.raw(" ").string(name).raw(" ");
      writer.list(values, (value) => writer.string(value));
    }
    writer.raw(")");
  }
  writer.raw(")");
}
