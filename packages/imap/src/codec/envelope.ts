// ENVELOPE: the header of a message as a structure (RFC 3501 section 7.4.2).

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
