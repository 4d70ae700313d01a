/**
 * IMAP conversations without I/O: client and server sessions and the state table they share.
 * @packageDocumentation
 */
export * from "./client-events.ts";
export * from "./client-options.ts";
export * from "./client-session.ts";
export { DEFAULT_CLIENT_LIMITS, DEFAULT_SERVER_LIMITS } from "./limits.ts";
export type { ClientLimits, ServerLimits } from "./limits.ts";
export * from "./server-events.ts";
export * from "./server-options.ts";
export * from "./server-session.ts";
export { TRANSITIONS } from "./state.ts";
export type { Answer, State, Verb } from "./state.ts";
