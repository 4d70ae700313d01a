import { fromLatin1, latin1, ProtocolError } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entity } from "./entity.ts";
import { DEFAULT_LIMITS, type MessageLimits } from "./limits.ts";
import { parseMessage } from "./message-structure.ts";

/** Each leaf as `type/subtype "body"`, containers as lists with their media type in front. */
type Outline = string | Outline[];

function outline(text: string, limits?: Partial<MessageLimits>): Outline {
  const raw = fromLatin1(text);
  const shown = (entity: Entity): Outline => {
    const { type, subtype } = entity.content.mediaType;
    if (entity.kind === "multipart") return [`${type}/${subtype}`, ...entity.parts.map(shown)];
    if (entity.kind === "message") return [`${type}/${subtype}`, shown(entity.message)];
    return `${type}/${subtype} ${JSON.stringify(latin1(raw, entity.body.start, entity.body.end))}`;
  };
  return shown(parseMessage(raw, limits).root);
}

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");

const MIXED = 'Content-Type: multipart/mixed; boundary="b"\n\n';

describe("parseMessage", () => {
  test("a message without MIME fields is plain text", () => {
    expect(outline("Subject: x\r\n\r\nHello\r\n")).toBe('text/plain "Hello\\r\\n"');
    expect(outline("")).toBe('text/plain ""');
    expect(outline("\r\nHello")).toBe('text/plain "Hello"');
    expect(outline("Subject: never ends")).toBe('text/plain ""');
  });

  // RFC 2046 section 5.1.1
  test("the example of RFC 2046", () => {
    const message = `From: Nathaniel Borenstein <nsb@bellcore.com>
MIME-Version: 1.0
Content-type: multipart/mixed; boundary="simple boundary"

This is the preamble.

--simple boundary

This is implicitly typed plain US-ASCII text.
It does NOT end with a linebreak.
--simple boundary
Content-type: text/plain; charset=us-ascii

This is explicitly typed plain US-ASCII text.
It DOES end with a linebreak.

--simple boundary--

This is the epilogue.  It is also to be ignored.
`;
    expect(outline(crlf(message))).toEqual([
      "multipart/mixed",
      'text/plain "This is implicitly typed plain US-ASCII text.\\r\\nIt does NOT end with a linebreak."',
      'text/plain "This is explicitly typed plain US-ASCII text.\\r\\nIt DOES end with a linebreak.\\r\\n"',
    ]);
    expect(outline(message)).toEqual([
      "multipart/mixed",
      'text/plain "This is implicitly typed plain US-ASCII text.\\nIt does NOT end with a linebreak."',
      'text/plain "This is explicitly typed plain US-ASCII text.\\nIt DOES end with a linebreak.\\n"',
    ]);
  });

  test("nested multiparts and messages", () => {
    const message = `Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=outer-inner

--outer-inner

plain
--outer-inner
Content-Type: text/html

html
--outer-inner--
--outer
Content-Type: message/rfc822

Subject: inside
Content-Type: multipart/digest; boundary=d

--d

Subject: digested

one
--d--
--outer--
`;
    expect(outline(crlf(message))).toEqual([
      "multipart/mixed",
      ["multipart/alternative", 'text/plain "plain"', 'text/html "html"'],
      ["message/rfc822", ["multipart/digest", ["message/rfc822", 'text/plain "one"']]],
    ]);
  });

  test("an outer delimiter ends what was not closed; an unclosed end is the end of the message", () => {
    const message = `${MIXED}--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--b\n\ny\n`;
    expect(outline(message)).toEqual(["multipart/mixed", ["multipart/mixed", 'text/plain "x"'], 'text/plain "y\\n"']);
  });

  test("after its closing delimiter a multipart has no more parts", () => {
    expect(outline(`${MIXED}--b\n\nx\n--b--\n--b\n\ny\n`)).toEqual(["multipart/mixed", 'text/plain "x"']);
  });

  test("a delimiter ends a header too, and parts may be empty", () => {
    expect(outline(`${MIXED}--b\nContent-Type: image/png\n--b\n--b\n\n--b\n\n\n--b--`)).toEqual([
      "multipart/mixed",
      'image/png ""',
      'text/plain ""',
      'text/plain ""',
      'text/plain ""',
    ]);
    expect(outline(`${MIXED}--b\nContent-Type: message/rfc822\n--b--`)).toEqual(["multipart/mixed", ["message/rfc822", 'text/plain ""']]);
    expect(outline("Content-Type: message/rfc822\r\n")).toEqual(["message/rfc822", 'text/plain ""']);
  });

  test("padding and more may follow a boundary; lines that only look like one do not count", () => {
    expect(outline(`${MIXED}--b \t\r\n\r\nx\r\n -- b\r\n--\r\n--a\r\n-b\r\n--b-- \r\n`)).toEqual([
      "multipart/mixed",
      'text/plain "x\\r\\n -- b\\r\\n--\\r\\n--a\\r\\n-b"',
    ]);
  });

  test("a multipart without parts has one, empty", () => {
    expect(outline(`${MIXED}no delimiter\n`)).toEqual(["multipart/mixed", 'text/plain ""']);
  });

  test("a multipart without a boundary and a broken media type are plain text", () => {
    expect(outline("Content-Type: multipart/mixed\n\n--\nx")).toBe('text/plain "--\\nx"');
    expect(outline('Content-Type: multipart/mixed; boundary=""\n\n--\nx')).toBe('text/plain "--\\nx"');
    expect(outline("Content-Type: nonsense\n\nx")).toBe('text/plain "x"');
  });

  test("other messages than rfc822 are attachments", () => {
    expect(outline("Content-Type: message/delivery-status\n\nx: y\n\n")).toBe('message/delivery-status "x: y\\n\\n"');
  });

  test("lines count line ends, that of the delimiter not among them", () => {
    const { root } = parseMessage(fromLatin1(`${MIXED}--b\n\none\ntwo\n--b\n\none\ntwo\n\n--b--\n`));
    expect(root.kind === "multipart" && root.parts.map((part) => part.lines)).toEqual([1, 2]);
    expect(root.lines).toBe(10);
  });
});

