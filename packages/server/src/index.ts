/**
 * Many mail connections: listeners, a registry of live sessions, time-outs and graceful drain.
 * @packageDocumentation
 */
export {};
