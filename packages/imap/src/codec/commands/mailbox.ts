// Commands about mailboxes: SELECT, EXAMINE, CREATE, DELETE, SUBSCRIBE, UNSUBSCRIBE, RENAME, LIST, LSUB, STATUS (RFC 3501 section 6.3).

import type { MailboxName } from "../mailbox-name.ts";

/** A command about one mailbox. */
export interface MailboxCommand {
  readonly name: "SELECT" | "EXAMINE" | "CREATE" | "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE";
  /** The mailbox. */
  readonly mailbox: MailboxName;
}

/** Renames a mailbox. */
export interface RenameCommand {
  readonly name: "RENAME";
  /** Its name until now. */
  readonly from: MailboxName;
  /** Its new name. */
  readonly to: MailboxName;
}

/** Lists mailboxes (LIST) or subscriptions (LSUB). */
export interface ListCommand {
  readonly name: "LIST" | "LSUB";
  /** Where the pattern starts; an empty name for the top. */
  readonly reference: MailboxName;
  /** Names to list, with the wildcards `*` and `%`. */
  readonly pattern: MailboxName;
}

/** A figure to ask for. */
export type StatusAttribute = "MESSAGES" | "RECENT" | "UIDNEXT" | "UIDVALIDITY" | "UNSEEN" | "HIGHESTMODSEQ";

/** Asks for figures of a mailbox. */
export interface StatusCommand {
  readonly name: "STATUS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** What to tell. */
  readonly items: readonly StatusAttribute[];
}
