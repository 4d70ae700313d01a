/**
 * Many mail connections: listeners, a registry of live sessions, time-outs and graceful drain.
 * @packageDocumentation
 */
export * from "./mail-server.ts";
export * from "./live-session.ts";
export * from "./session-registry.ts";
export * from "./limits.ts";
export type { ProxiedAddresses, ProxyHeader, ProxyTlv } from "./proxy-header.ts";
export * from "./proxy-protocol.ts";
export * from "./trusted-proxies.ts";
