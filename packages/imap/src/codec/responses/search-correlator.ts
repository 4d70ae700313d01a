// The words in front of an answer that say which command it answers, and about which mailbox (RFC 4466 section 2.6.2, RFC 7377 section 2.1).

import type { Cursor } from "../cursor.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";

/** Which command is answered, and about which mailbox. */
export interface SearchCorrelator {
  /** The tag of the command. */
  readonly tag: string | null;
  /** The mailbox, where the command may speak of several (RFC 7377). */
  readonly mailbox?: MailboxName;
  /** The UIDVALIDITY of that mailbox. */
  readonly uidValidity?: number;
}

/** search-correlator = SP "(" one-correlator *(SP one-correlator) ")" ; "TAG" SP tag-string / "MAILBOX" SP astring / "UIDVALIDITY" SP nz-number */
export function readCorrelator(cursor: Cursor): SearchCorrelator {
  const correlator: { -readonly [Name in keyof SearchCorrelator]: SearchCorrelator[Name] } = { tag: null };
  cursor.open();
  while (!cursor.closes()) {
    const name = cursor.keyword();
    cursor.space();
    if (name === "TAG") correlator.tag = cursor.astring();
    else if (name === "MAILBOX") correlator.mailbox = readMailboxName(cursor);
    else if (name === "UIDVALIDITY") correlator.uidValidity = cursor.nzNumber();
    else throw new Malformed("bad-correlator");
  }
  return correlator;
}

/** See {@link readCorrelator}. */
export function writeCorrelator(writer: Writer, { tag, mailbox, uidValidity }: SearchCorrelator): void {
  const correlators = [
    ...(tag === null ? [] : [(): Writer => writer.raw("TAG ").string(tag)]),
    ...(mailbox === undefined ? [] : [(): Writer => writer.raw("MAILBOX ").mailbox(mailbox)]),
    ...(uidValidity === undefined ? [] : [(): Writer => writer.raw("UIDVALIDITY ").number(uidValidity)]),
  ];
  if (correlators.length > 0) writer.raw(" ").list(correlators, (write) => write());
}
