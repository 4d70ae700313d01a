import { expect, test } from "vitest";
import { withLimits } from "./limits.ts";

const DEFAULTS = { maxLineBytes: 1000, maxRecipients: 100 };

test("what is not given stays at its default", () => {
  expect(withLimits(DEFAULTS, undefined)).toEqual(DEFAULTS);
  expect(withLimits(DEFAULTS, {})).toEqual(DEFAULTS);
  expect(withLimits(DEFAULTS, { maxRecipients: 5 })).toEqual({ maxLineBytes: 1000, maxRecipients: 5 });
  expect(DEFAULTS.maxRecipients).toBe(100);
});

test("limits that are alike are the same object, and others are not", () => {
  const given = { maxRecipients: 7 };
  const limits = withLimits(DEFAULTS, given);
  expect(withLimits(DEFAULTS, { maxRecipients: 7 })).toBe(limits);
  given.maxRecipients = 8;
  expect(withLimits(DEFAULTS, given).maxRecipients).toBe(8);
  expect(limits.maxRecipients).toBe(7);
});

test("no limit must be written out", () => {
  expect(withLimits(DEFAULTS, { maxRecipients: Infinity }).maxRecipients).toBe(Infinity);
});

test.each([0, -1, Number.NaN, "5", null])("%s is no limit", (value) => {
  const overrides = { maxRecipients: value } as { maxRecipients: number };
  expect(() => withLimits(DEFAULTS, overrides)).toThrow(expect.objectContaining({ side: "local", code: "bad-limit" }));
});

test.each(["maxRecipient", "toString"])("%s is not the name of a limit", (name) => {
  const overrides: Record<string, number> = { [name]: 5 };
  expect(() => withLimits(DEFAULTS, overrides)).toThrow(expect.objectContaining({ side: "local", code: "bad-limit" }));
});
