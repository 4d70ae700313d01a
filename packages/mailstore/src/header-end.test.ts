import { fromLatin1, latin1 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { endHeader } from "./header-end.ts";

async function ended(...chunks: string[]): Promise<string> {
  const lent = async function* (): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      const bytes = fromLatin1(chunk);
      yield bytes;
      bytes.fill(0x3f);
    }
  };
  let text = "";
  for await (const chunk of endHeader(lent())) text += latin1(chunk);
  return text;
}

describe("endHeader", () => {
  test.each([
    ["Subject: hello\r\nGreetings\r\n", "Subject: hello\r\n\r\nGreetings\r\n"],
    ["Greetings\r\nTo: all\r\n", "\r\nGreetings\r\nTo: all\r\n"],
    ["A: 1\r\n folded\r\n\tagain\r\nB : 2\r\n\r\nGreetings\r\n", "A: 1\r\n folded\r\n\tagain\r\nB : 2\r\n\r\nGreetings\r\n"],
    ["From eve Sat Nov 21 15:00:00 2026\r\nA: 1\r\n\r\nx\r\n", "From eve Sat Nov 21 15:00:00 2026\r\nA: 1\r\n\r\nx\r\n"],
    ["A: 1\n\nGreetings\n", "A: 1\n\nGreetings\n"],
    ["A: 1\r\n", "A: 1\r\n"],
    ["A: 1\r\nunfinished", "A: 1\r\nunfinished"],
    ["", ""],
    [`${"x".repeat(2000)}: y\r\n`, `\r\n${"x".repeat(2000)}: y\r\n`],
    [`A: ${"x".repeat(2000)}\r\nB: 1\r\nx\r\n`, `A: ${"x".repeat(2000)}\r\nB: 1\r\n\r\nx\r\n`],
  ])("example %#", async (message, expected) => {
    expect(await ended(message)).toBe(expected);
    expect(await ended(...Array.from(message))).toBe(expected);
  });

  test("the way a message is cut changes nothing, and nothing but one line end is added", async () => {
    const piece = fc.constantFrom("A: 1", "Bcc", ":", " x", "\r\n", "\n", "\r", "From ", "y");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(piece).map((pieces) => pieces.join(""))), async (chunks) => {
        const message = chunks.join("");
        const result = await ended(...chunks);
        expect(result).toBe(await ended(message));
        const places = Array.from({ length: message.length + 1 }, (_, at) => `${message.slice(0, at)}\r\n${message.slice(at)}`);
        expect([message, ...places]).toContain(result);
      }),
    );
  });
});
