import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BadCorpus, type Example, readExamples } from "./examples/corpus.ts";
import { faultsOf, outcomeOf } from "./examples/judge.ts";
import { playExample } from "./examples/play.ts";

const folder = new URL("examples/", import.meta.url);
const fileOf = (rfc: string): string => `${rfc.replace("RFC ", "rfc")}.txt`;
const examplesOf = (rfc: string): readonly Example[] => readExamples(readFileSync(new URL(fileOf(rfc), folder), "utf8"));

const RFCS = [
  "RFC 2177",
  "RFC 2180",
  "RFC 2193",
  "RFC 2221",
  "RFC 2342",
  "RFC 2683",
  "RFC 2971",
  "RFC 3348",
  "RFC 3501",
  "RFC 3502",
  "RFC 3691",
  "RFC 4314",
  "RFC 4315",
  "RFC 4466",
  "RFC 4469",
  "RFC 4731",
  "RFC 4959",
  "RFC 4978",
  "RFC 5032",
  "RFC 5161",
  "RFC 5182",
  "RFC 5255",
  "RFC 5256",
  "RFC 5258",
  "RFC 5259",
  "RFC 5267",
  "RFC 5464",
  "RFC 5465",
  "RFC 5466",
  "RFC 5530",
  "RFC 5819",
  "RFC 6154",
  "RFC 6203",
  "RFC 6851",
  "RFC 7162",
  "RFC 7377",
  "RFC 7628",
  "RFC 7888",
  "RFC 7889",
  "RFC 8438",
  "RFC 8440",
  "RFC 8457",
  "RFC 8474",
  "RFC 8508",
  "RFC 8514",
  "RFC 8970",
  "RFC 9051",
  "RFC 9208",
  "RFC 9394",
] as const;

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
  test.each(RFCS)("%s", (rfc) => {
    expect(faultsIn(examplesOf(rfc))).toEqual([]);
  });

  test("all RFCs that have examples here", () => {
    const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
    expect(names.sort()).toEqual(RFCS.map(fileOf));
  });
});

/** What the examples say that has no type: it only survives as it came. */
const NAMELESS = [
  // RFC 4466: parameters of SELECT, of RFC 5257 and of nobody
  "ANNOTATE",
  "BLURDYBLOOP",
  // RFC 9051: items of LIST, of nobody
  "tablecloth",
  // Of RFC 2060, withdrawn; of nobody; misprints.
  "NEWNAME",
  "XPIG-LATIN",
  "EXISTS",
  "FETCH",
  "UID ESEARCH",
];

test("what has no type is all of this list", () => {
  const outcomes = RFCS.flatMap(examplesOf).flatMap(({ lines }) => lines.map(({ outcome }) => outcome));
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
