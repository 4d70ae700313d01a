import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BadCorpus, type Example, readExamples } from "./examples/corpus.ts";
import { faultsOf, outcomeOf } from "./examples/judge.ts";
import { playExample } from "./examples/play.ts";

const folder = new URL("examples/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
const examplesOf = (file: string): readonly Example[] => readExamples(readFileSync(new URL(file, folder), "utf8"));

/** Why examples fail, a line for each message that is read otherwise than they say, or not written as it was read. */
function faultsIn(examples: readonly Example[]): readonly string[] {
  return examples.flatMap((example) =>
    playExample(example).flatMap((message) => {
      const outcome = outcomeOf(message);
      const { outcome: expected, at } = message.first;
      const faults = [...(outcome === expected ? [] : [`is "${outcome}", not "${expected}"`]), ...faultsOf(message)];
      return faults.map((fault) => `${example.title}, line ${at}: ${fault}`);
    }),
  );
}

describe("every example is read as it says, and written again", () => {
  test.each(files)("%s", (file) => {
    expect(faultsIn(examplesOf(file))).toEqual([]);
  });
});

/** What the examples say that has no type: it only survives as it came. */
const NAMELESS = [
  // Of RFC 2060, withdrawn; of nobody; a misprint.
  "NEWNAME",
  "XPIG-LATIN",
  "FETCH",
];

test("what has no type is all of this list", () => {
  const outcomes = files.flatMap(examplesOf).flatMap(({ lines }) => lines.map(({ outcome }) => outcome));
  const names = outcomes.flatMap((outcome) => /^unknown ((?:UID )?\S+)/.exec(outcome)?.[1] ?? []);
  expect([...new Set(names)].sort()).toEqual([...NAMELESS].sort());
});

describe("an example", () => {
  const played = (...lines: readonly string[]): readonly string[] => faultsIn(readExamples(["# RFC 0: a", "## 1 b", ...lines].join("\n")));

  test("that is read otherwise is told with its line", () => {
    expect(played("C: a NOOP", "! unknown NOOP: no", "C: b NOOP", "S: * OK")).toEqual([
      'RFC 0, 1 b, line 5: is "", not "unknown NOOP"',
      'RFC 0, 1 b, line 6: is "deviates missing-text", not ""',
    ]);
  });

  test("has literals and exchanges, which end with it", () => {
    expect(played("C: a AUTHENTICATE PLAIN", "S: +␠", "C: a NOOP", "S: a OK b", "C: b LOGIN {1}", "S: + c", "C: x {1+}", "C: y")).toEqual(
      [],
    );
    expect(played("C: a LOGIN {1}", "", "C: a NOOP")).toEqual(['RFC 0, 1 b, line 3: is "unfinished", not ""']);
  });

  test("is nothing but lines of the format", () => {
    expect(() => readExamples("C: a NOOP\nX: b")).toThrow(BadCorpus);
  });
});
