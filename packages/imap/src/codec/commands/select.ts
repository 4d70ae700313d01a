// SELECT and EXAMINE (RFC 3501 sections 6.3.1 and 6.3.2), with parameters (RFC 4466 section 2.1, RFC 7162 section 3.2).

import type { Cursor } from "../cursor.ts";
import type { UnknownParameter } from "../extension-parameter.ts";
import { readOptionalParameters, writeOptionalParameters, writeUnknownParameter } from "../extension-parameter.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { MailboxName } from "../mailbox-name.ts";
import { readMailboxName } from "../mailbox-name.ts";
import { Malformed } from "../malformed.ts";
import type { SequenceSet } from "../sequence-set.ts";
import { formatSequenceSet, readSequenceSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";

/** Opens a mailbox, EXAMINE without changing anything in it. */
export interface SelectCommand {
  readonly name: "SELECT" | "EXAMINE";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** What is asked for besides; absent for nothing. */
  readonly parameters?: readonly SelectParameter[];
}

/** A parameter of SELECT and EXAMINE. `CONDSTORE` asks for modification sequences. */
export type SelectParameter = { readonly type: "CONDSTORE" } | QresyncParameter | UnknownParameter;

/** What the client knows of the mailbox: the server tells what has changed since (RFC 7162 section 3.2.5). */
export interface QresyncParameter {
  readonly type: "QRESYNC";
  /** The validity of the UIDs that the client knows. */
  readonly uidValidity: number;
  /** The last modification sequence that the client knows. */
  readonly modSeq: bigint;
  /** UIDs that the client knows; null for all up to the last. */
  readonly knownUids: SequenceSet | null;
  /** Some of them with their sequence numbers, so that the server need not tell of all that is gone; null without. */
  readonly sequenceMatch: SequenceMatch | null;
}

/** Messages by sequence number and by UID, both in the same order. */
export interface SequenceMatch {
  /** Their sequence numbers. */
  readonly sequenceNumbers: SequenceSet;
  /** Their UIDs. */
  readonly uids: SequenceSet;
}

const OPEN = 40;
const CLOSE = 41;

/** See {@link SelectCommand}. */
export const select: CommandGrammar<SelectCommand> = { read: readSelect, write: writeSelect };

/** select = "SELECT" SP mailbox [SP "(" select-param *(SP select-param) ")"] ; examine looks the same */
function readSelect(cursor: Cursor, name: SelectCommand["name"]): SelectCommand {
  cursor.space();
  const mailbox = readMailboxName(cursor);
  const parameters = readOptionalParameters(cursor, (parameter) => readParameter(cursor, parameter));
  return parameters === undefined ? { name, mailbox } : { name, mailbox, parameters };
}

function readParameter(cursor: Cursor, name: string): SelectParameter | undefined {
  if (name === "CONDSTORE") return { type: name };
  return name === "QRESYNC" ? readQresync(cursor) : undefined;
}

/** "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")" */
function readQresync(cursor: Cursor): QresyncParameter {
  cursor.space();
  cursor.open();
  const uidValidity = cursor.nzNumber();
  cursor.space();
  const modSeq = cursor.number63();
  let more = !cursor.closes();
  let knownUids: SequenceSet | null = null;
  if (more && cursor.peek() !== OPEN) {
    knownUids = readSequenceSet(cursor);
    more = !cursor.closes();
  }
  if (!more) return { type: "QRESYNC", uidValidity, modSeq, knownUids, sequenceMatch: null };
  const sequenceMatch = readSequenceMatch(cursor);
  if (!cursor.closes()) throw new Malformed("bad-qresync");
  return { type: "QRESYNC", uidValidity, modSeq, knownUids, sequenceMatch };
}

/** seq-match-data = "(" known-sequence-set SP known-uid-set ")" */
function readSequenceMatch(cursor: Cursor): SequenceMatch {
  cursor.open();
  const sequenceNumbers = readSequenceSet(cursor);
  cursor.space();
  const uids = readSequenceSet(cursor);
  if (!cursor.closes()) cursor.expect(CLOSE);
  return { sequenceNumbers, uids };
}

/** See {@link readSelect}. */
function writeSelect(writer: Writer, { name, mailbox, parameters }: SelectCommand): void {
  writer.raw(`${name} `).mailbox(mailbox);
  writeOptionalParameters(writer, parameters, (parameter) => writeParameter(writer, parameter));
}

function writeParameter(writer: Writer, parameter: SelectParameter): void {
  switch (parameter.type) {
    case "CONDSTORE":
      writer.raw(parameter.type);
      break;
    case "QRESYNC":
      writeQresync(writer, parameter);
      break;
    case "unknown":
      writeUnknownParameter(writer, parameter);
  }
}

function writeQresync(writer: Writer, { uidValidity, modSeq, knownUids, sequenceMatch }: QresyncParameter): void {
  writer.raw("QRESYNC (").number(uidValidity).raw(" ").number63(modSeq);
  if (knownUids !== null) writer.raw(` ${formatSequenceSet(knownUids)}`);
  if (sequenceMatch !== null) writer.raw(` (${formatSequenceSet(sequenceMatch.sequenceNumbers)} ${formatSequenceSet(sequenceMatch.uids)})`);
  writer.raw(")");
}
