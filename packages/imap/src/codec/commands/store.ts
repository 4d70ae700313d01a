// STORE, COPY and their UID forms (RFC 3501 sections 6.4.6 to 6.4.8).

import type { Flag } from "../flag.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { SequenceSet } from "../sequence-set.ts";

/** Changes flags. */
export interface StoreCommand {
  readonly name: "STORE" | "UID STORE";
  /** Which messages. */
  readonly set: SequenceSet;
  /** What to do with the flags. */
  readonly action: "replace" | "add" | "remove";
  /** `FLAGS.SILENT` asks the server not to tell the new flags. */
  readonly silent: boolean;
  /** The flags. */
  readonly flags: readonly Flag[];
}

/** Copies messages. */
export interface CopyCommand {
  readonly name: "COPY" | "UID COPY";
  /** Which messages. */
  readonly set: SequenceSet;
  /** Where to. */
  readonly mailbox: MailboxName;
}
