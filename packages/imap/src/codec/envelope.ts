// ENVELOPE: the header of a message as a structure (RFC 3501 section 7.4.2).

import type { Cursor } from "./cursor.ts";
import type { Writer } from "./writer.ts";

const SP = 32;
const CLOSE = 41;

/** One address. A group starts with an address of null host and ends with one of null mailbox and null host. */
export interface Address {
  /** The display name, encoded words as they are. */
  readonly name: string | null;
  /** The source route (addr-adl). */
  readonly route: string | null;
  /** The local part; the group's name when `host` is null; null at the end of a group. */
  readonly mailbox: string | null;
  /** The domain; null inside group marks. */
  readonly host: string | null;
}

/** The header of a message as a structure; encoded words are left as they are. */
export interface Envelope {
  /** The Date field, not parsed. */
  readonly date: string | null;
  /** The Subject field. */
  readonly subject: string | null;
  /** The From field. */
  readonly from: readonly Address[] | null;
  /** The Sender field; servers fill in From where it is missing. */
  readonly sender: readonly Address[] | null;
  /** The Reply-To field; servers fill in From where it is missing. */
  readonly replyTo: readonly Address[] | null;
  /** The To field. */
  readonly to: readonly Address[] | null;
  /** The Cc field. */
  readonly cc: readonly Address[] | null;
  /** The Bcc field. */
  readonly bcc: readonly Address[] | null;
  /** The In-Reply-To field. */
  readonly inReplyTo: string | null;
  /** The Message-ID field. */
  readonly messageId: string | null;
}

/**
 * envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP env-bcc SP env-in-reply-to SP
 *            env-message-id ")" ; fields that are missing at the end are taken for NIL
 */
export function readEnvelope(cursor: Cursor): Envelope {
  cursor.open();
  const date = cursor.nstring();
  const subject = nextString(cursor);
  const from = nextAddresses(cursor);
  const sender = nextAddresses(cursor);
  const replyTo = nextAddresses(cursor);
  const to = nextAddresses(cursor);
  const cc = nextAddresses(cursor);
  const bcc = nextAddresses(cursor);
  const inReplyTo = nextString(cursor);
  const messageId = nextString(cursor);
  while (!cursor.closes()) {
    cursor.deviate("extra-envelope-field");
    cursor.skipValue();
  }
  return { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId };
}

function nextString(cursor: Cursor): string | null {
  return isMissing(cursor) ? null : cursor.nstring();
}

/** env-from = "(" 1*address ")" / nil ; the other address fields look the same */
function nextAddresses(cursor: Cursor): readonly Address[] | null {
  if (isMissing(cursor) || cursor.nil()) return null;
  const addresses: Address[] = [];
  cursor.open();
  while (!cursor.closes()) addresses.push(readAddress(cursor));
  return addresses;
}

/** address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")" */
function readAddress(cursor: Cursor): Address {
  cursor.open();
  const name = cursor.nstring();
  cursor.space();
  const route = cursor.nstring();
  cursor.space();
  const mailbox = cursor.nstring();
  cursor.space();
  const host = cursor.nstring();
  if (!cursor.closes()) cursor.expect(CLOSE);
  return { name, route, mailbox, host };
}

/** True at the end of an envelope that is too short; otherwise past the space. */
function isMissing(cursor: Cursor): boolean {
  if (cursor.peek() === SP) cursor.space();
  if (cursor.peek() !== CLOSE) return false;
  cursor.deviate("missing-envelope-field");
  return true;
}

/** See {@link readEnvelope}. */
export function writeEnvelope(writer: Writer, envelope: Envelope): void {
  const lists = [envelope.from, envelope.sender, envelope.replyTo, envelope.to, envelope.cc, envelope.bcc];
  writer.raw("(").nstring(envelope.date).raw(" ").nstring(envelope.subject);
  for (const addresses of lists) writeAddresses(writer.raw(" "), addresses);
  writer.raw(" ").nstring(envelope.inReplyTo).raw(" ").nstring(envelope.messageId).raw(")");
}

function writeAddresses(writer: Writer, addresses: readonly Address[] | null): void {
  // 1*address: an empty list is said as NIL.
  if (addresses === null || addresses.length === 0) {
    writer.raw("NIL");
    return;
  }
  writer.raw("(");
  for (const { name, route, mailbox, host } of addresses) {
    writer.raw("(").nstring(name).raw(" ").nstring(route).raw(" ").nstring(mailbox).raw(" ").nstring(host).raw(")");
  }
  writer.raw(")");
}
