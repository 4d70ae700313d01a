/**
 * Record, redact, read, write and replay mail sessions.
 * @packageDocumentation
 */
export type { Entry } from "./entry.ts";
export * from "./recorder.ts";
export * from "./transcript.ts";
export * from "./mdaemon-log.ts";
export * from "./session-document.ts";
export * from "./recorded-exchange.ts";
export * from "./format-event.ts";
export * from "./joined-chunks.ts";
export * from "./replay.ts";
export * from "./type-session.ts";
