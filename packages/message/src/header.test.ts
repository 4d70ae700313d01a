import { fromLatin1, latin1 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { fieldText, headerFields } from "./header.ts";

function fieldsOf(text: string): [name: string, value: string, all: string][] {
  const raw = fromLatin1(text);
  return [...headerFields(raw, { start: 0, end: raw.length })].map((field) => [
    field.name,
    fieldText(raw, field, 1000),
    latin1(raw, field.range.start, field.range.end),
  ]);
}

describe("headerFields", () => {
  test("gives names, unfolded values and ranges, and stops at the blank line", () => {
    expect(fieldsOf("Subject: a\r\n folded\r\n\tvalue \r\nTo:b\r\n\r\nBody: no field\r\n")).toEqual([
      ["Subject", "a folded\tvalue", "Subject: a\r\n folded\r\n\tvalue \r\n"],
      ["To", "b", "To:b\r\n"],
    ]);
  });

  test("takes LF for a line end, and a header that just ends", () => {
    expect(fieldsOf("A: 1\nB : 2\n\nC: 3")).toEqual([
      ["A", "1", "A: 1\n"],
      ["B", "2", "B : 2\n"],
    ]);
    expect(fieldsOf("A: 1\r\nB:")).toEqual([
      ["A", "1", "A: 1\r\n"],
      ["B", "", "B:"],
    ]);
    expect(fieldsOf("\r")).toEqual([["", "", "\r"]]);
  });

  test("a line that is no field has no name and ends nothing", () => {
    expect(
      fieldsOf("From a@b Mon Jan 1 00:00:00 2026\r\nno colon\r\n: nameless\r\n folded first\r\nA: 1\r\n").map(([name]) => name),
    ).toEqual(["", "", "", "A"]);
  });

  test("text is free of CR, LF and NUL and bounded", () => {
    expect(fieldsOf("A: x\0y\rz\r\n\r\n")[0]?.[1]).toBe("xyz");
    const raw = fromLatin1(`A: ${"x".repeat(50)}\r\n`);
    const [field] = headerFields(raw, { start: 0, end: raw.length });
    expect(field && fieldText(raw, field, 10)).toBe("xxxxxxxxxx");
  });
});
