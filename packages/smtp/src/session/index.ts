/**
 * SMTP conversations without I/O, both sides, and the state table that they share.
 * @packageDocumentation
 */
export type * from "./client-events.ts";
export * from "./client-session.ts";
export * from "./limits.ts";
export type * from "./server-events.ts";
export * from "./server-session.ts";
export * from "./state.ts";
