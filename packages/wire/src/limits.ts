// Conventions for limits: named with units, defaulted with a reason, checked when given. 0 does not mean unlimited.

import { ProtocolError } from "./protocol-error.ts";

/**
 * `defaults` with the caller's `overrides` on top; throws a local {@link ProtocolError} (`bad-limit`) for a name that is not among the
 * defaults and for a value that is not a positive number (`Infinity` is allowed and must be written out).
 */
export function withLimits<Limits extends { readonly [Name in keyof Limits]: number }>(
  defaults: Limits,
  overrides: Partial<Limits> | undefined,
): Limits {
  if (overrides === undefined) return defaults;
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(defaults, name)) throw new ProtocolError("local", "bad-limit", `there is no limit named ${name}`);
    if (typeof value !== "number" || !(value > 0)) {
      throw new ProtocolError("local", "bad-limit", `${name} must be a positive number, not ${String(value)}`);
    }
  }
  return { ...defaults, ...overrides };
}
