// Lines that are longer than RFC 5321 section 4.5.3.1.6 allows are reported at both ends, and left to the application.

import { fromLatin1, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_TEXT_LINE_BYTES, reply } from "../src/codec/index.ts";
import type { MessageBody } from "../src/server.ts";
import { MAIL, meet } from "./meeting.ts";
import { serverWithRecipients } from "./server-bench.ts";

const LONGEST_LEGAL = "x".repeat(MAX_TEXT_LINE_BYTES);

/** Longest line of `text`, by taking it apart. */
function longestOf(text: string): number {
  return Math.max(...text.split("\r\n").map(({ length }) => length));
}

describe.each(["DATA", "BDAT"] as const)("by %s", (bodyCommand) => {
  test("what is sent and what is received have the longest line that the message has, however all is cut", async () => {
    const text = fc.array(fc.constantFrom("\r\n", ".", "a", "bcdef"), { maxLength: 40 }).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(text, fc.nat(40), fc.integer({ min: 1, max: 9 }), async (message, cut, chunkBytes) => {
        const received: number[] = [];
        const { client } = await meet({
          chunkSizes: () => chunkBytes,
          server: {
            onMessage: async (_, body) => {
              await body.bytes();
              received.push(body.longestLineBytes);
              return undefined;
            },
          },
        });
        const body = [fromLatin1(message.slice(0, cut)), fromLatin1(message.slice(cut))];
        const { longestLineBytes } = await client.sendMail({ ...MAIL, body, bodyCommand });
        expect([longestLineBytes, ...received]).toEqual([longestOf(message), longestOf(message)]);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["of the longest line that is legal", LONGEST_LEGAL, MAX_TEXT_LINE_BYTES],
    ["of one that is too long", `${LONGEST_LEGAL}!`, MAX_TEXT_LINE_BYTES + 1],
    ["of one that begins with a dot, which stuffing made longer", `.${LONGEST_LEGAL.slice(1)}`, MAX_TEXT_LINE_BYTES],
  ])("a message %s goes through, and tells", async (_, line, bytes) => {
    const bodies: MessageBody[] = [];
    const { client, received } = await meet({ server: { onMessage: (_envelope, body) => void bodies.push(body) } });
    const sent = await client.sendMail({ ...MAIL, body: utf8(`Subject: hi\r\n\r\n${line}\r\n`), bodyCommand });
    expect(sent).toMatchObject({ reply: { code: 250 }, longestLineBytes: bytes });
    expect(bodies.map(({ longestLineBytes }) => longestLineBytes)).toEqual([bytes]);
    expect(received).toEqual([]);
  });

  test("a handler that minds refuses it", async () => {
    const { client } = await meet({
      server: {
        onMessage: async (_, body) => {
          await body.bytes();
          return body.longestLineBytes > MAX_TEXT_LINE_BYTES ? reply(554, "Line too long", "5.6.0") : undefined;
        },
      },
    });
    await expect(client.sendMail({ ...MAIL, body: utf8(`${LONGEST_LEGAL}!`), bodyCommand })).rejects.toMatchObject({
      reply: { code: 554 },
    });
    await client.sendMail({ ...MAIL, body: utf8(LONGEST_LEGAL), bodyCommand });
  });

  test.each([
    ["made CRLF end lines", "abc\rde\nf", "normalize", 3],
    ["kept: LF ends a line, CR does not", "abc\rde\nf", "keep", 6],
  ] as const)("bare line ends that are %s", async (_, text, lineEnds, bytes) => {
    const { client } = await meet({ client: { lineEnds }, server: { lineEnds: "normalize" } });
    const { longestLineBytes } = await client.sendMail({ ...MAIL, body: utf8(text), bodyCommand });
    expect(longestLineBytes).toBe(bytes);
  });
});

test("the lines of a binary message are as they are, whatever is done to those of others", async () => {
  const extensions = ["CHUNKING", "BINARYMIME", "8BITMIME"].map((keyword) => ({ keyword, parameters: [] }));
  const { client } = await meet({ client: { lineEnds: "normalize" }, server: { extensions } });
  const { longestLineBytes } = await client.sendMail({ ...MAIL, body: utf8("abc\rde\nf"), bodyType: "BINARYMIME" });
  expect(longestLineBytes).toBe(6);
});

test("a body that is still coming tells of what its reader has", async () => {
  const soFar: number[] = [];
  const { client } = await meet({
    chunkSizes: () => 4,
    server: {
      onMessage: async (_, body) => {
        soFar.push(body.longestLineBytes);
        for await (const chunk of body) if (chunk.length > 0) soFar.push(body.longestLineBytes);
        return undefined;
      },
    },
  });
  await client.sendMail({ ...MAIL, body: utf8("ab\r\nabcdefg\r\na\r\n") });
  expect(soFar[0]).toBe(0);
  expect(soFar.at(-1)).toBe(7);
  expect(new Set(soFar).size).toBeGreaterThan(2);
  expect(soFar).toEqual([...soFar].sort((a, b) => a - b));
});

test("a message that is too large has its longest line as well, beyond what was given", () => {
  const bench = serverWithRecipients(1, { limits: { maxMessageBytes: 10 } })
    .hear("DATA\r\nabc\r\n")
    .hear(`${"x".repeat(12)}\r\n.\r\n`);
  expect(bench.body).toBe("abc\r\n");
  expect(bench.events.at(-1)).toMatchObject({ type: "end-of-data", sizeBytes: 19, longestLineBytes: 12, refusal: { code: 552 } });
});
