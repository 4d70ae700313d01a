import { fromLatin1, latin1 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMessage, type MessageStructure } from "./message-structure.ts";
import { sectionBytes, sectionRanges, type Section, type SectionText } from "./section.ts";

const parse = (text: string): MessageStructure => parseMessage(fromLatin1(text.replaceAll("\n", "\r\n")));

/** `1.2.HEADER.FIELDS (From To)` as a section. */
function section(text: string): Section {
  const [, part = "", name = "", fields = ""] = /^((?:\d+(?:\.|$))*)([A-Z.]*)(?: \((.*)\))?$/.exec(text) ?? [];
  return {
    part: part.split(".").filter(Boolean).map(Number),
    text: name as SectionText,
    fields: fields.split(" ").filter(Boolean),
  };
}

function bytesOf(message: MessageStructure, text: string): string | undefined {
  const bytes = sectionBytes(message, section(text));
  return bytes && latin1(bytes).replaceAll("\r\n", "\n");
}

// The structure that RFC 3501 section 6.4.5 explains its part specifiers with.
const COMPLEX = parse(`Subject: complex
From: a@b
To: c@d
Content-Type: multipart/mixed; boundary=x

--x

[1]
--x
Content-Type: application/octet-stream

[2]
--x
Content-Type: message/rfc822

Subject: third
Content-Type: multipart/mixed; boundary=x3

--x3

[3.1]
--x3
Content-Type: application/octet-stream

[3.2]
--x3--
--x
Content-Type: multipart/mixed; boundary=x4

--x4
Content-Type: image/gif

[4.1]
--x4
Content-Type: message/rfc822

Subject: fourth
Content-Type: multipart/mixed; boundary=x42

--x42

[4.2.1]
--x42
Content-Type: multipart/alternative; boundary=x422

--x422

[4.2.2.1]
--x422
Content-Type: text/richtext

[4.2.2.2]
--x422--
--x42--
--x4--
--x--
`);

describe("sections of the message that RFC 3501 explains them with", () => {
  test.each(["1", "2", "3.1", "3.2", "4.1", "4.2.1", "4.2.2.1", "4.2.2.2"])("%s", (part) =>
    expect(bytesOf(COMPLEX, part)).toBe(`[${part}]`),
  );

  test.each([
    ["1.MIME", "\n"],
    ["4.1.MIME", "Content-Type: image/gif\n\n"],
    ["4.2.MIME", "Content-Type: message/rfc822\n\n"],
    ["3.HEADER", "Subject: third\nContent-Type: multipart/mixed; boundary=x3\n\n"],
    ["3.TEXT", "--x3\n\n[3.1]\n--x3\nContent-Type: application/octet-stream\n\n[3.2]\n--x3--"],
    ["4.2.HEADER.FIELDS (SUBJECT Date)", "Subject: fourth\n\n"],
    ["HEADER.FIELDS (To subject)", "Subject: complex\nTo: c@d\n\n"],
    ["HEADER.FIELDS.NOT (To Subject)", "From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n"],
    ["HEADER.FIELDS (X-None)", "\n"],
    ["HEADER", "Subject: complex\nFrom: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n"],
  ])("%s", (text, expected) => expect(bytesOf(COMPLEX, text)).toBe(expected));

  test("a message part is its header and its text, a message as well", () => {
    expect(bytesOf(COMPLEX, "3")).toBe(`${bytesOf(COMPLEX, "3.HEADER") ?? ""}${bytesOf(COMPLEX, "3.TEXT") ?? ""}`);
    expect(sectionBytes(COMPLEX, section(""))).toEqual(COMPLEX.raw);
  });

  test.each(["5", "0", "1.1", "2.1", "3.3", "4.1.1", "1.HEADER", "2.TEXT", "4.HEADER.FIELDS (To)", "5.MIME", "3.1.1.1", "MIME"])(
    "there is no %s",
    (text) => expect(bytesOf(COMPLEX, text)).toBeUndefined(),
  );
});

describe("a message that is no multipart", () => {
  const plain = parse("Subject: x\nFrom: a@b\n\nHello\n");

  test.each([
    ["1", "Hello\n"],
    ["1.MIME", "Subject: x\nFrom: a@b\n\n"],
    ["TEXT", "Hello\n"],
    ["1.HEADER", undefined],
    ["1.1", undefined],
    ["2", undefined],
  ])("%s", (text, expected) => expect(bytesOf(plain, text)).toBe(expected));

  test("of type message/rfc822 has a part 1 with parts of its own", () => {
    const forwarded = parse("Content-Type: message/rfc822\n\nSubject: inside\n\nx\n");
    expect(bytesOf(forwarded, "1")).toBe("Subject: inside\n\nx\n");
    expect(bytesOf(forwarded, "1.HEADER")).toBe("Subject: inside\n\n");
    expect(bytesOf(forwarded, "1.1")).toBe("x\n");
    expect(bytesOf(forwarded, "1.1.MIME")).toBe("Subject: inside\n\n");
    expect(bytesOf(forwarded, "1.1.1")).toBeUndefined();
  });

  test("without a blank line has no blank line in its header sections", () => {
    const cut = parse("Subject: x\nFrom: a@b\n");
    expect(bytesOf(cut, "HEADER.FIELDS (Subject)")).toBe("Subject: x\n");
    expect(sectionRanges(cut, section("HEADER.FIELDS (Date)"))).toEqual([]);
    expect(bytesOf(cut, "TEXT")).toBe("");
  });
});

test("whatever the message and the section: ranges lie in the message, in order, and subsets of a header complement one another", () => {
  const piece = fc.constantFrom(
    "--b\r\n",
    "--b--\r\n",
    "\r\n",
    "\n",
    "x",
    "A: 1\r\n",
    "B: 2\n",
    " folded\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "Content-Type: message/rfc822\n",
  );
  const texts: SectionText[] = ["", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"];
  const anySection = fc.record({
    part: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
    text: fc.constantFrom(...texts),
    fields: fc.subarray(["a", "B", "content-type"]),
  });
  const anyMessage = fc.oneof(
    fc.uint8Array(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => fromLatin1(pieces.join(""))),
  );
  fc.assert(
    fc.property(anyMessage, anySection, (raw, wanted) => {
      const message = parseMessage(raw);
      let at = 0;
      for (const { start, end } of sectionRanges(message, wanted) ?? []) {
        expect(start).toBeGreaterThanOrEqual(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBeLessThanOrEqual(raw.length);
      const of = (text: SectionText): number | undefined => sectionBytes(message, { ...wanted, text })?.length;
      const header = of("HEADER");
      if (header === undefined) return;
      const blank = sectionBytes(message, { ...wanted, text: "HEADER.FIELDS", fields: [] })?.length ?? 0;
      expect((of("HEADER.FIELDS") ?? 0) + (of("HEADER.FIELDS.NOT") ?? 0)).toBe(header + blank);
      expect(of("")).toBe(header + (of("TEXT") ?? 0));
    }),
    { numRuns: 1000 },
  );
});
