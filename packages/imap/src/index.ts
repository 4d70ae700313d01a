/**
 * IMAP, client and server: codec, sessions without I/O, a promise client and a one-connection server.
 * @packageDocumentation
 */
export * from "./client.ts";
export * from "./codec/index.ts";
export * from "./server.ts";
export * from "./session/index.ts";
