// The registry of response codes with arguments: a line for each name.

import type { Cursor } from "./cursor.ts";
import type { Named, ResponseCodeGrammar } from "./grammar.ts";
import type { ArgumentCode } from "./response-code.ts";
import { badEvent, badUrl, metadata, noUpdate, undefinedFilter, urlMechanism } from "./response-codes/extensions.ts";
import { appendUid, copyUid, highestModSeq, mailboxId, modified, numberCode, permanentFlags } from "./response-codes/mailbox.ts";
import { badCharset, capability, inProgress, messageLimit, referral } from "./response-codes/session.ts";
import type { Writer } from "./writer.ts";

type Name = ArgumentCode["type"];

const GRAMMARS: { readonly [Type in Name]: ResponseCodeGrammar<Named<ArgumentCode, "type", Type>> } = {
  BADCHARSET: badCharset,
  CAPABILITY: capability,
  PERMANENTFLAGS: permanentFlags,
  UIDNEXT: numberCode,
  UIDVALIDITY: numberCode,
  UNSEEN: numberCode,
  HIGHESTMODSEQ: highestModSeq,
  MODIFIED: modified,
  MAILBOXID: mailboxId,
  APPENDUID: appendUid,
  COPYUID: copyUid,
  REFERRAL: referral,
  INPROGRESS: inProgress,
  MESSAGELIMIT: messageLimit,
  MAXCONVERTMESSAGES: numberCode,
  MAXCONVERTPARTS: numberCode,
  METADATA: metadata,
  BADEVENT: badEvent,
  BADURL: badUrl,
  URLMECH: urlMechanism,
  NOUPDATE: noUpdate,
  "UNDEFINED-FILTER": undefinedFilter,
};

const READERS = /* @__PURE__ */ readers();

function readers(): ReadonlyMap<string, (cursor: Cursor) => ArgumentCode> {
  return new Map(
    (Object.keys(GRAMMARS) as Name[]).map((name) => {
      const grammar = grammarOf(name);
      return [name, (cursor: Cursor): ArgumentCode => grammar.read(cursor, name)];
    }),
  );
}

function grammarOf(name: Name): ResponseCodeGrammar<ArgumentCode> {
  return GRAMMARS[name];
}

/** Reads what follows `name`, which is in upper case; `undefined` where it is none of these codes. */
export function readArgumentCode(cursor: Cursor, name: string): ArgumentCode | undefined {
  return READERS.get(name)?.(cursor);
}

/** Writes a code that is in the registry, without its brackets. */
export function writeArgumentCode(writer: Writer, code: ArgumentCode): void {
  grammarOf(code.type).write(writer, code);
}
