/**
 * POP3 sessions without I/O: the state table, limits, the client's and the server's side.
 * @packageDocumentation
 */
export { TRANSITIONS, isLegalIn, stateAfter } from "./state.ts";
export type { Answer, State, Verb } from "./state.ts";
export { DEFAULT_CLIENT_LIMITS, DEFAULT_SERVER_LIMITS } from "./limits.ts";
export type { ClientLimits, ServerLimits } from "./limits.ts";
export { ClientSession } from "./client-session.ts";
export type { ClientEvent, ClientIntent, ClientSessionOptions, Follows } from "./client-events.ts";
export { ServerSession } from "./server-session.ts";
export type { ServerEvent, ServerIntent, ServerSessionOptions } from "./server-events.ts";
