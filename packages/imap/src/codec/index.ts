/**
 * IMAP on the wire: commands and responses from and to bytes, without I/O.
 * @packageDocumentation
 */
export * from "./body-structure.ts";
export * from "./command.ts";
export * from "./command-decoder.ts";
export * from "./command-encoder.ts";
export * from "./commands/append.ts";
export * from "./commands/fetch.ts";
export * from "./commands/mailbox.ts";
export * from "./commands/search.ts";
export * from "./commands/session.ts";
export * from "./commands/store.ts";
export * from "./date-time.ts";
export * from "./deviation.ts";
export * from "./envelope.ts";
export * from "./flag.ts";
export * from "./limits.ts";
export * from "./literal.ts";
export * from "./mailbox-name.ts";
export * from "./response.ts";
export * from "./response-code.ts";
export * from "./response-decoder.ts";
export * from "./response-encoder.ts";
export * from "./responses/capability.ts";
export * from "./responses/condition.ts";
export * from "./responses/fetch.ts";
export * from "./responses/list.ts";
export * from "./responses/mailbox-state.ts";
export * from "./responses/search.ts";
export * from "./responses/status.ts";
export * from "./section.ts";
export * from "./sequence-set.ts";
