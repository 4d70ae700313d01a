import fc from "fast-check";
import { expect, test } from "vitest";
import { fitsPattern } from "./list-pattern.ts";

test.each([
  ["*", "a/b", true],
  ["%", "a/b", false],
  ["%", "a", true],
  ["%/%", "a/b", true],
  ["%/%", "a/b/c", false],
  ["a/%", "a/b", true],
  ["a/%", "a", false],
  ["a*c", "a/b/c", true],
  ["a%c", "abc", true],
  ["a%c", "a/c", false],
  ["%*", "a/b", true],
  ["*%", "a/b/c", true],
  ["**%%*", "", true],
  ["", "", true],
  ["", "a", false],
  ["a", "A", false],
  ["inbox", "INBOX", true],
  ["iNb%", "INBOX", true],
  ["inbox", "INBOX/a", false],
  ["a.c", "abc", false],
  ["*a*a*a*a*a*a*a*a*a*a*a*a*b", "a".repeat(200), false],
])("%s and %s", (pattern, name, fits) => {
  expect(fitsPattern(pattern, name, "/")).toBe(fits);
});

test("without a hierarchy, both wildcards are one", () => {
  expect(fitsPattern("%", "a/b", null)).toBe(true);
});

test("a pattern means what the regular expression of the same shape means", () => {
  const pattern = fc.array(fc.constantFrom("a", "b", "/", "*", "%", "."), { maxLength: 8 }).map((all) => all.join(""));
  const name = fc.array(fc.constantFrom("a", "b", "/", "."), { maxLength: 8 }).map((all) => all.join(""));
  fc.assert(
    fc.property(pattern, name, (wanted, given) => {
      const expression = wanted.replaceAll(".", "\\.").replaceAll("*", "[^]*").replaceAll("%", "[^/]*");
      expect(fitsPattern(wanted, given, "/")).toBe(new RegExp(`^${expression}$`).test(given));
    }),
  );
});
