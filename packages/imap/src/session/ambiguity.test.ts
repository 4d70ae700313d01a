import { describe, expect, test } from "vitest";
import { commandIn } from "../../test/codec-driving.ts";
import { areConfusable, saysNumbers } from "./ambiguity.ts";

describe("answers to two commands could be taken for each other", () => {
  test.each([
    ["FETCH 1:5 FLAGS", "FETCH 9,5 FLAGS"],
    ["FETCH 1 FLAGS", "UID FETCH 9 FLAGS"],
    ["FETCH 1 FLAGS", "STORE *:9 FLAGS ()"],
    ["FETCH 1 FLAGS", "FETCH $ FLAGS"],
    ["SEARCH ALL", "UID SEARCH ALL"],
    ["STATUS a (MESSAGES)", "STATUS a (UNSEEN)"],
  ])("%s and %s", (one, other) => {
    expect(areConfusable(commandIn(one), commandIn(other))).toBe(true);
    expect(areConfusable(commandIn(other), commandIn(one))).toBe(true);
  });

  test.each([
    ["FETCH 1:5 FLAGS", "FETCH 9,6,7 FLAGS"],
    ["SEARCH ALL", "SORT (DATE) UTF-8 ALL"],
    ["SEARCH RETURN (COUNT) ALL", "SEARCH ALL"],
    ["SEARCH RETURN (COUNT) ALL", "UID SEARCH RETURN (COUNT) SEEN"],
    ["SORT RETURN () (DATE) UTF-8 ALL", "SORT (DATE) UTF-8 ALL"],
    ["ESEARCH ALL", "ESEARCH SEEN"],
    ["UIDBATCHES 500", "UIDBATCHES 500"],
    ["STATUS a (MESSAGES)", "STATUS b (MESSAGES)"],
  ])("but not %s and %s", (one, other) => {
    expect(areConfusable(commandIn(one), commandIn(other))).toBe(false);
    expect(areConfusable(commandIn(other), commandIn(one))).toBe(false);
  });

  test("which takes no time by the product of their ranges", () => {
    const ranges = (from: number): string => Array.from({ length: 5000 }, (_, index) => from + index * 4).join();
    expect(areConfusable(commandIn(`FETCH ${ranges(1)} FLAGS`), commandIn(`FETCH ${ranges(3)} FLAGS`))).toBe(false);
  });
});

describe("numbers that an expunge would shift are said", () => {
  test.each(["FETCH 1 FLAGS", "COPY 1:* x", "SEARCH NOT 1", "UID SEARCH OR (SEEN FUZZY 1) ALL", "ESEARCH 1:5", "THREAD X UTF-8 1"])(
    "by %s",
    (text) => {
      expect(saysNumbers(commandIn(text))).toBe(true);
    },
  );

  test.each(["UID FETCH 1 FLAGS", "FETCH $ FLAGS", "SEARCH $ UID 1", "SORT (DATE) UTF-8 ALL", "ESEARCH UID 1", "NOOP"])(
    "not by %s",
    (text) => {
      expect(saysNumbers(commandIn(text))).toBe(false);
    },
  );
});
