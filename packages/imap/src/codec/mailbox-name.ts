// Mailbox names: modified UTF-7 on the wire, Unicode for people (RFC 3501 section 5.1.3).

import { decodeUtf8, fromLatin1 } from "@mailwire/wire";
import type { Cursor } from "./cursor.ts";
import type { Revision } from "./revision.ts";
import { unsayable } from "./writer.ts";

/** A mailbox name in both forms. Address a mailbox by `raw`; show `name`. */
export interface MailboxName {
  /** The name as it crosses the wire, one character (U+0000 to U+00FF) per byte; any case of INBOX is `INBOX`. */
  readonly raw: string;
  /** The name in Unicode; equal to `raw` where that is in no known encoding. */
  readonly name: string;
}

/** The mailbox that people call `name`; throws a local `ProtocolError` (`bad-argument`) when there is a NUL, CR or LF in it. */
export function mailboxName(name: string): MailboxName {
  if (/[\0\r\n]/.test(name)) throw unsayable(`the mailbox name ${JSON.stringify(name)}`);
  if (isInbox(name)) return INBOX;
  return { raw: encodeUtf7(name), name };
}

/**
 * The mailbox that is `raw` on the wire, one character per byte. Never fails: what cannot be decoded is shown as it is. Modified UTF-7 is
 * decoded in IMAP4rev1 only; UTF-8 always is.
 */
export function decodeMailboxName(raw: string, revision: Revision = "IMAP4rev1"): MailboxName {
  if (isInbox(raw)) return INBOX;
  if (/[\x80-\xff]/.test(raw)) return { raw, name: decodeUtf8(fromLatin1(raw)) ?? raw };
  return { raw, name: revision === "IMAP4rev1" && raw.includes("&") ? (decodeUtf7(raw) ?? raw) : raw };
}

/** The mailbox that every account has; its name is the same in any case. */
export const INBOX: MailboxName = { raw: "INBOX", name: "INBOX" };

function isInbox(name: string): boolean {
  return name.length === 5 && name.toUpperCase() === "INBOX";
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/** Printable US-ASCII stands for itself, `&` is `&-`, all else is UTF-16BE in base64 with `,` for `/` between `&` and `-`. */
function encodeUtf7(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => (run === "&" ? "&-" : `&${encodeUnits(run)}-`));
}

function encodeUnits(text: string): string {
  let out = "";
  let bits = 0;
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    bits = (bits << 16) | text.charCodeAt(at);
    for (count += 16; count >= 6;) {
      count -= 6;
      out += ALPHABET[(bits >>> count) & 63] ?? "";
    }
    bits &= (1 << count) - 1;
  }
  return count === 0 ? out : out + (ALPHABET[(bits << (6 - count)) & 63] ?? "");
}

function decodeUtf7(raw: string): string | undefined {
  let broken = /[^\x20-\x7e]/.test(raw);
  const name = raw.replace(/&([A-Za-z0-9+,]*)(-?)/g, (_, units: string, end: string) => {
    const text = units === "" ? "&" : decodeUnits(units);
    broken ||= end === "" || text === undefined;
    return text ?? "";
  });
  return broken ? undefined : name;
}

/** The UTF-16 text of base64 without padding; `undefined` when bits are left over or surrogates stand alone. */
function decodeUnits(base64: string): string | undefined {
  let text = "";
  let bits = 0;
  let count = 0;
  for (const character of base64) {
    bits = (bits << 6) | ALPHABET.indexOf(character);
    count += 6;
    if (count < 16) continue;
    count -= 16;
    text += String.fromCharCode((bits >>> count) & 0xffff);
    bits &= (1 << count) - 1;
  }
  const paired = !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
  return paired && count < 6 && bits === 0 ? text : undefined;
}

/** mailbox = "INBOX" / astring */
export function readMailboxName(cursor: Cursor): MailboxName {
  return decodeMailboxName(cursor.atString() ? cursor.bytesString() : cursor.astring(), cursor.revision);
}
