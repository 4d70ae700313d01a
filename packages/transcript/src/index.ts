/**
 * Record, redact, read, write and replay mail sessions.
 * @packageDocumentation
 */
export * from "./session-document.ts";
export * from "./format-event.ts";
export * from "./replay.ts";
