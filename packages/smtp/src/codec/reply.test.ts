import { concat, fromLatin1, latin1, ProtocolError, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type EnhancedCode,
  encodeReply,
  isPositive,
  type ReceivedReply,
  type Reply,
  reply,
  ReplyDecoder,
  type ReplyLimits,
} from "./index.ts";

/** Replies, and the code of the error that ended them. */
function decodeAll(chunks: readonly Uint8Array[], limits?: ReplyLimits): { replies: ReceivedReply[]; error: string | undefined } {
  const decoder = new ReplyDecoder(limits);
  const replies: ReceivedReply[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let next = decoder.next(); next !== undefined; next = decoder.next()) replies.push(next);
      if (limits !== undefined) expect(decoder.heldBytes).toBeLessThanOrEqual(limits.maxReplyLineBytes * (limits.maxReplyLines + 1) + 1);
    }
    return { replies, error: undefined };
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.side !== "remote") throw error;
    return { replies, error: `${error.code} at ${error.offset}` };
  }
}

const decode = (text: string): ReceivedReply | undefined => decodeAll([fromLatin1(text)]).replies[0];

describe("a reply is read", () => {
  test.each<[string, Reply]>([
    ["250 Ok\r\n", { code: 250, enhancedCode: undefined, lines: ["Ok"] }],
    ["250\r\n", { code: 250, enhancedCode: undefined, lines: [""] }],
    ["250 \r\n", { code: 250, enhancedCode: undefined, lines: [""] }],
    ["250 Ok\n", { code: 250, enhancedCode: undefined, lines: ["Ok"] }],
    ["250 2.1.0 Ok\r\n", { code: 250, enhancedCode: "2.1.0", lines: ["Ok"] }],
    ["250 2.1.0\r\n", { code: 250, enhancedCode: "2.1.0", lines: [""] }],
    ["550 2.1.0 no class of ours\r\n", { code: 550, enhancedCode: undefined, lines: ["2.1.0 no class of ours"] }],
    ["250 2.1.0x\r\n", { code: 250, enhancedCode: undefined, lines: ["2.1.0x"] }],
    [
      "550-5.7.1 one\r\n550-5.7.1\r\n550-5.7.10 other\r\n550 two\r\n",
      { code: 550, enhancedCode: "5.7.1", lines: ["one", "", "5.7.10 other", "two"] },
    ],
    ["250-\r\n250-a\r\n250\r\n", { code: 250, enhancedCode: undefined, lines: ["", "a", ""] }],
    ["220 gr\xc3\xbcn\r\n", { code: 220, enhancedCode: undefined, lines: ["grün"] }],
    ["220 gr\xfcn\r\n", { code: 220, enhancedCode: undefined, lines: ["grün"] }],
    ["280 who knows\r\n", { code: 280, enhancedCode: undefined, lines: ["who knows"] }],
  ])("%j", (text, expected) => {
    const received = decode(text);
    expect(received?.toJSON()).toEqual(expected);
    expect(latin1(received?.raw ?? new Uint8Array())).toBe(text);
  });

  test.each([
    ["hello\r\n", "bad-reply at 0"],
    ["25\r\n", "bad-reply at 0"],
    ["\r\n", "bad-reply at 0"],
    ["150 x\r\n", "bad-reply at 0"],
    ["650 x\r\n", "bad-reply at 0"],
    ["2x0 x\r\n", "bad-reply at 0"],
    ["250Ok\r\n", "bad-reply at 0"],
    ["250 a\r\n+OK\r\n", "bad-reply at 7"],
    ["250-a\r\n550 b\r\n", "reply-code-changed at 7"],
    ["250-a\r\n250-b\r\n250-c\r\n250-d\r\n", "reply-too-long at 21"],
    [`250 ${"x".repeat(30)}\r\n`, "line-too-long at 0"],
  ])("%j is none", (text, error) => {
    const limits = { maxReplyLineBytes: 30, maxReplyLines: 3 };
    expect(decodeAll([fromLatin1(text)], limits).error).toBe(error);
    expect(
      decodeAll(
        [...fromLatin1(text)].map((byte) => Uint8Array.of(byte)),
        limits,
      ).error,
    ).toBe(error);
  });

  test("what is unfinished waits, and is forgotten when told", () => {
    const decoder = new ReplyDecoder();
    decoder.push(utf8("250-a\r\n25"));
    expect(decoder.next()).toBeUndefined();
    expect(decoder.pending).toBe(9);
    decoder.clear();
    expect(decoder.pending).toBe(0);
    decoder.push(utf8("221 bye\r\n"));
    expect(decoder.next()?.code).toBe(221);
  });

  test("any bytes, cut anywhere, give the same", () => {
    const line = fc.oneof(
      fc.stringMatching(/^[2-5][0-9]{2}([ -][ -~]{0,12})?\r?\n$/),
      fc.constantFrom("250-a\r\n", "250 a\r\n", "250\n"),
      fc.string({ unit: "binary", maxLength: 9 }),
    );
    const input = fc.array(line, { maxLength: 8 }).map((lines) => concat([...lines.map((one) => fromLatin1(one)), new Uint8Array()]));
    fc.assert(
      fc.property(input, fc.array(fc.nat({ max: 9 })), (bytes, sizes) => {
        const limits = { maxReplyLineBytes: 20, maxReplyLines: 4 };
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(bytes.subarray(at, at + size));
          at += size;
        }
        const whole = decodeAll([bytes], limits);
        const parts = decodeAll([...pieces, bytes.subarray(at)], limits);
        expect(JSON.stringify(parts)).toBe(JSON.stringify(whole));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a reply is written", () => {
  test("and read as it was", () => {
    const text = fc.stringMatching(/^[a-z]([ -~]{0,20}[!-~])?$/);
    const first = fc.constantFrom<[number, EnhancedCode | undefined]>(
      [250, "2.0.0"],
      [354, undefined],
      [450, "4.7.1"],
      [550, "5.1.1"],
      [250, undefined],
    );
    fc.assert(
      fc.property(first, fc.array(text, { minLength: 1, maxLength: 4 }), ([code, enhancedCode], lines) => {
        const value = reply(code, lines, enhancedCode);
        expect(decodeAll([encodeReply(value)]).replies[0]?.toJSON()).toEqual(value);
      }),
    );
  });

  test("line by line, with the codes on each", () => {
    expect(latin1(encodeReply(reply(550, ["a", ""], "5.1.1")))).toBe("550-5.1.1 a\r\n550 5.1.1 \r\n");
    expect(isPositive(reply(250, "x"))).toBe(true);
    expect(isPositive(reply(354, "x"))).toBe(false);
    expect(isPositive(reply(421, "x"))).toBe(false);
  });

  test.each<[number, string | string[], EnhancedCode | undefined, string]>([
    [199, "x", undefined, "bad-reply"],
    [600, "x", undefined, "bad-reply"],
    [250.5, "x", undefined, "bad-reply"],
    [250, [], undefined, "bad-reply"],
    [250, "x", "5.0.0", "bad-reply"],
    [250, "x", "2.0.0000", "bad-reply"],
    [354, "x", "2.0.0", "bad-reply"],
    [250, "x\r\n250 y", undefined, "line-break"],
    [250, ["x", "\0"], undefined, "line-break"],
  ])("never as %d %j %j", (code, text, enhancedCode, error) => {
    expect(() => reply(code, text, enhancedCode)).toThrow(expect.objectContaining({ side: "local", code: error }));
    expect(() => encodeReply({ code, lines: typeof text === "string" ? [text] : text, enhancedCode })).toThrow(
      expect.objectContaining({ code: error }),
    );
  });
});
