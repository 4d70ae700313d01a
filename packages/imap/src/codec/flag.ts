// Flags and keywords of messages, attributes of mailboxes (RFC 3501 sections 2.3.2 and 7.2.2).

/** A system flag (`\Seen`), an extension flag (`\Anything`), a keyword (`$Forwarded`) or, among permanent flags, `\*`. Case as it came. */
export type Flag = string;

/** An attribute of a mailbox in LIST and LSUB (`\Noselect`, `\HasNoChildren`, `\Sent`). Case as it came. */
export type MailboxAttribute = string;
