// Going on with what a handler gives. Most handlers answer at once, and to await that would cost more than the command itself.

import type { Awaitable } from "./options.ts";

/** What `go` makes of `value`: at once where it is there, later where it is promised. */
export function when<T, R>(value: Awaitable<T>, go: (value: T) => Awaitable<R>): Awaitable<R> {
  return isPromised(value) ? value.then(go) : go(value);
}

/** Whether `value` is still to come. */
export function isPromised<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === "object" && value !== null && "then" in value;
}
