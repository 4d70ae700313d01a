import { readFileSync } from "node:fs";
import { fromLatin1, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { ResponseDecoder } from "../src/codec/index.ts";
import { BadQuirk, readQuirks } from "./quirks/entry.ts";
import { playQuirk } from "./quirks/play.ts";

const corpus = readQuirks(readFileSync(new URL("quirks.jsonl", import.meta.url), "utf8"));

/** What comes of the one entry in `fields`. */
function played(
  fields: object,
  make?: () => ResponseDecoder,
): { yielded: readonly string[]; faults: readonly string[]; unseen: readonly string[] } {
  const [entry] = readQuirks(JSON.stringify(fields));
  if (entry === undefined) throw new Error("no entry");
  return playQuirk(entry, make);
}

describe("the corpus", () => {
  test.each(corpus.map((entry) => [entry.title, entry] as const))("%s", (_, entry) => {
    expect(playQuirk(entry).faults).toEqual([]);
  });
});

describe("an entry", () => {
  test.each([
    [{ raw: "* OK é" }, utf8("* OK é\r\n")],
    [{ raw: "* OK é\r\n", enc: "latin1" }, fromLatin1("* OK é\r\n")],
    [{ raw: "KiBPSyBhDQo=", enc: "base64" }, utf8("* OK a\r\n")],
    [{ base64: "KiBPSyBhDQo=" }, utf8("* OK a\r\n")],
    [{ hex: "2a204f4b0a" }, utf8("* OK\n")],
    [{ raw: "2a 20 4f 4b 0a", enc: "hex" }, utf8("* OK\n")],
    [{ bytes: [42, 10] }, utf8("*\n")],
    [{ lines: ["* 1 EXISTS", "* 2 EXISTS\n"] }, utf8("* 1 EXISTS\r\n* 2 EXISTS\n")],
  ])("%j has its bytes", (fields, bytes) => {
    expect(readQuirks(`\n${JSON.stringify(fields)}\n`)).toMatchObject([{ line: 2, bytes, title: "line 2" }]);
  });

  test.each(["no JSON", "[]", "{}", '{"raw":7}', "null"])("is not %j", (line) => {
    expect(() => readQuirks(line)).toThrow(BadQuirk);
  });
});

describe("playing fails", () => {
  test("what throws, and so loses what follows", () => {
    const small = (): ResponseDecoder => new ResponseDecoder({ maxResponseBytes: 10 });
    expect(played({ raw: "* OK this is too much" }, small).faults).toEqual([
      "the response behind it is lost",
      expect.stringContaining("throws ProtocolError") as unknown,
    ]);
  });

  test("what swallows the response behind it", () => {
    expect(played({ raw: "* 1 FETCH (BODY[] {40}\r\nshort)" }).faults).toEqual(["the response behind it is lost"]);
  });

  test("what depends on the cut", () => {
    const forgetful = (): { push(chunk: Uint8Array): void; next: ResponseDecoder["next"] } => {
      const decoder = new ResponseDecoder();
      return { push: (chunk) => decoder.push(chunk.length === 7 ? chunk.subarray(1) : chunk), next: () => decoder.next() };
    };
    const [entry] = readQuirks('{"raw":"* OK a"}');
    expect(entry === undefined ? [] : playQuirk(entry, forgetful).faults).toEqual(["cut at byte 7 it yields something else"]);
  });

  test("other members, other numbers of events, other deviations than expected", () => {
    const raw = "* SEARCH 1 2 ";
    expect(played({ raw, expect: { type: "SEARCH", numbers: [1, 2] } }).faults).toEqual([]);
    expect(played({ raw, expect: { type: "SEARCH", numbers: [1, 3] } }).faults).toEqual(["numbers.1 is 2, not 3"]);
    expect(played({ raw, expect: { numbers: [1] } }).faults).toEqual(["numbers has 2 elements"]);
    expect(played({ raw, expect: { numbers: { a: { b: 1 } } } }).faults).toEqual(["numbers.a is missing"]);
    expect(played({ raw, expect: [{ type: "SEARCH" }, { type: "SORT" }] }).faults).toEqual(["[1] is missing", "1 events for 2"]);
    expect(played({ raw, deviations: ["bare-lf"] }).faults).toEqual([expect.stringMatching(/^tolerated .*, not bare-lf$/) as unknown]);
  });
});

test("what words speak of is looked for", () => {
  expect(played({ raw: "* 12 EXISTS", expect: 'the count 12, 3 of "them", <x@y>' }).unseen).toEqual(["them", "<x@y>"]);
});
