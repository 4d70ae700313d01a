// The parameters of MAIL that are known, typed. A parameter is one entry in MAIL_PARAMETERS.

import type { Parameter } from "./parameters.ts";
import { isMailbox, reversePath, type ReversePath } from "./path.ts";
import { type DecodedParameters, parameterTypes, sortParameters, type Wanted, writeParameters } from "./typed-parameters.ts";
import { decodeXtext, encodeXtext } from "./xtext.ts";

/** What the parameters of MAIL say. */
export interface MailParameters {
  /** SIZE (RFC 1870): about how many bytes the message has. */
  readonly sizeBytes?: number;
  /** BODY (RFC 6152, RFC 3030): what the body consists of; `BINARYMIME` needs BDAT. */
  readonly body?: "7BIT" | "8BITMIME" | "BINARYMIME";
  /** SMTPUTF8 (RFC 6531): the message needs it. */
  readonly smtputf8?: true;
  /** AUTH (RFC 4954 section 5): who submitted the message first; `""` when nobody vouches for it. */
  readonly auth?: ReversePath;
  /** RET (RFC 3461): how much of the message a report of failure returns. */
  readonly ret?: "FULL" | "HDRS";
  /** ENVID (RFC 3461): the sender's name for this mail, printable ASCII, at most 100 characters as xtext. */
  readonly envid?: string;
  /** REQUIRETLS (RFC 8689): better not delivered than sent on without verified TLS. */
  readonly requiretls?: true;
  /** BY (RFC 2852): when the message is to be delivered. */
  readonly by?: DeliverBy;
  /** MT-PRIORITY (RFC 6710): from -9 to 9. */
  readonly mtPriority?: number;
  /** HOLDFOR (RFC 4865): seconds to hold the message back, up to nine digits. */
  readonly holdForSeconds?: number;
  /** HOLDUNTIL (RFC 4865): until when to hold the message back, a date-time of RFC 3339. */
  readonly holdUntil?: string;
  /** SOLICIT (RFC 3865): what kinds of solicitation the message is, as the sender classes it. */
  readonly solicit?: readonly string[];
}

/** A deadline, RFC 2852. */
export interface DeliverBy {
  /** From now, up to nine digits; negative when it has passed on the way. */
  readonly seconds: number;
  /** What happens then: the message is returned (`R`), or the sender told that it is late (`N`). */
  readonly mode: "R" | "N";
  /** `T`: relays that do not know this are to be reported. */
  readonly trace?: true;
}

const FLAG = (value: string | undefined): boolean => value === undefined;

/** How each known keyword's value is read and written. */
const MAIL_PARAMETERS = parameterTypes<MailParameters>({
  // size-value = 1*20DIGIT; beyond 2^53 only "too big" is left to say, which such a number says as well.
  SIZE: {
    decode: (value = "") => (/^\d{1,20}$/.test(value) ? { sizeBytes: Number(value) } : undefined),
    // What cannot be exact is not said.
    encode: ({ sizeBytes }) => (sizeBytes === undefined || Number.isSafeInteger(sizeBytes) ? sizeBytes?.toString() : ""),
  },
  BODY: {
    decode: (value) => {
      const body = value?.toUpperCase();
      return body === "7BIT" || body === "8BITMIME" || body === "BINARYMIME" ? { body } : undefined;
    },
    encode: ({ body }) => body,
  },
  SMTPUTF8: {
    decode: (value) => (FLAG(value) ? { smtputf8: true } : undefined),
    encode: ({ smtputf8 }) => smtputf8 && null,
  },
  AUTH: {
    // Some clients write a path.
    decode: (value = "") => {
      if (value === "<>") return { auth: reversePath("") };
      const mailbox = decodeXtext(value.replace(/^<(.*)>$/, "$1"));
      return mailbox !== undefined && isMailbox(mailbox) ? { auth: reversePath(mailbox) } : undefined;
    },
    encode: ({ auth }) => (auth === "" ? "<>" : auth && encodeXtext(auth)),
  },
  RET: {
    decode: (value) => {
      const ret = value?.toUpperCase();
      return ret === "FULL" || ret === "HDRS" ? { ret } : undefined;
    },
    encode: ({ ret }) => ret,
  },
  // envid-parameter = "ENVID=" xtext, of printable ASCII, at most 100 characters
  ENVID: {
    decode: (value = "") => {
      const envid = value.length <= 100 ? decodeXtext(value) : undefined;
      return envid !== undefined && /^[ -~]+$/.test(envid) ? { envid } : undefined;
    },
    encode: ({ envid }) => envid && encodeXtext(envid),
  },
  REQUIRETLS: {
    decode: (value) => (FLAG(value) ? { requiretls: true } : undefined),
    encode: ({ requiretls }) => requiretls && null,
  },
  // by-value = by-time ";" by-mode [ by-trace ], by-time = ["-" / "+"] 1*9DIGIT; a message to be returned must have time left
  BY: {
    decode: (value = "") => {
      const [, time = "", mode = "", trace] = /^([-+]?\d{1,9});([RN])(T?)$/i.exec(value) ?? [];
      const seconds = Number(time);
      if (time === "" || (mode.toUpperCase() === "R" && seconds <= 0)) return undefined;
      return { by: { seconds, mode: mode.toUpperCase() === "R" ? "R" : "N", ...(trace === "" ? {} : { trace: true }) } };
    },
    encode: ({ by }) => by && `${by.seconds};${by.mode}${by.trace === true ? "T" : ""}`,
  },
  "MT-PRIORITY": {
    decode: (value = "") => (/^(?:0|-?[1-9])$/.test(value) ? { mtPriority: Number(value) } : undefined),
    encode: ({ mtPriority }) => (mtPriority === undefined ? undefined : String(mtPriority)),
  },
  HOLDFOR: {
    decode: (value = "") => (/^\d{1,9}$/.test(value) && Number(value) > 0 ? { holdForSeconds: Number(value) } : undefined),
    encode: ({ holdForSeconds }) => (holdForSeconds === undefined ? undefined : String(holdForSeconds)),
  },
  HOLDUNTIL: {
    decode: (value = "") => (DATE_TIME.test(value) ? { holdUntil: value } : undefined),
    encode: ({ holdUntil }) => holdUntil,
  },
  // Solicitation-keywords = word *("," word), at most 1000 characters
  SOLICIT: {
    decode: (value = "") => (value.length <= 1000 && SOLICITATION.test(value) ? { solicit: value.split(",") } : undefined),
    encode: ({ solicit }) => solicit?.join(","),
  },
});

/** date-time of RFC 3339 section 5.6, with or without a fraction of a second. */
const DATE_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[-+](?:[01]\d|2[0-3]):[0-5]\d)$/i;
const SOLICITATION = /^[A-Za-z][\w.:-]*(?:,[A-Za-z][\w.:-]*)*$/;
const NONE: DecodedParameters<MailParameters> = { known: {}, unknown: [], invalid: [] };

/** Sorts the parameters of a MAIL command into what is known, unknown and invalid. */
export function decodeMailParameters(parameters: readonly Parameter[]): DecodedParameters<MailParameters> {
  return sortParameters(MAIL_PARAMETERS, NONE, parameters);
}

/** The parameters that say `known`; throws a local `ProtocolError` (`bad-parameter`) for values that RFCs do not allow. */
export function encodeMailParameters(known: Wanted<MailParameters>): Parameter[] {
  return writeParameters(MAIL_PARAMETERS, known);
}
