// The parameters of MAIL that are known, typed: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), AUTH (RFC 4954 section 5).
// Those of RCPT will stand beside it. A parameter is one entry in PARSERS, one in encodeMailParameters.

import { ProtocolError } from "@mailwire/wire";
import { parameter, type Parameter } from "./parameters.ts";
import { isMailbox, reversePath, type ReversePath } from "./path.ts";
import { decodeXtext, encodeXtext } from "./xtext.ts";

/** What the parameters of MAIL say. */
export interface MailParameters {
  /** SIZE: about how many bytes the message has. */
  readonly sizeBytes?: number;
  /** BODY: what the body consists of. */
  readonly body?: "7BIT" | "8BITMIME";
  /** SMTPUTF8: the message needs RFC 6531. */
  readonly smtputf8?: true;
  /** AUTH: who submitted the message first; `""` when nobody vouches for it. */
  readonly auth?: ReversePath;
}

/** What {@link decodeMailParameters} found. */
export interface DecodedMailParameters {
  /** What the known ones say; the last wins where one is repeated. */
  readonly known: MailParameters;
  /** Those with a keyword that is not known here. */
  readonly unknown: readonly Parameter[];
  /** Those with a known keyword whose value has no meaning. */
  readonly invalid: readonly Parameter[];
}

/** What each known keyword's value means; `undefined` when it means nothing. */
const PARSERS: Readonly<Record<string, (value: string | undefined) => MailParameters | undefined>> = {
  // size-value = 1*20DIGIT; beyond 2^53 only "too big" is left to say, which such a number says as well.
  SIZE: (value) => (value !== undefined && /^\d{1,20}$/.test(value) ? { sizeBytes: Number(value) } : undefined),
  BODY: (value) => {
    const body = value?.toUpperCase();
    return body === "7BIT" || body === "8BITMIME" ? { body } : undefined;
  },
  SMTPUTF8: (value) => (value === undefined ? { smtputf8: true } : undefined),
  AUTH: (value) => {
    if (value === "<>") return { auth: reversePath("") };
    const mailbox = value === undefined ? undefined : decodeXtext(value);
    return mailbox !== undefined && isMailbox(mailbox) ? { auth: reversePath(mailbox) } : undefined;
  },
};

/** Sorts the parameters of a MAIL command into what is known, unknown and invalid. */
export function decodeMailParameters(parameters: readonly Parameter[]): DecodedMailParameters {
  let known: MailParameters = {};
  const unknown: Parameter[] = [];
  const invalid: Parameter[] = [];
  for (const given of parameters) {
    const parse = Object.hasOwn(PARSERS, given.keyword) ? PARSERS[given.keyword] : undefined;
    if (parse === undefined) unknown.push(given);
    else {
      const meaning = parse(given.value);
      if (meaning === undefined) invalid.push(given);
      else known = { ...known, ...meaning };
    }
  }
  return { known, unknown, invalid };
}

/** The parameters that say `known`; throws a local `ProtocolError` (`bad-parameter`) for a size that is no whole number of bytes. */
export function encodeMailParameters(known: MailParameters): readonly Parameter[] {
  const parameters: Parameter[] = [];
  if (known.sizeBytes !== undefined) {
    if (!Number.isSafeInteger(known.sizeBytes) || known.sizeBytes < 0) {
      throw new ProtocolError("local", "bad-parameter", `sizeBytes must be a whole number, not ${known.sizeBytes}`);
    }
    parameters.push(parameter("SIZE", String(known.sizeBytes)));
  }
  if (known.body !== undefined) parameters.push(parameter("BODY", known.body));
  if (known.smtputf8 !== undefined) parameters.push(parameter("SMTPUTF8"));
  if (known.auth !== undefined) parameters.push(parameter("AUTH", known.auth === "" ? "<>" : encodeXtext(known.auth)));
  return parameters;
}
