/**
 * SMTP conversations without I/O, both sides, and the state table that they share.
 * @packageDocumentation
 */
export * from "./client-session.ts";
export * from "./limits.ts";
export * from "./server-session.ts";
export * from "./state.ts";
