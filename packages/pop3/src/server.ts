/**
 * A POP3 server for one connection, over any `ByteTransport`.
 * @packageDocumentation
 */
import type { ServedConnection } from "@mailwire/transport";
import type { ByteTransport } from "@mailwire/wire";
import { Pop3Connection } from "./server/connection.ts";
import type { Pop3ServerOptions } from "./server/options.ts";

export type { Pop3Languages } from "./server/language.ts";
export { LoginDelays } from "./server/login-delays.ts";
export type { LoginDelayOptions } from "./server/login-delays.ts";
export type { Maildrop, MaildropMessage } from "./server/maildrop.ts";
export type { Awaitable, Chunks, WordedAnswer } from "./server/answer.ts";
export type { Intervention, OwnAnswer, Pop3Context, Pop3ServerOptions } from "./server/options.ts";

/** Serves POP3 on one connection; it is over, and its maildrop released, when `closed` of the result resolves. */
export function servePop3(transport: ByteTransport, options: Pop3ServerOptions): ServedConnection {
  return new Pop3Connection(transport, options);
}
