// What commands and responses are made of: texts, words, numbers, sets, mailboxes, dates.

import fc from "fast-check";
import type { CalendarDate, DateTime, MailboxName, MessageSet, SequenceRange, SequenceSet } from "../../src/codec/index.ts";
import { dateTime, decodeMailboxName, mailboxName } from "../../src/codec/index.ts";

/** Text as bytes. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Any text that IMAP can carry: no NUL. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme-ascii" }),
  fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", "")),
  fc.constantFrom("", "NIL", '"', "\\", '\\"', "a\r\nb", "{5}", "x".repeat(600), "Grüße", "(", ")"),
);
/** Text that is US-ASCII. */
export const ascii = fc.string({ unit: "grapheme-ascii" });
/** Any text, or none. */
export const nstring = fc.option(text);
/** A name of an extension's thing, in upper case. */
export const word = fc.stringMatching(/^[A-Z][A-Z0-9=+.-]{0,12}$/).filter((value) => value !== "NIL");
/** Any flag. */
export const flag = fc.stringMatching(/^\\?[A-Za-z$][A-Za-z0-9_-]{0,10}$/);
/** Some flags. */
export const flags = fc.array(flag, { maxLength: 4 });
/** A number from 1 on. */
export const nzNumber = fc.integer({ min: 1, max: 0xffff_ffff });
/** A number. */
export const number = fc.integer({ min: 0, max: 0xffff_ffff });
/** A modification sequence. */
export const modSeq = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
/** One end of a range. */
export const sequenceNumber = fc.oneof(nzNumber, fc.constant("*" as const));
/** A range, or one number. */
const range: fc.Arbitrary<SequenceRange> = fc.oneof(
  sequenceNumber.map((first) => ({ first, last: first })),
  fc.record({ first: sequenceNumber, last: sequenceNumber }),
);
/** Any set. */
export const set: fc.Arbitrary<SequenceSet> = fc.array(range, { minLength: 1, maxLength: 6 });
/** Any set that a command may name. */
export const messageSet: fc.Arbitrary<MessageSet> = fc.oneof(
  { weight: 5, arbitrary: set },
  { weight: 1, arbitrary: fc.constant("$" as const) },
);
/** Any set without ranges and `*`. */
export const numericSet: fc.Arbitrary<SequenceSet> = fc.array(
  nzNumber.map((first) => ({ first, last: first })),
  { minLength: 1, maxLength: 4 },
);
/** A mailbox of any name, and of any bytes. */
export const mailbox: fc.Arbitrary<MailboxName> = fc.oneof(
  text.filter((name) => !/[\r\n]/.test(name)).map(mailboxName),
  fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) }).map(decodeMailboxName),
);
/** Any day. */
export const date: fc.Arbitrary<CalendarDate> = fc.record({
  year: fc.integer({ min: 0, max: 9999 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 31 }),
});
/** Any moment. */
export const moment: fc.Arbitrary<DateTime> = fc
  .tuple(
    date,
    fc.record({
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
      second: fc.integer({ min: 0, max: 60 }),
      zoneMinutes: fc.integer({ min: -1439, max: 1439 }),
    }),
  )
  .map(([day, time]) => dateTime({ ...day, ...time }));

/** An identifier (RFC 8474). */
export const objectId = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/).filter((id) => id.toUpperCase() !== "NIL");
/** A number of 64 bits. */
export const number64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
/** A value of an extension as a server may say it. */
export const rawValue = fc.constantFrom("92285", "NIL", "atom", '"a \\" b"', "{5}\r\na\r\n)(", '("a" (b {2}\r\n\r\n) [x y])').map(utf8);
