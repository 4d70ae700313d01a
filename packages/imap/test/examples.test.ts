import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BadCorpus, readExamples } from "./examples/corpus.ts";
import { faultsOf, outcomeOf } from "./examples/judge.ts";
import { playExample } from "./examples/play.ts";

const folder = new URL("examples/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
const examplesOf = (file: string): ReturnType<typeof readExamples> => readExamples(readFileSync(new URL(file, folder), "utf8"));

describe("every example is read as it says, and what it says is written again", () => {
  test.each(files)("%s", (file) => {
    const faults = examplesOf(file)
      .flatMap(playExample)
      .flatMap((message) => {
        const outcome = outcomeOf(message);
        const expected = message.first.outcome;
        const faults = [...(outcome === expected ? [] : [`it is "${outcome}", not "${expected}"`]), ...faultsOf(message)];
        return faults.map((fault) => `${file}:${message.first.at}: ${fault}`);
      });
    expect(faults).toEqual([]);
  });
});
