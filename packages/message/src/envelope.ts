// ENVELOPE: the header of a message as a structure (RFC 3501 section 7.4.2).

import { parseAddressList, type Address } from "./address.ts";
import type { ByteRange } from "./byte-range.ts";
import { fieldText, firstFields } from "./header.ts";

/** The header of a message as a structure; encoded words are left as they are. Texts hold one character (U+0000 to U+00FF) per byte. */
export interface Envelope {
  /** The Date field, not parsed. */
  readonly date: string | null;
  /** The Subject field. */
  readonly subject: string | null;
  /** The From field. */
  readonly from: readonly Address[] | null;
  /** The Sender field; From where it is missing or empty. */
  readonly sender: readonly Address[] | null;
  /** The Reply-To field; From where it is missing or empty. */
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

const FIELDS: ReadonlySet<string> = new Set([
  "date",
  "subject",
  "from",
  "sender",
  "reply-to",
  "to",
  "cc",
  "bcc",
  "in-reply-to",
  "message-id",
]);

/** The envelope of the header that stands in `header`; of a field that occurs twice the first one counts. */
export function envelopeOfHeader(raw: Uint8Array, header: ByteRange, maxFieldBytes: number): Envelope {
  const fields = firstFields(raw, header, FIELDS);
  const text = (name: string): string | null => {
    const field = fields.get(name);
    return field === undefined ? null : fieldText(raw, field, maxFieldBytes);
  };
  const addresses = (name: string): readonly Address[] | null => {
    const list = parseAddressList(text(name) ?? "");
    return list.length === 0 ? null : list;
  };
  const from = addresses("from");
  return {
    date: text("date"),
    subject: text("subject"),
    from,
    sender: addresses("sender") ?? from,
    replyTo: addresses("reply-to") ?? from,
    to: addresses("to"),
    cc: addresses("cc"),
    bcc: addresses("bcc"),
    inReplyTo: text("in-reply-to"),
    messageId: text("message-id"),
  };
}
