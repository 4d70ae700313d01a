/**
 * An SMTP and LMTP client with promises, over any transport, and a pool of connections.
 * @packageDocumentation
 */
export type { Mail, Recipient, RecipientResult, SendResult } from "./client/mail.ts";
export type { SmtpClientOptions } from "./client/options.ts";
export { SmtpPool, type SmtpPoolOptions } from "./client/pool.ts";
export { SmtpReplyError } from "./client/reply-error.ts";
export { SmtpClient } from "./client/smtp-client.ts";
