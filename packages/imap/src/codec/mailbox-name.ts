// Mailbox names: modified UTF-7 on the wire, Unicode for people (RFC 3501 section 5.1.3).

/** A mailbox name in both forms. Address a mailbox by `raw`; show `name`. */
export interface MailboxName {
  /** The name as it crosses the wire, one character (U+0000 to U+00FF) per byte; any case of INBOX is `INBOX`. */
  readonly raw: string;
  /** The name in Unicode; equal to `raw` where that is not valid modified UTF-7. */
  readonly name: string;
}

/** The mailbox that people call `name`. */
export function mailboxName(name: string): MailboxName {
  return { raw: name, name };
}

/** The mailbox that is `raw` on the wire. */
export function decodeMailboxName(raw: string): MailboxName {
  return { raw, name: raw };
}
