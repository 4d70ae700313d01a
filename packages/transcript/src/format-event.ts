// Events as one line of text each, for documents, tests and logs.

import { latin1 } from "@mailwire/wire";

/**
 * An event as `type {JSON of the rest}`, or `type` alone when nothing is left to say.
 *
 * Members keep their order; those named `raw` are left out, undefined ones and functions too; byte arrays are written as text, one
 * character per byte; a `Secret` as `"*****"`; bigints as numbers; maps and sets as arrays; errors as `code: message`.
 */
export function formatEvent(event: object): string {
  const { type, ...rest } = event as { readonly type?: unknown };
  const json = JSON.stringify(rest, plain);
  return json === "{}" ? String(type) : `${String(type)} ${json}`;
}

function plain(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (key === "raw") return undefined;
  // Node's Buffer makes an object of itself before it can be seen here.
  const given = this[key];
  if (given instanceof Uint8Array) return latin1(given);
  if (value instanceof Map || value instanceof Set) return [...(value as Iterable<unknown>)];
  if (value instanceof Error) return `${"code" in value ? String(value.code) : value.name}: ${value.message}`;
  if (typeof value === "bigint") return Number(value);
  return value;
}
