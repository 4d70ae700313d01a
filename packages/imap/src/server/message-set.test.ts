import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SequenceNumber } from "../codec/index.ts";
import { parseSequenceSet } from "../codec/index.ts";
import { resolveSet } from "./message-set.ts";

const UIDS = [3, 5, 8, 13];

function resolve(text: string, numbering: "sequence" | "uid", uids: readonly number[] = UIDS): readonly number[] | undefined {
  const set = parseSequenceSet(text);
  if (set === undefined) throw new Error(`no set: ${text}`);
  return resolveSet(uids, set, numbering);
}

describe("sequence numbers", () => {
  test.each([
    ["1", [3]],
    ["2:3", [5, 8]],
    ["3:2", [5, 8]],
    ["4,1", [3, 13]],
    ["2,1:3,2", [3, 5, 8]],
    ["1:4", UIDS],
    ["1:*", UIDS],
    ["*:1", UIDS],
    ["*", [13]],
    ["3:*", [8, 13]],
    ["9:*", [13]],
    ["*:9", [13]],
    ["1:2,4:*", [3, 5, 13]],
  ])("%s", (text, uids) => {
    expect(resolve(text, "sequence")).toEqual(uids);
  });

  test.each(["5", "4:5", "5:1", "1,4294967295"])("%s has a number that no message has", (text) => {
    expect(resolve(text, "sequence")).toBeUndefined();
  });

  test("in an empty mailbox, * is nobody and 1 is wrong", () => {
    for (const text of ["*", "1:*", "*:7"]) expect(resolve(text, "sequence", [])).toEqual([]);
    expect(resolve("1", "sequence", [])).toBeUndefined();
  });
});

describe("unique identifiers", () => {
  test.each([
    ["5", [5]],
    ["4", []],
    ["4:8", [5, 8]],
    ["8:4", [5, 8]],
    ["1:4294967295", UIDS],
    ["*", [13]],
    ["20:*", [13]],
    ["*:20", [13]],
    ["6:*", [8, 13]],
    ["13,3,5:6,1", [3, 5, 13]],
  ])("%s", (text, uids) => {
    expect(resolve(text, "uid")).toEqual(uids);
  });

  test("in an empty mailbox are nobody's", () => {
    for (const text of ["*", "1:*", "7"]) expect(resolve(text, "uid", [])).toEqual([]);
  });
});

test("any set is what its numbers are one by one", () => {
  const uids = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }).map((all) => all.sort((a, b) => a - b));
  const number = fc.oneof(fc.integer({ min: 1, max: 45 }), fc.constant<SequenceNumber>("*"));
  const set = fc.array(fc.record({ first: number, last: number }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(uids, set, fc.constantFrom("sequence", "uid"), (view, ranges, numbering) => {
      const largest = numbering === "uid" ? (view.at(-1) ?? 0) : view.length;
      const means = (of: number): boolean =>
        ranges.some(({ first, last }) => {
          const ends = [first, last].map((end) => (end === "*" ? largest : end));
          return Math.min(...ends) <= of && of <= Math.max(...ends);
        });
      const expected = view.filter((uid, index) => means(numbering === "uid" ? uid : index + 1));
      const isOutside = ({ first, last }: (typeof ranges)[number]): boolean =>
        first !== "*" && last !== "*" && Math.max(first, last) > largest;
      const wrong = numbering === "sequence" && ranges.some(isOutside);
      expect(resolveSet(view, ranges, numbering)).toEqual(wrong ? undefined : expected);
    }),
  );
});

test("what a search saved is nothing that is here", () => {
  expect(resolveSet(UIDS, "$", "uid")).toBeUndefined();
});
