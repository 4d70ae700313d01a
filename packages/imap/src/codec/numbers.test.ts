import fc from "fast-check";
import { latin1 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { command, response } from "../../test/codec-arbitraries.ts";
import { bytesOf, commands, responses, written } from "../../test/codec-driving.ts";
import { Cursor } from "./cursor.ts";
import { encodeCommand, encodeResponse } from "./index.ts";
import { attempt } from "./malformed.ts";

/** Numbers around every bound, and far beyond. */
const digits = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 10n ** 30n }),
    fc
      .constantFrom(2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n)
      .chain((bound) => fc.bigInt({ min: bound - 3n, max: bound + 3n })),
  )
  .map(String);

/** All numbers in a value. */
function numbersIn(value: unknown): (number | bigint)[] {
  if (typeof value === "number" || typeof value === "bigint") return [value];
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return [];
  return Object.values(value).flatMap(numbersIn);
}

describe("a reader of numbers gives the very number, or none", () => {
  test.each<[string, bigint, (cursor: Cursor) => number | bigint]>([
    ["number", 2n ** 32n - 1n, (cursor) => cursor.number()],
    ["nz-number", 2n ** 32n - 1n, (cursor) => cursor.nzNumber()],
    ["number that may be quoted", 2n ** 32n - 1n, (cursor) => cursor.looseNumber()],
    ["size", 2n ** 53n - 1n, (cursor) => cursor.number(Number.MAX_SAFE_INTEGER)],
    ["count", 2n ** 53n - 1n, (cursor) => cursor.count()],
    ["number of 63 bits", 2n ** 63n - 1n, (cursor) => cursor.number63()],
    ["number of 64 bits", 2n ** 64n - 1n, (cursor) => cursor.number64()],
  ])("%s", (name, most, reader) => {
    fc.assert(
      fc.property(digits, (text) => {
        const bytes = bytesOf(`${text} `);
        const cursor = new Cursor("server", { maxTokenBytes: 100, maxNesting: 1 });
        cursor.reset(bytes, 0, bytes.length, bytes.length, 0);
        const read = attempt(
          () => reader(cursor),
          () => "none",
        );
        const fits = BigInt(text) <= most && (BigInt(text) > 0n || name !== "nz-number");
        expect(String(read)).toBe(fits ? text : "none");
      }),
      { numRuns: 500 },
    );
  });
});

/** What is read where the number at index `which` among those in `text` is another one, that must be it or be none. */
function expectExact(text: string, which: number, other: string, read: (bytes: Uint8Array) => unknown): void {
  const found = [...text.matchAll(/\d+/g)];
  const { index = 0, 0: number = "" } = found[which % Math.max(1, found.length)] ?? {};
  const changed = `${text.slice(0, index)}${other}${text.slice(index + number.length)}`;
  for (const value of numbersIn(read(bytesOf(changed)))) {
    expect(typeof value === "bigint" || Number.isSafeInteger(value)).toBe(true);
    // Small ones may be counted (dates, offsets of deviations); those that the text has are read to the last digit.
    if (value > 100_000) expect(changed).toContain(String(value));
  }
}

describe("no number anywhere is rounded or infinite", () => {
  test("in responses", () => {
    fc.assert(
      fc.property(response, fc.nat(1000), digits, (said, which, other) => {
        expectExact(latin1(written(encodeResponse(said))), which, other, (bytes) => responses([bytes], { maxResponseBytes: 100_000 }));
      }),
      { numRuns: 1000 },
    );
  });

  test("in commands", () => {
    fc.assert(
      fc.property(command, fc.nat(1000), digits, (said, which, other) => {
        expectExact(latin1(written(encodeCommand("a", said, { literals: "LITERAL+" }))), which, other, (bytes) => commands([bytes]));
      }),
      { numRuns: 1000 },
    );
  });
});
