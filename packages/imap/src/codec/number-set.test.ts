import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NumberSet, SequenceSet } from "./index.ts";
import {
  containsNumber,
  countNumbers,
  formatSequenceSet,
  numberSet,
  numberSetsIntersect,
  numbersOf,
  parseMessageSet,
  parseSequenceSet,
  resolveSequenceSet,
  splitSequenceSet,
  uniteNumberSets,
} from "./index.ts";

const LARGEST = 30;
const small = fc.integer({ min: 1, max: LARGEST });
const end = fc.oneof(small, fc.constant("*" as const));
const set: fc.Arbitrary<SequenceSet> = fc.array(fc.record({ first: end, last: end }), { minLength: 1, maxLength: 6 });
const numbers = fc.array(small, { maxLength: 12 });

function parse(text: string): SequenceSet {
  const parsed = parseSequenceSet(text);
  if (parsed === undefined) throw new Error(`no set: ${text}`);
  return parsed;
}

/** The numbers of a set, each once and ascending, found the long way. */
function expanded(said: SequenceSet, largest: number): readonly number[] {
  return [...new Set(numbersOf(said, largest))].sort((a, b) => a - b);
}

describe("a set whose numbers are known", () => {
  test.each([
    ["2,4:7,9,12:*", 15, "2,4:7,9,12:15"],
    ["*:4,5:7", 10, "4:10"],
    ["5,3,4,1", 9, "1,3:5"],
    ["7:3,4:5", 9, "3:7"],
    ["9:*", 4, "4:9"],
    ["1:4294967295", 4, "1:4294967295"],
  ])("%s of %i messages is %s", (text, largest, resolved) => {
    expect(formatSequenceSet(resolveSequenceSet(parse(text), largest))).toBe(resolved);
  });

  test("where there are no messages, * means nothing", () => {
    expect(resolveSequenceSet(parse("1:*,*"), 0)).toEqual([]);
    expect([...numbersOf(parse("1:*,*"), 0)]).toEqual([]);
  });

  test("means the same numbers as it did, as ascending ranges with gaps between", () => {
    fc.assert(
      fc.property(set, (said) => {
        const resolved = resolveSequenceSet(said, LARGEST);
        expect([...numbersOf(resolved, 0)]).toEqual(expanded(said, LARGEST));
        expect(countNumbers(resolved)).toBe(expanded(said, LARGEST).length);
        expect(resolved.every(({ first }, index) => first > (resolved[index - 1]?.last ?? -1) + 1)).toBe(true);
      }),
    );
  });

  test("knows what is in it, however large it is", () => {
    fc.assert(
      fc.property(set, (said) => {
        const resolved = resolveSequenceSet(said, LARGEST);
        const within = Array.from({ length: LARGEST + 2 }, (_, number) => number).filter((number) => containsNumber(resolved, number));
        expect(within).toEqual(expanded(said, LARGEST));
      }),
    );
    expect(countNumbers(resolveSequenceSet(parse("1:4294967295"), 1))).toBe(4_294_967_295);
    expect(numbersOf(parse("1:4294967295"), 1).next().value).toBe(1);
  });

  test("is made of numbers, and united with others", () => {
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 4 }), (lists) => {
        expect(uniteNumberSets(lists.map(numberSet))).toEqual(numberSet(lists.flat()));
        expect(expanded(numberSet(lists.flat()), 0)).toEqual([...new Set(lists.flat())].sort((a, b) => a - b));
      }),
    );
  });

  test("tells whether another has numbers of it", () => {
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const sets: readonly NumberSet[] = [numberSet(one), numberSet(other)];
        expect(numberSetsIntersect(numberSet(one), numberSet(other))).toBe(one.some((number) => other.includes(number)));
        expect(sets.every((each) => numberSetsIntersect(each, each) === each.length > 0)).toBe(true);
      }),
    );
  });
});

describe("a set as it was said", () => {
  test("is gone through in its order", () => {
    expect([...numbersOf(parse("304,319:321,2:1,*"), 7)]).toEqual([304, 319, 320, 321, 1, 2, 7]);
  });

  test("is cut in pieces for lines of a size", () => {
    fc.assert(
      fc.property(set, fc.integer({ min: 5, max: 20 }), (said, maxBytes) => {
        const pieces = splitSequenceSet(said, maxBytes);
        expect(pieces.flat()).toEqual(said);
        expect(pieces.every((piece) => formatSequenceSet(piece).length <= maxBytes)).toBe(true);
        // No two neighbours would have gone into one.
        expect(
          pieces.every(
            (piece, at) =>
              at === 0 || formatSequenceSet([...(pieces[at - 1] ?? []), piece[0] ?? said[0] ?? { first: 1, last: 1 }]).length > maxBytes,
          ),
        ).toBe(true);
      }),
    );
    expect(splitSequenceSet([], 10)).toEqual([]);
    expect(() => splitSequenceSet(parse("1,1000:2000"), 5)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
  });

  test("is what was saved, where it is $", () => {
    expect(parseMessageSet("$")).toBe("$");
    expect(parseMessageSet("1,2:*")).toEqual(parseSequenceSet("1,2:*"));
    expect(parseSequenceSet("$")).toBeUndefined();
    expect(parseMessageSet("1,$")).toBeUndefined();
  });
});
