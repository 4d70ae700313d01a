/**
 * Node sockets and TLS for mailwire: connect, listen, and the STARTTLS upgrade of any duplex.
 * @packageDocumentation
 */
export * from "./connect.ts";
export * from "./listen.ts";
export * from "./from-socket.ts";
export type { Preamble, PreambleDecoder, PreambleOptions } from "./preamble.ts";
export { DEFAULT_LIMITS } from "./limits.ts";
export * from "./options.ts";
export { TlsSessions } from "./sessions.ts";
export type { KeptSession } from "./sessions.ts";
export { ServerTls } from "./server-tls.ts";
export * from "./connect-to-service.ts";