describe("limits", () => {
  const nested = (depth: number): string =>
    Array.from({ length: depth }, (_, level) => `Content-Type: multipart/mixed; boundary=b${level}x\n\n--b${level}x\n`).join("") + "\nx\n";

  test("multiparts and messages that are too deep are attachments", () => {
    expect(outline(nested(2), { maxDepth: 3 })).toEqual(["multipart/mixed", ["multipart/mixed", 'text/plain "x\\n"']]);
    expect(outline(nested(2), { maxDepth: 2 })).toEqual(["multipart/mixed", 'application/octet-stream "--b1x\\n\\nx\\n"']);
    expect(outline(nested(100_000))).toBeInstanceOf(Array);
  });

  test("parts that are too many stay in the last one", () => {
    const parts = `${MIXED}--b\n\n1\n--b\n\n2\n--b\n\n3\n--b--\n`;
    expect(outline(parts, { maxParts: 3 })).toEqual(["multipart/mixed", 'text/plain "1"', 'text/plain "2\\n--b\\n\\n3"']);
    expect(outline("Content-Type: message/rfc822\n\nA: b\n\n", { maxParts: 1 })).toBe('application/octet-stream "A: b\\n\\n"');
  });

  test("limits are checked", () => {
    expect(() => parseMessage(new Uint8Array(), { maxDepth: 0 })).toThrow(ProtocolError);
  });

  test("time grows with the length of the message, whatever it is made of", () => {
    const lines = [
      "--b\n",
      "--b--\n",
      "a:\n",
      "\n",
      "Content-Type: multipart/mixed; boundary=b\n",
      `Content-Type: multipart/mixed; boundary=${"b".repeat(60)}\n`,
    ];
    const large = lines.map((line) => MIXED + line.repeat(200_000));
    large.push(
      nested(50_000),
      `To: ${"(".repeat(1_000_000)}\n\n`,
      `Content-Type: ${'a/b; x="'.repeat(100_000)}\n\n`,
      `A: ${" ".repeat(1_000_000)}x\n\n`,
    );
    const started = performance.now();
    for (const text of large) parseMessage(fromLatin1(text));
    // Some 15 MB: linear work takes a second or so even on a busy machine, quadratic work minutes.
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe("any bytes", () => {
  const piece = fc.constantFrom(
    "--b",
    "--b\r\n",
    "--b--\r\n",
    "--bb\n",
    "--bb--",
    "\r\n",
    "\n",
    "\r",
    " ",
    "x",
    "\0",
    "\xff",
    "Subject: x\r\n",
    "To: a@b, (\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "Content-Type: multipart/digest; boundary=bb\r\n",
    "Content-Type: message/rfc822\n",
    "Content-Type: text/html; charset=x\r\n",
    "\r\n\r\n",
    "MIME-Version: 1.0\r\n",
  );
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.array(piece, { maxLength: 60 }).map((pieces) => fromLatin1(pieces.join(""))),
  );

  const expectSame = (found: number[], expected: number[]): void => expect(found).toEqual(expected);

  test("give entities that lie in the message and in one another, in order", () => {
    const expectInside = (entity: Entity, start: number, end: number): void => {
      expect(entity.header.start).toBeGreaterThanOrEqual(start);
      expect(entity.header.end).toBe(entity.body.start);
      expect(entity.body.start).toBeLessThanOrEqual(entity.body.end);
      expect(entity.body.end).toBeLessThanOrEqual(end);
      if (entity.kind === "message") {
        expectSame([entity.message.header.start, entity.message.body.end], [entity.body.start, entity.body.end]);
        expectInside(entity.message, entity.body.start, entity.body.end);
      }
      if (entity.kind !== "multipart") return;
      let at = entity.body.start;
      for (const part of entity.parts) {
        expectInside(part, at, entity.body.end);
        at = part.body.end;
      }
    };
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (raw, maxDepth, maxParts) => {
        expectInside(parseMessage(raw).root, 0, raw.length);
        expectInside(parseMessage(raw, { maxDepth, maxParts }).root, 0, raw.length);
      }),
      { numRuns: 1000 },
    );
  });

  test("give the count of line ends of every body", () => {
    fc.assert(
      fc.property(bytes, (raw) => {
        const expectLines = (entity: Entity): void => {
          expect(entity.lines).toBe(raw.subarray(entity.body.start, entity.body.end).filter((byte) => byte === 10).length);
          if (entity.kind === "message") expectLines(entity.message);
          if (entity.kind === "multipart") entity.parts.forEach(expectLines);
        };
        expectLines(parseMessage(raw).root);
      }),
      { numRuns: 500 },
    );
  });

  test("never nest deeper or hold more than the limits", () => {
    const depthOf = (entity: Entity): number =>
      1 + Math.max(0, ...(entity.kind === "multipart" ? entity.parts : entity.kind === "message" ? [entity.message] : []).map(depthOf));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 5 }), (raw, maxDepth) => {
        expect(depthOf(parseMessage(raw, { maxDepth }).root)).toBeLessThanOrEqual(maxDepth + 1);
      }),
    );
    expect(DEFAULT_LIMITS.maxDepth).toBe(100);
  });
});
