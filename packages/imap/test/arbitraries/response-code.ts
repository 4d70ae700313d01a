// Response codes.

import fc from "fast-check";
import type { ResponseCode } from "../../src/codec/index.ts";
import { PLAIN_RESPONSE_CODES } from "../../src/codec/index.ts";
import { flag, modSeq, number, nzNumber, objectId, set, word } from "./basics.ts";

const url = fc.stringMatching(/^imap:\/\/[!-Z^-~[]{1,20}$/);
const tag = fc.stringMatching(/^[A-Za-z0-9.]{1,8}$/);

/** Any response code. */
export const responseCode: fc.Arbitrary<ResponseCode> = fc.oneof(
  fc.constantFrom(...PLAIN_RESPONSE_CODES).map((type) => ({ type })),
  fc.record({
    type: fc.constant("BADCHARSET" as const),
    charsets: fc.array(fc.oneof(word, fc.constantFrom("x y", "ü")), { maxLength: 4 }),
  }),
  fc.record({ type: fc.constant("CAPABILITY" as const), capabilities: fc.array(word) }),
  fc.record({ type: fc.constant("PERMANENTFLAGS" as const), flags: fc.array(fc.oneof(flag, fc.constant("\\*"))) }),
  fc.record({
    type: fc.constantFrom(
      "UIDNEXT" as const,
      "UIDVALIDITY" as const,
      "UNSEEN" as const,
      "MAXCONVERTMESSAGES" as const,
      "MAXCONVERTPARTS" as const,
    ),
    value: nzNumber,
  }),
  fc.record({ type: fc.constant("HIGHESTMODSEQ" as const), value: modSeq }),
  fc.record({ type: fc.constant("MODIFIED" as const), set }),
  fc.record({ type: fc.constant("MAILBOXID" as const), id: objectId }),
  fc.record({ type: fc.constant("APPENDUID" as const), uidValidity: nzNumber, uids: set }),
  fc.record({ type: fc.constant("COPYUID" as const), uidValidity: nzNumber, source: set, destination: set }),
  fc.record({ type: fc.constant("REFERRAL" as const), urls: fc.array(url, { minLength: 1, maxLength: 3 }) }),
  fc.record({ type: fc.constant("INPROGRESS" as const), tag: fc.option(tag), progress: fc.option(number), goal: fc.option(number) }),
  fc.record({ type: fc.constant("MESSAGELIMIT" as const), limit: nzNumber, lowestUid: fc.option(nzNumber) }),
  fc.record({
    type: fc.constant("METADATA" as const),
    reason: fc.constantFrom("LONGENTRIES" as const, "MAXSIZE" as const),
    octets: number,
  }),
  fc.record({ type: fc.constant("METADATA" as const), reason: fc.constantFrom("TOOMANY" as const, "NOPRIVATE" as const) }),
  fc.record({ type: fc.constant("BADEVENT" as const), events: fc.array(fc.constantFrom("MessageNew", "FlagChange", "X-New")) }),
  fc.record({ type: fc.constant("BADURL" as const), url: fc.oneof(url, fc.constant("no url")) }),
  fc.record({ type: fc.constant("URLMECH" as const), mechanisms: fc.array(word, { minLength: 1, maxLength: 3 }) }),
  fc.record({ type: fc.constant("NOUPDATE" as const), tag }),
  fc.record({ type: fc.constant("UNDEFINED-FILTER" as const), filter: word }),
  fc.record({
    type: fc.constant("unknown" as const),
    name: word.map((name) => `X-${name}`),
    arguments: fc.option(fc.stringMatching(/^[ -\\^-~]{1,20}$/)),
  }),
);
