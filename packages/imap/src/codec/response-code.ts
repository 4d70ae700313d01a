// Response codes: the machine-readable part of a status response (RFC 3501 section 7.1, RFC 5530 and those that add to them).

import type { Cursor } from "./cursor.ts";
import { attempt } from "./malformed.ts";
import { readArgumentCode, writeArgumentCode } from "./response-code-registry.ts";
import type {
  BadEventCode,
  BadUrlCode,
  MetadataCode,
  NoUpdateCode,
  UndefinedFilterCode,
  UrlMechanismCode,
} from "./response-codes/extensions.ts";
import type {
  AppendUidCode,
  CopyUidCode,
  HighestModSeqCode,
  MailboxIdCode,
  ModifiedCode,
  NumberCode,
  PermanentFlagsCode,
} from "./response-codes/mailbox.ts";
import type { BadCharsetCode, CapabilityCode, InProgressCode, MessageLimitCode, ReferralCode } from "./response-codes/session.ts";
import { readUntilBracket, writeUntilBracket } from "./response-codes/text.ts";
import type { Writer } from "./writer.ts";

const SP = 32;
const CLOSE_BRACKET = 93;

/** Codes without arguments. */
export const PLAIN_RESPONSE_CODES = [
  "ALERT",
  "PARSE",
  "READ-ONLY",
  "READ-WRITE",
  "TRYCREATE",
  "UIDNOTSTICKY",
  "NOMODSEQ",
  "CLOSED",
  "UNAVAILABLE",
  "AUTHENTICATIONFAILED",
  "AUTHORIZATIONFAILED",
  "EXPIRED",
  "PRIVACYREQUIRED",
  "CONTACTADMIN",
  "NOPERM",
  "INUSE",
  "EXPUNGEISSUED",
  "CORRUPTION",
  "SERVERBUG",
  "CLIENTBUG",
  "CANNOT",
  "LIMIT",
  "OVERQUOTA",
  "ALREADYEXISTS",
  "NONEXISTENT",
  "NOTSAVED",
  "HASCHILDREN",
  "USEATTR",
  "UNKNOWN-CTE",
  "COMPRESSIONACTIVE",
  "NOTIFICATIONOVERFLOW",
  "TEMPFAIL",
  "UIDREQUIRED",
  "TOOBIG",
  "BADCOMPARATOR",
] as const;

/** Name of a code without arguments. */
export type PlainCodeName = (typeof PLAIN_RESPONSE_CODES)[number];

/** A code with arguments. */
export type ArgumentCode =
  | BadCharsetCode
  | CapabilityCode
  | PermanentFlagsCode
  | NumberCode
  | HighestModSeqCode
  | ModifiedCode
  | MailboxIdCode
  | AppendUidCode
  | CopyUidCode
  | ReferralCode
  | InProgressCode
  | MessageLimitCode
  | MetadataCode
  | BadEventCode
  | BadUrlCode
  | UrlMechanismCode
  | NoUpdateCode
  | UndefinedFilterCode;

/** A response code. `unknown` ones keep their arguments as text; `invalid` ones are known by name but could not be read. */
export type ResponseCode =
  | { readonly type: PlainCodeName }
  | ArgumentCode
  | { readonly type: "unknown"; readonly name: string; readonly arguments: string | null }
  | { readonly type: "invalid"; readonly name: string; readonly arguments: string | null };

/** resp-text-code between its brackets, of which the cursor stands behind the first; it ends behind the last. */
export function readResponseCode(cursor: Cursor): ResponseCode {
  const { at: start, depth, tolerated } = cursor;
  return attempt(
    () => readKnownCode(cursor),
    (): ResponseCode => {
      cursor.at = start;
      cursor.depth = depth;
      cursor.forget(tolerated);
      return readOddCode(cursor);
    },
  );
}

function readKnownCode(cursor: Cursor): ResponseCode {
  const name = cursor.keyword();
  const code = readPlainCode(name) ?? readArgumentCode(cursor, name) ?? readUnknownCode(cursor, name);
  cursor.noSpace();
  cursor.expect(CLOSE_BRACKET);
  return code;
}

function readPlainCode(name: string): ResponseCode | undefined {
  return isPlain(name) ? { type: name } : undefined;
}

function isPlain(name: string): name is PlainCodeName {
  return PLAIN.has(name);
}

const PLAIN: ReadonlySet<string> = new Set(PLAIN_RESPONSE_CODES);

/** atom [SP 1*<any TEXT-CHAR except "]">] */
function readUnknownCode(cursor: Cursor, name: string): ResponseCode {
  if (!cursor.skip(SP)) return { type: "unknown", name, arguments: null };
  return { type: "unknown", name, arguments: readUntilBracket(cursor) };
}

/** A known code with arguments that cannot be, or one without a readable name. */
function readOddCode(cursor: Cursor): ResponseCode {
  const text = readUntilBracket(cursor);
  cursor.deviate("bad-response-code");
  cursor.expect(CLOSE_BRACKET);
  const [name = "", ...rest] = text.trimStart().split(" ");
  if (/^permanentflags$/i.test(name)) return { type: "PERMANENTFLAGS", flags: rest.join(" ").match(/[^ ()]+/g) ?? [] };
  const plain = rest.every((word) => word === "") ? PLAIN_RESPONSE_CODES.find((known) => known === name.toUpperCase()) : undefined;
  if (plain !== undefined) return { type: plain };
  return { type: "invalid", name: name.toUpperCase(), arguments: rest.length === 0 ? null : rest.join(" ") };
}

/** The code in its brackets. */
export function writeResponseCode(writer: Writer, code: ResponseCode): void {
  writer.raw("[");
  if (code.type === "unknown" || code.type === "invalid") writeOtherCode(writer, code.name, code.arguments);
  else if (isPlainCode(code)) writer.raw(code.type);
  else writeArgumentCode(writer, code);
  writer.raw("]");
}

function isPlainCode(code: ResponseCode): code is { readonly type: PlainCodeName } {
  return PLAIN.has(code.type);
}

function writeOtherCode(writer: Writer, name: string, rest: string | null): void {
  writer.atom(name);
  if (rest !== null) writeUntilBracket(writer.raw(" "), rest, `the arguments of ${name}`);
}
