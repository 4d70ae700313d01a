// Response codes about mailboxes and messages (RFC 3501 section 7.1, RFC 4315, RFC 7162, RFC 8474).

import type { Cursor } from "../cursor.ts";
import type { Flag } from "../flag.ts";
import { readFlagList } from "../flag.ts";
import type { ResponseCodeGrammar } from "../grammar.ts";
import type { SequenceSet } from "../sequence-set.ts";
import { formatSequenceSet, readSequenceSet } from "../sequence-set.ts";

/** A code with flags: those that stay when changed. */
export interface PermanentFlagsCode {
  readonly type: "PERMANENTFLAGS";
  /** The flags; `\*` when new ones may be made. */
  readonly flags: readonly Flag[];
}

/** A code with a number; 0 says that there is none. The last two are how much can be converted at once (RFC 5259). */
export interface NumberCode {
  readonly type: "UIDNEXT" | "UIDVALIDITY" | "UNSEEN" | "MAXCONVERTMESSAGES" | "MAXCONVERTPARTS";
  /** The number. */
  readonly value: number;
}

/** The last modification sequence of the mailbox. */
export interface HighestModSeqCode {
  readonly type: "HIGHESTMODSEQ";
  /** The modification sequence. */
  readonly value: bigint;
}

/** Messages that STORE left alone because others had changed them (RFC 7162). */
export interface ModifiedCode {
  readonly type: "MODIFIED";
  /** The messages. */
  readonly set: SequenceSet;
}

/** The identifier of the mailbox created or selected (RFC 8474). */
export interface MailboxIdCode {
  readonly type: "MAILBOXID";
  /** The identifier. */
  readonly id: string;
}

/** What was appended (RFC 4315). */
export interface AppendUidCode {
  readonly type: "APPENDUID";
  /** The validity of the UIDs. */
  readonly uidValidity: number;
  /** UIDs of the messages, in their order. */
  readonly uids: SequenceSet;
}

/** What was copied or moved (RFC 4315). */
export interface CopyUidCode {
  readonly type: "COPYUID";
  /** The validity of the UIDs in the destination. */
  readonly uidValidity: number;
  /** The messages. */
  readonly source: SequenceSet;
  /** The copies, in the same order. */
  readonly destination: SequenceSet;
}

const CLOSE = 41;
const CLOSE_BRACKET = 93;

/** "PERMANENTFLAGS" SP "(" [flag-perm *(SP flag-perm)] ")" */
export const permanentFlags: ResponseCodeGrammar<PermanentFlagsCode> = {
  read: (cursor, type) => {
    cursor.space();
    return { type, flags: readFlagList(cursor) };
  },
  write: (writer, { type, flags }) => void writer.raw(`${type} `).list(flags, (flag) => writer.flag(flag)),
};

/** "UIDNEXT" SP nz-number / … ; some servers say 0 where there is none */
export const numberCode: ResponseCodeGrammar<NumberCode> = {
  read: (cursor, type) => {
    cursor.space();
    const value = cursor.number();
    if (value === 0) cursor.deviate("zero");
    return { type, value };
  },
  write: (writer, { type, value }) => void writer.raw(`${type} `).number(value),
};

/** "HIGHESTMODSEQ" SP mod-sequence-value */
export const highestModSeq: ResponseCodeGrammar<HighestModSeqCode> = {
  read: (cursor, type) => {
    cursor.space();
    return { type, value: cursor.number63() };
  },
  write: (writer, { type, value }) => void writer.raw(`${type} `).number63(value),
};

/** "MODIFIED" SP sequence-set */
export const modified: ResponseCodeGrammar<ModifiedCode> = {
  read: (cursor, type) => ({ type, set: readSpacedSet(cursor) }),
  write: (writer, { type, set }) => void writer.raw(`${type} ${formatSequenceSet(set)}`),
};

/** "MAILBOXID" SP "(" objectid ")" */
export const mailboxId: ResponseCodeGrammar<MailboxIdCode> = {
  read: (cursor, type) => {
    cursor.space();
    cursor.open();
    const id = cursor.atom();
    if (!cursor.closes()) cursor.expect(CLOSE);
    return { type, id };
  },
  write: (writer, { type, id }) => void writer.raw(`${type} (`).atom(id).raw(")"),
};

/** "APPENDUID" SP nz-number SP append-uid */
export const appendUid: ResponseCodeGrammar<AppendUidCode> = {
  read: (cursor, type) => {
    cursor.space();
    return { type, uidValidity: cursor.nzNumber(), uids: readSpacedSet(cursor) };
  },
  write: (writer, { type, uidValidity, uids }) =>
    void writer
      .raw(`${type} `)
      .number(uidValidity)
      .raw(` ${formatSequenceSet(uids)}`),
};

/** "COPYUID" SP nz-number SP uid-set SP uid-set */
export const copyUid: ResponseCodeGrammar<CopyUidCode> = {
  read: (cursor, type) => {
    cursor.space();
    return { type, uidValidity: cursor.nzNumber(), source: readLooseSet(cursor), destination: readLooseSet(cursor) };
  },
  write: (writer, { type, uidValidity, source, destination }) =>
    void writer
      .raw(`${type} `)
      .number(uidValidity)
      .raw(` ${formatSequenceSet(source)} ${formatSequenceSet(destination)}`),
};

function readSpacedSet(cursor: Cursor): SequenceSet {
  cursor.space();
  return readSequenceSet(cursor);
}

/** SP uid-set ; some servers leave it out when nothing was copied */
function readLooseSet(cursor: Cursor): SequenceSet {
  if (cursor.peek() !== CLOSE_BRACKET) cursor.space();
  if (cursor.peek() !== CLOSE_BRACKET) return readSequenceSet(cursor);
  cursor.deviate("empty-set");
  return [];
}
