import { fromLatin1 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReceivedCounter } from "./received-counter.ts";

function counted(...pieces: string[]): number {
  const counter = new ReceivedCounter();
  for (const piece of pieces) {
    const bytes = fromLatin1(piece);
    counter.push(bytes);
    bytes.fill(0x3f); // a piece is only lent
  }
  return counter.fields;
}

describe("ReceivedCounter", () => {
  test.each([
    ["nothing", "", 0],
    ["one field", "Received: by a\r\n\r\n", 1],
    ["fields in any case", "RECEIVED: a\r\nreceived:b\r\nReCeIvEd: c\r\n\r\n", 3],
    ["fields between others", "Received: a\r\nSubject: x\r\nReceived: b\r\n\r\n", 2],
    ["blanks in front of the colon", "Received : a\r\nReceived \t: b\r\n\r\n", 2],
    ["no folded line", "Received: a\r\n Received: b\r\n\tReceived: c\r\nReceived:\r\n d\r\n\r\n", 2],
    ["no line of blanks as the end", "Received: a\r\n \r\nReceived: b\r\n\r\n", 2],
    ["no other names", "X-Received: a\r\nReceived-SPF: b\r\nReceive: c\r\nReceived\r\n: d\r\nRe\r\nceived: e\r\n\r\n", 0],
    ["no values", "Subject: Received: a\r\n\r\n", 0],
    ["no body", "Received: a\r\n\r\nReceived: b\r\n\r\nReceived: c\r\n", 1],
    ["no body without a header", "\r\nReceived: a\r\n", 0],
    ["no body behind a lone LF", "Received: a\n\nReceived: b\n", 1],
    ["behind a lone CR", "\rReceived: a\r\n\r\rReceived: b\r\nReceived: c\r\n\r\n", 1],
    ["a field that is not over", "Received: a\r\nReceived:", 2],
    ["a thousand", `${"Received: from a\r\n\tby b;\r\n\tnow\r\n".repeat(1000)}\r\nReceived: x\r\n`, 1000],
  ])("sees %s", (_what, message, fields) => {
    expect(counted(message)).toBe(fields);
    expect(counted(...Array.from(message))).toBe(fields);
  });

  test("counts what is in the header, however the message is cut", () => {
    const piece = fc.constantFrom(
      "Received",
      "rEcEiVeD:",
      "Received :",
      "Rec",
      "eived",
      ":",
      " ",
      "\t",
      "X-",
      "\r\n",
      "\r\n",
      "\n",
      "\r",
      "y",
    );
    fc.assert(
      fc.property(fc.array(fc.array(piece).map((pieces) => pieces.join(""))), (pieces) => {
        const lines = pieces.join("").split("\n");
        const end = lines.findIndex((line, at) => at < lines.length - 1 && /^\r?$/.test(line));
        const header = end === -1 ? lines : lines.slice(0, end);
        expect(counted(...pieces)).toBe(header.filter((line) => /^received[ \t]*:/i.test(line)).length);
      }),
    );
  });
});
