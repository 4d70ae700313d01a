/**
 * Bytes, contracts and errors under every mailwire package: receive buffer, line reader, dot-stuffing, base64, Session and ByteTransport.
 * @packageDocumentation
 */
export * from "./session.ts";
export * from "./transport.ts";
export * from "./protocol-error.ts";
export * from "./connection-error.ts";
export * from "./secret.ts";
export * from "./observe.ts";
export * from "./limits.ts";
export * from "./state-table.ts";
export * from "./output-queue.ts";
export * from "./text.ts";
export { indexOfByte } from "./byte-search.ts";
export * from "./receive-buffer.ts";
export * from "./line-reader.ts";
export type { LineEndPolicy } from "./line-scanner.ts";
export type { Emit } from "./run-writer.ts";
export * from "./line-end-filter.ts";
export { keepOne } from "./keep-one.ts";
export * from "./longest-line.ts";
export * from "./dot-encoder.ts";
export * from "./dot-decoder.ts";
export * from "./base64.ts";
