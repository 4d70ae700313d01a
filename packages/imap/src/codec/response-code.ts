// Response codes: the machine-readable part of a status response (RFC 3501 section 7.1, RFC 5530 and those that add to them).

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

const PLAIN: ReadonlySet<string> = new Set(PLAIN_RESPONSE_CODES);

/** Whether a code of this name has no arguments. */
export function isPlainCodeName(name: string): name is PlainCodeName {
  return PLAIN.has(name);
}

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
