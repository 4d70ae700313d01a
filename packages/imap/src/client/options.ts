// How a client connects.

import type { Observer } from "@mailwire/wire";
import type { ClientLimits } from "../session/limits.ts";
import type { UntaggedData } from "../session/untagged-data.ts";

/** How `ImapClient.open` opens. */
export interface ImapClientOptions {
  /** The name that the server's certificate must carry; needed wherever STARTTLS is. */
  readonly serverName?: string;
  /** TLS options for the transport's upgrade. */
  readonly tlsOptions?: unknown;
  /** Talks without TLS: mail and passwords can be read and changed on the way. By default a transport that is not secure is upgraded, or left. */
  readonly allowPlaintext?: boolean;
  /**
   * Told what the server says without being asked: EXISTS, EXPUNGE, flags that others changed, warnings (`[ALERT]`), BYE. Called in the
   * order of the wire; it must not throw, which would drop the connection.
   */
  readonly onUntagged?: (response: UntaggedData) => void;
  /** See {@link ClientLimits}. */
  readonly limits?: Partial<ClientLimits>;
  /** Bytes of fetched messages that may wait for their reader when another command is said meanwhile; default 16 MiB. Beyond it the fetch fails. */
  readonly maxQueuedBytes?: number;
  /** Bytes of answers that one command may collect (LIST, SEARCH, STORE …); default 128 MiB. Beyond it the command fails. */
  readonly maxCollectedBytes?: number;
  /** Drops the connection when aborted. */
  readonly signal?: AbortSignal;
  /** Sees each unit of the dialogue, secrets wrapped. */
  readonly observe?: Observer;
}
