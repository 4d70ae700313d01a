// APPEND (RFC 3501 section 6.3.11).

import type { DateTime } from "../date-time.ts";
import type { Flag } from "../flag.ts";
import type { StreamedLiteral } from "../literal.ts";
import type { MailboxName } from "../mailbox-name.ts";

/** Adds a message to a mailbox. */
export interface AppendCommand {
  readonly name: "APPEND";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** Flags to set; empty for none. */
  readonly flags: readonly Flag[];
  /** INTERNALDATE to set; null leaves it to the server. */
  readonly date: DateTime | null;
  /** The message; {@link CommandDecoder} always gives its size only and then its bytes as chunks. */
  readonly message: Uint8Array | StreamedLiteral;
}
