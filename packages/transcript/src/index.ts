/**
 * Record, redact, read, write and replay mail sessions.
 * @packageDocumentation
 */
export {};
