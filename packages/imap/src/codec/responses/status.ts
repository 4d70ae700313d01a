// STATUS (RFC 3501 section 7.2.4, RFC 7162 for HIGHESTMODSEQ).

import type { MailboxName } from "../mailbox-name.ts";

/** One figure of a mailbox. */
export type StatusItem =
  | { readonly type: "MESSAGES" | "RECENT" | "UIDNEXT" | "UIDVALIDITY" | "UNSEEN"; readonly value: number }
  | { readonly type: "HIGHESTMODSEQ"; readonly value: bigint }
  /** An item of an extension, its value as it came. */
  | { readonly type: "unknown"; readonly name: string; readonly raw: Uint8Array }
  /** A known item with a value that cannot be. */
  | { readonly type: "invalid"; readonly name: string; readonly raw: Uint8Array };

/** Figures of a mailbox. */
export interface StatusResponse {
  readonly type: "STATUS";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** In the order in which they came. */
  readonly items: readonly StatusItem[];
}
