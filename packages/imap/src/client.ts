/**
 * The IMAP client: promises for answers, async iterables for messages, over any byte transport.
 * @packageDocumentation
 */
export * from "./client/imap-client.ts";
export * from "./client/options.ts";
export { ImapResponseError } from "./client/response-error.ts";
export { ImapMessage } from "./client/message.ts";
export type { MessageData, MessageItem } from "./client/message.ts";
export type { LiteralStream } from "./client/literal-queue.ts";
export type { IdleOptions } from "./client/idle-loop.ts";
export type { MessageSink, Operation, OperationOptions } from "./client/operation.ts";
export type { FetchArgument, MailboxArgument, SearchArgument, SetArgument } from "./client/arguments.ts";
export type { AppendOptions } from "./client/operations/append.ts";
export type { RawAnswer } from "./client/operations/raw.ts";
export { SelectedMailbox } from "./client/operations/select.ts";
