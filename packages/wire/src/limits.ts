// Conventions for limits: named with units, defaulted with a reason, checked when given. 0 does not mean unlimited.

import { ProtocolError } from "./protocol-error.ts";

/** The limits that were asked for last, by their defaults. */
const latest = new WeakMap<object, object>();

/**
 * `defaults` with the caller's `overrides` on top; throws a local {@link ProtocolError} (`bad-limit`) for a name that is not among the
 * defaults and for a value that is not a positive number (`Infinity` is allowed and must be written out).
 * Limits that are alike are the same object, so that the connections of a server share one.
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
  return shared(defaults, { ...defaults, ...overrides });
}

function shared<Limits extends object>(defaults: Limits, limits: Limits): Limits {
  const known = latest.get(defaults);
  if (known !== undefined && areAlike(known, limits)) return known;
  latest.set(defaults, limits);
  return limits;
}

/** Whether all of both is the same; their names are. */
function areAlike<Limits extends object>(some: object, others: Limits): some is Limits {
  const values = Object.values(others);
  return Object.values(some).every((value, at) => value === values[at]);
}
