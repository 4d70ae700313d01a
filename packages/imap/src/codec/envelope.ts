// ENVELOPE: the header of a message as a structure (RFC 3501 section 7.4.2).

import type { Cursor } from "./cursor.ts";
import type { Writer } from "./writer.ts";

const SP = 32;
const OPEN = 40;
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
  if (cursor.peek() !== OPEN && cursor.nil()) {
    cursor.deviate("nil-for-list");
    return EMPTY_ENVELOPE;
  }
  cursor.open();
  const date = isMissing(cursor) ? null : cursor.nstring();
  const subject = nextString(cursor);
  const from = nextAddresses(cursor);
  const sender = nextAddresses(cursor);
  const replyTo = nextAddresses(cursor);
  const to = nextAddresses(cursor);
  const cc = nextAddresses(cursor);
  const bcc = nextAddresses(cursor);
  const inReplyTo = nextIds(cursor);
  const messageId = nextString(cursor);
  while (!cursor.closes()) {
    cursor.deviate("extra-envelope-field");
    cursor.skipValue();
  }
  return { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId };
}

const EMPTY_ENVELOPE: Envelope = {
  date: null,
  subject: null,
  from: null,
  sender: null,
  replyTo: null,
  to: null,
  cc: null,
  bcc: null,
  inReplyTo: null,
  messageId: null,
};

/** env-in-reply-to = nstring ; some servers make it a list */
function nextIds(cursor: Cursor): string | null {
  if (isMissing(cursor) || cursor.nil()) return null;
  if (cursor.peek() !== OPEN) return cursor.nstring();
  cursor.deviate("list-for-string");
  const ids: string[] = [];
  cursor.open();
  while (!cursor.closes()) ids.push(cursor.string());
  return ids.join(" ");
}

function nextString(cursor: Cursor): string | null {
  return isMissing(cursor) ? null : cursor.nstring();
}

/** env-from = "(" 1*address ")" / nil ; the other address fields look the same */
function nextAddresses(cursor: Cursor): readonly Address[] | null {
  if (isMissing(cursor) || cursor.nil()) return null;
  const addresses: Address[] = [];
  if (cursor.peek() !== OPEN) {
    cursor.deviate("string-for-list");
    return textAddresses([cursor.nstring()]);
  }
  cursor.open();
  while (!cursor.closes()) {
    if (cursor.peek() !== OPEN) return [...addresses, ...readBareAddresses(cursor)];
    addresses.push(readAddress(cursor));
    if (cursor.peek() === SP && cursor.bytes[cursor.at + 1] === OPEN) cursor.deviate("extra-space");
  }
  return addresses;
}

/** address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")" ; where there are fewer, the route is missing, then the name */
function readAddress(cursor: Cursor): Address {
  cursor.open();
  if (cursor.closes()) return shortAddress(cursor, []);
  const name = cursor.nstring();
  const { at } = cursor;
  if (cursor.closes()) return shortAddress(cursor, [name]);
  const route = cursor.nstring();
  if (cursor.closes()) return shortAddress(cursor, [name, route]);
  const mailbox = cursor.nstring();
  if (cursor.closes()) return shortAddress(cursor, [name, route, mailbox]);
  const host = cursor.nstring();
  return cursor.closes() ? { name, route, mailbox, host } : readLongAddress(cursor, at, { name, route, mailbox, host });
}

/**
 * An address with more fields, of which the name ends at index `nameEnd`. Where the route is the last but two and NIL, what stands before
 * it is the name: its literal was too short.
 */
function readLongAddress(cursor: Cursor, nameEnd: number, address: Address): Address {
  const fields = [address.name, address.route, address.mailbox, address.host];
  cursor.deviate("extra-address-field");
  do fields.push(cursor.nstring());
  while (!cursor.closes());
  const [route = null, mailbox = null, host = null] = fields.slice(-3);
  if (route !== null || address.route === null) return address;
  const { at: end, tolerated } = cursor;
  cursor.at = nameEnd;
  for (let count = fields.length - 4; count > 0 && !cursor.closes(); count -= 1) cursor.nstring();
  const name = `${address.name ?? ""}${cursor.text(nameEnd, cursor.at)}`;
  cursor.at = end;
  cursor.forget(tolerated);
  return { name, route, mailbox, host };
}

function shortAddress(cursor: Cursor, strings: readonly (string | null)[]): Address {
  const [first = null, second = null, third = null] = strings;
  cursor.deviate("missing-address-field");
  if (strings.length === 3) return { name: first, route: null, mailbox: second, host: third };
  return strings.length === 2
    ? { name: null, route: null, mailbox: first, host: second }
    : { name: first, route: null, mailbox: null, host: null };
}

/** What stands in a list of addresses without parentheses of its own, up to its end: one address, texts that are one each, NIL. */
function readBareAddresses(cursor: Cursor): readonly Address[] {
  cursor.deviate("string-for-address");
  const texts: (string | null)[] = [];
  const addresses: Address[] = [];
  do {
    if (cursor.peek() === OPEN) addresses.push(readAddress(cursor));
    else texts.push(cursor.nstring());
  } while (!cursor.closes());
  const [name = null, route = null, mailbox = null, host = null] = texts;
  return texts.length === 4 ? [{ name, route, mailbox, host }, ...addresses] : [...textAddresses(texts), ...addresses];
}

function textAddresses(texts: readonly (string | null)[]): readonly Address[] {
  return texts.flatMap((text) => {
    if (text === null || text === "") return [];
    const at = text.lastIndexOf("@");
    const [mailbox, host] = at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    return { name: null, route: null, mailbox, host };
  });
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
