/**
 * SMTP codec, client and server sessions, promise client and one-connection server.
 * @packageDocumentation
 */
export {};
