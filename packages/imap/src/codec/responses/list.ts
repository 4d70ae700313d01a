// LIST and LSUB (RFC 3501 sections 7.2.2 and 7.2.3).

import type { MailboxAttribute } from "../flag.ts";
import type { MailboxName } from "../mailbox-name.ts";

/** One mailbox. */
export interface ListResponse {
  readonly type: "LIST" | "LSUB";
  /** `\Noselect`, `\HasChildren`, `\Sent` …; case as it came. */
  readonly attributes: readonly MailboxAttribute[];
  /** The character between levels of the hierarchy; null where there is none. */
  readonly delimiter: string | null;
  /** The mailbox. */
  readonly mailbox: MailboxName;
}
