// STORE and UID STORE (RFC 3501 section 6.4.6): flags, labels, and what extensions add; with modifiers (RFC 4466 section 2.5, RFC 7162).

import type { Cursor } from "../cursor.ts";
import type { UnknownParameter } from "../extension-parameter.ts";
import { readOptionalParameters, readRawValue, writeOptionalParameters, writeUnknownParameter } from "../extension-parameter.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readFlag, readFlagList } from "../flag.ts";
import { ATOM, consistsOf } from "../characters.ts";
import { decodeMailboxName, readMailboxName } from "../mailbox-name.ts";
import { Malformed } from "../malformed.ts";
import { formatMessageSet, readMessageSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import type { Flag } from "../flag.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { MessageSet } from "../sequence-set.ts";

/** What all kinds of STORE have in common. */
export interface StoreBase {
  readonly name: "STORE" | "UID STORE";
  /** Which messages. */
  readonly set: MessageSet;
  /** Under which conditions; absent for none. */
  readonly modifiers?: readonly StoreModifier[];
  /** What to do with those that the message has. */
  readonly action: "replace" | "add" | "remove";
  /** `.SILENT` asks the server not to tell what the message has then. */
  readonly silent: boolean;
}

/** Changes flags. */
export interface StoreCommand extends StoreBase {
  /** The flags. */
  readonly flags: readonly Flag[];
}

/** Changes labels (X-GM-EXT-1). */
export interface StoreLabelsCommand extends StoreBase {
  /** The labels. */
  readonly labels: readonly MailboxName[];
}

/** Changes what an extension adds to messages. */
export interface StoreUnknownCommand extends StoreBase {
  /** Its name, in upper case, without sign and `.SILENT`. */
  readonly attribute: string;
  /** Its new value, as it came. */
  readonly raw: Uint8Array;
}

/** A modifier of STORE. `UNCHANGEDSINCE` leaves messages alone that have changed since (RFC 7162 section 3.1.3). */
export type StoreModifier = { readonly type: "UNCHANGEDSINCE"; readonly modSeq: bigint } | UnknownParameter;

const SP = 32;
const OPEN = 40;
const BACKSLASH = 92;

type AnyStoreCommand = StoreCommand | StoreLabelsCommand | StoreUnknownCommand;

/** See {@link StoreCommand}, {@link StoreLabelsCommand}, {@link StoreUnknownCommand}. */
export const store: CommandGrammar<AnyStoreCommand> = { read: readStore, write: writeStore };

/** store = "STORE" SP sequence-set [SP "(" store-modifier *(SP store-modifier) ")"] SP ["+" / "-"] name [".SILENT"] SP value */
function readStore(cursor: Cursor, name: StoreBase["name"]): AnyStoreCommand {
  cursor.space();
  const set = readMessageSet(cursor);
  const modifiers = readOptionalParameters(cursor, (modifier) => readModifier(cursor, modifier));
  cursor.space();
  const [, sign, attribute, silent] = /^([+-]?)([^+-].*?)(\.SILENT)?$/.exec(cursor.keyword()) ?? [];
  if (attribute === undefined) throw new Malformed("bad-store-item");
  cursor.space();
  const action = sign === "+" ? "add" : sign === "-" ? "remove" : "replace";
  const base = { name, set, ...(modifiers !== undefined && { modifiers }), action, silent: silent !== undefined } as const;
  if (attribute === "FLAGS") return { ...base, flags: readFlags(cursor) };
  if (attribute === "X-GM-LABELS") return { ...base, labels: readLabels(cursor) };
  return { ...base, attribute, raw: readRawValue(cursor) };
}

/** "UNCHANGEDSINCE" SP mod-sequence-valzer */
function readModifier(cursor: Cursor, name: string): StoreModifier | undefined {
  if (name !== "UNCHANGEDSINCE") return undefined;
  cursor.space();
  return { type: name, modSeq: cursor.number63() };
}

/** store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag))) */
function readFlags(cursor: Cursor): readonly Flag[] {
  if (cursor.peek() === OPEN) return readFlagList(cursor);
  const flags = [readFlag(cursor)];
  while (cursor.peek() === SP) {
    cursor.space();
    if (cursor.at === cursor.end) break;
    flags.push(readFlag(cursor));
  }
  return flags;
}

/** "(" [label *(SP label)] ")" ; label = astring / "\" atom */
function readLabels(cursor: Cursor): readonly MailboxName[] {
  const labels: MailboxName[] = [];
  cursor.open();
  while (!cursor.closes()) labels.push(cursor.peek() === BACKSLASH ? decodeMailboxName(readFlag(cursor)) : readMailboxName(cursor));
  return labels;
}

/** See {@link readStore}. */
function writeStore(writer: Writer, command: AnyStoreCommand): void {
  const { name, set, modifiers, action, silent } = command;
  writer.raw(`${name} ${formatMessageSet(set)}`);
  writeOptionalParameters(writer, modifiers, (modifier) => writeModifier(writer, modifier));
  writer.raw(` ${action === "add" ? "+" : action === "remove" ? "-" : ""}`);
  const attribute = "flags" in command ? "FLAGS" : "labels" in command ? "X-GM-LABELS" : command.attribute;
  writer.atom(attribute).raw(silent ? ".SILENT " : " ");
  if ("flags" in command) writer.list(command.flags, (flag) => writer.commandFlag(flag));
  else if ("labels" in command) writer.list(command.labels, (label) => writeLabel(writer, label));
  else writer.verbatim(command.raw);
}

function writeModifier(writer: Writer, modifier: StoreModifier): void {
  if (modifier.type === "unknown") writeUnknownParameter(writer, modifier);
  else writer.raw("UNCHANGEDSINCE ").number63(modifier.modSeq);
}

/** See {@link readLabels}. */
function writeLabel(writer: Writer, label: MailboxName): void {
  const { raw } = label;
  if (raw.length > 1 && raw.startsWith("\\") && consistsOf(raw.slice(1), ATOM)) writer.commandFlag(raw);
  else writer.mailbox(label);
}
