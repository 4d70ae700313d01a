// Response codes: the machine-readable part of a status response (RFC 3501 section 7.1, RFC 5530, RFC 4315, RFC 7162).

import type { Flag } from "./flag.ts";
import type { SequenceSet } from "./sequence-set.ts";

/** Codes without arguments. */
export type PlainCodeName =
  | "ALERT"
  | "PARSE"
  | "READ-ONLY"
  | "READ-WRITE"
  | "TRYCREATE"
  | "UIDNOTSTICKY"
  | "NOMODSEQ"
  | "CLOSED"
  | "UNAVAILABLE"
  | "AUTHENTICATIONFAILED"
  | "AUTHORIZATIONFAILED"
  | "EXPIRED"
  | "PRIVACYREQUIRED"
  | "CONTACTADMIN"
  | "NOPERM"
  | "INUSE"
  | "EXPUNGEISSUED"
  | "CORRUPTION"
  | "SERVERBUG"
  | "CLIENTBUG"
  | "CANNOT"
  | "LIMIT"
  | "OVERQUOTA"
  | "ALREADYEXISTS"
  | "NONEXISTENT";

/** A response code. `unknown` ones keep their arguments as text; `invalid` ones are known by name but could not be read. */
export type ResponseCode =
  | { readonly type: PlainCodeName }
  | { readonly type: "BADCHARSET"; readonly charsets: readonly string[] }
  | { readonly type: "CAPABILITY"; readonly capabilities: readonly string[] }
  | { readonly type: "PERMANENTFLAGS"; readonly flags: readonly Flag[] }
  | { readonly type: "UIDNEXT" | "UIDVALIDITY" | "UNSEEN"; readonly value: number }
  | { readonly type: "HIGHESTMODSEQ"; readonly value: bigint }
  | { readonly type: "APPENDUID"; readonly uidValidity: number; readonly uids: SequenceSet }
  | { readonly type: "COPYUID"; readonly uidValidity: number; readonly source: SequenceSet; readonly destination: SequenceSet }
  | { readonly type: "unknown"; readonly name: string; readonly arguments: string | null }
  | { readonly type: "invalid"; readonly name: string; readonly arguments: string | null };
