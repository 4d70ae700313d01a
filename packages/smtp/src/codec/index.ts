/**
 * SMTP on the wire, RFC 5321: commands, replies, addresses, parameters and extensions as values and bytes. Pure: no I/O, no state but the decoders'.
 * @packageDocumentation
 */
export type * from "./command.ts";
export { COMMAND_VERBS, encodeCommand } from "./command.ts";
export { CommandDecoder, type CommandLimits, DEFAULT_COMMAND_LIMITS } from "./command-decoder.ts";
export { decodeCommand } from "./decode-command.ts";
export * from "./extensions.ts";
export { MAX_TEXT_LINE_BYTES } from "./line.ts";
export * from "./mail-parameters.ts";
export { type Parameter, parameter } from "./parameters.ts";
export { domainOf, type ForwardPath, forwardPath, isDomain, isMailbox, localPartOf, type ReversePath, reversePath } from "./path.ts";
export * from "./rcpt-parameters.ts";
export * from "./received-command.ts";
export { ReceivedReply } from "./received-reply.ts";
export { type EnhancedCode, encodeReply, isPositive, type Reply, reply } from "./reply.ts";
export { DEFAULT_REPLY_LIMITS, ReplyDecoder, type ReplyLimits } from "./reply-decoder.ts";
export type { Deviation } from "./scanner.ts";
export type { DecodedParameters, Wanted } from "./typed-parameters.ts";
export * from "./xtext.ts";
