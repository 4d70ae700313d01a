/**
 * Drives any mailwire session over any duplex: memory pairs, Node-style duplexes, web streams; deadlines and AbortSignal.
 * @packageDocumentation
 */
export * from "./connection.ts";
export * from "./drive.ts";
export * from "./driver.ts";
export * from "./pause.ts";
export * from "./memory-pair.ts";
export * from "./split-transport.ts";
export * from "./from-duplex.ts";
export * from "./from-web-streams.ts";
