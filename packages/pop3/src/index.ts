/**
 * POP3 codec, client and server sessions, promise client and one-connection server.
 * @packageDocumentation
 */
export * from "./client.ts";
export * from "./server.ts";
export * from "./session/index.ts";
export * from "./codec/index.ts";
