/**
 * An IMAP server for one connection, over any `ByteTransport`.
 * @packageDocumentation
 */
import type { ServedConnection } from "@mailwire/transport";
import type { ByteTransport } from "@mailwire/wire";
import { ImapConnection } from "./server/connection.ts";
import type { ImapServerOptions } from "./server/options.ts";

export type * from "./server/backend.ts";
export type { Completion, ImapContext, ImapServerOptions, Intervention } from "./server/options.ts";
export { ImapRefusal } from "./server/refusal.ts";

/**
 * Serves IMAP on one connection (RFC 3501): the server does the protocol, the backend has the mail. Nothing is thrown later: `closed` of
 * the result tells how it ended, after everything of the backend was closed.
 */
export function serveImap(transport: ByteTransport, options: ImapServerOptions): ServedConnection {
  return new ImapConnection(transport, options);
}
