import { describe, expect, test } from "vitest";
import { bytesOf, commands, pieces, textOf, written } from "../../../test/codec-driving.ts";
import type { AppendData, AppendMessage, Command, Segment } from "../index.ts";
import { CommandDecoder, encodeCommand, mailboxName } from "../index.ts";

/** The events of `text`, in which every literal is taken; cut in pieces of `size` bytes. */
function events(text: string, size = 1000): ReturnType<typeof commands> {
  return commands(pieces(bytesOf(`${text}\r\n`), [size]));
}

/** The command in `text`, which is what its segments are when it is said with bytes of that size. */
function read(text: string): Command {
  const last = events(text).at(-1);
  if (last?.type !== "command") throw new Error(JSON.stringify(last));
  return last.command;
}

const literal = (size: number): AppendData => ({ type: "literal", bytes: { size } });

/** `size` bytes of a message, as the writer of tests fills streams. */
const fill = (size: number): string => "A".repeat(size);

describe("the examples of the RFCs are read, and said again with the same bytes", () => {
  test.each<[string, string]>([
    ["RFC 3502", `A003 APPEND saved-messages (\\Seen) {329}\r\n${fill(329)} (\\Seen) " 7-Feb-1994 22:43:04 -0800" {295}\r\n${fill(295)}`],
    [
      "RFC 4469, example 1",
      `A003 APPEND Drafts (\\Seen \\Draft $MDNSent) CATENATE (URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER" TEXT {42}\r\n` +
        `${fill(42)} URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1.MIME" URL "/Drafts;UIDVALIDITY=385759045/;UID=20/;section=1" TEXT {42}\r\n` +
        `${fill(42)} URL "/Drafts;UIDVALIDITY=385759045/;UID=30" TEXT {44}\r\n${fill(44)})`,
    ],
    [
      "RFC 4469, example 4",
      `A003 APPEND Sent (\\Seen $MDNSent) CATENATE (TEXT {541}\r\n${fill(541)} URL "/INBOX;UIDVALIDITY=785799047/;UID=11467" TEXT {42}\r\n${fill(42)})`,
    ],
    ["RFC 8508", `A003 REPLACE 4 Drafts (\\Seen \\Draft) {312}\r\n${fill(312)}`],
    ["RFC 8508, by UID", `A004 UID REPLACE 2000 Drafts (\\Seen \\Draft) {350}\r\n${fill(350)}`],
    ["RFC 8508, with CATENATE", `A011 UID REPLACE 3002 Drafts CATENATE (TEXT {71}\r\n${fill(71)} URL "/Drafts/;UID=3002")`],
    ["RFC 6855", `a APPEND Drafts UTF8 (~{5}\r\n${fill(5)})`],
    ["RFC 3516", `a APPEND Drafts ~{5}\r\n${fill(5)}`],
  ])("%s", (_name, text) => {
    // Writers quote only what must be.
    const plain = text.replaceAll(/"(\/[^"]*)"/g, "$1");
    const command = read(text);
    const [tag = ""] = text.split(" ");
    expect(textOf(written(encodeCommand(tag, command)))).toBe(`${plain}\r\n`);
  });
});

describe("events", () => {
  test.each([[1], [7], [1000]])("say which message begins, in pieces of %i", (size) => {
    const text = 'a APPEND x (\\Seen) {2}\r\nhi " 1-Jan-2024 10:00:00 +0100" ~{3+}\r\n\0\0\0 UTF8 (~{0}\r\n)';
    expect(events(text, size)).toMatchObject([
      {
        type: "append",
        index: 0,
        part: null,
        literal: "literal",
        size: 2,
        synchronizing: true,
        options: { flags: ["\\Seen"], date: null },
      },
      { type: "literal-chunk", bytes: bytesOf("hi") },
      { type: "literal-end" },
      { type: "append", index: 1, literal: "literal8", size: 3, synchronizing: false, options: { flags: [], date: { day: 1 } } },
      { type: "literal-chunk", bytes: bytesOf("\0\0\0") },
      { type: "literal-end" },
      { type: "append", index: 2, literal: "utf8", size: 0 },
      { type: "literal-end" },
      {
        type: "command",
        command: {
          name: "APPEND",
          messages: [{ data: literal(2) }, { data: { type: "literal8" } }, { data: { type: "utf8", bytes: { size: 0 } } }],
        },
        raw: [bytesOf(")\r\n")],
      },
    ]);
  });

  test.each([[1], [7], [1000]])("say which part begins, in pieces of %i", (size) => {
    const text = "a REPLACE * x X-A (1 {1}\r\n)) catenate (url {1}\r\nu text {2+}\r\nhi url v utf8 (~{1}\r\n!))";
    expect(events(text, size)).toMatchObject([
      { type: "literal", verb: "REPLACE" },
      { type: "literal", verb: "REPLACE" },
      {
        type: "append",
        command: { name: "REPLACE", replaced: "*", mailbox: { raw: "x" } },
        index: 0,
        part: 1,
        literal: "literal",
        options: { extensions: [{ name: "X-A", raw: bytesOf("(1 {1}\r\n))") }] },
      },
      { type: "literal-chunk" },
      { type: "literal-end" },
      { type: "append", part: 3, literal: "utf8", size: 1 },
      { type: "literal-chunk" },
      { type: "literal-end" },
      {
        type: "command",
        command: {
          message: {
            data: {
              type: "catenate",
              parts: [
                { type: "url", url: "u" },
                { type: "text", bytes: { size: 2 } },
                { type: "url", url: "v" },
                { type: "utf8", bytes: { size: 1 } },
              ],
            },
          },
        },
      },
    ]);
  });

  test("a message without bytes of its own comes with the command", () => {
    expect(read("a APPEND x CATENATE (URL u) (\\Seen) X-A 5 (\\Draft) X-B (1) X-C 7,9")).toMatchObject({
      messages: [
        { flags: [], data: { type: "catenate", parts: [{ type: "url", url: "u" }] } },
        { flags: ["\\Seen"], data: { type: "extension", name: "X-A", raw: bytesOf("5") } },
        { flags: ["\\Draft"], extensions: [{ name: "X-B", raw: bytesOf("(1)") }], data: { type: "extension", name: "X-C" } },
      ],
    });
  });

  test("thousands of messages are read without being held", () => {
    const decoder = new CommandDecoder();
    const counts = { messages: 0, held: 0 };
    decoder.push(bytesOf("a APPEND x"));
    for (let index = 0; index < 5000; index += 1) {
      decoder.push(bytesOf(" {5+}\r\nhello"));
      for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
        if (event.type === "append") decoder.accept();
        if (event.type === "literal-end") counts.messages += 1;
      }
      counts.held = Math.max(counts.held, decoder.pending);
    }
    decoder.push(bytesOf("\r\n"));
    const last = decoder.next();
    expect(counts).toEqual({ messages: 5000, held: 0 });
    expect(last?.type === "command" && last.command.name === "APPEND" ? last.command.messages.length : last).toBe(5000);
  });
});

describe("what is no message", () => {
  test.each([
    ["a APPEND x", "no-space"],
    ["a APPEND x (\\Seen)", "no-space"],
    ["a APPEND x X-A {1+}\r\nm", "bad-arguments"],
    ["a APPEND x CATENATE ()", "no-atom"],
    ["a APPEND x CATENATE (FILE x)", "bad-catenate-part"],
    ["a APPEND x CATENATE (TEXT ~{1+}\r\nm)", "bad-arguments"],
    ["a APPEND x UTF8 ({1+}\r\nm)", "bad-arguments"],
    ["a APPEND x UTF8 (~{1+}\r\nm {1+}\r\nm", "bad-arguments"],
    ["a APPEND x {1+}\r\nm(\\Seen) {1+}\r\nm", "bad-arguments"],
    ["a APPEND x CATENATE (TEXT {1+}\r\nm {1+}\r\nm)", "bad-arguments"],
    ["a REPLACE 0 x {1+}\r\nm", "bad-arguments"],
    ["a REPLACE 1:2 x {1+}\r\nm", "bad-arguments"],
    ["a REPLACE 1 x {1+}\r\nm {1+}\r\nm", "bad-arguments"],
    [`a APPEND x X-A ${"(".repeat(70)}`, "too-deep"],
  ])("%j is bad: %s", (text, reason) => {
    for (const size of [1, 1000]) {
      const all = commands(pieces(bytesOf(`${text}\r\nz NOOP\r\n`), [size]));
      expect(all.filter(({ type }) => type === "bad")).toMatchObject([{ tag: "a", reason }]);
      expect(all.at(-1)).toMatchObject({ type: "command", tag: "z" });
    }
  });

  test("all that is said of messages has a bound", () => {
    const text = `a APPEND x${" (\\Seen) {1+}\r\nm".repeat(100)}`;
    expect(commands([bytesOf(`${text}\r\nz NOOP\r\n`)], { maxCommandBytes: 200 }).slice(-2)).toMatchObject([
      { type: "bad", tag: "a", verb: "APPEND", reason: "command-too-big" },
      { type: "command", tag: "z" },
    ]);
  });
});

describe("what is sent", () => {
  const message = (data: AppendData): AppendMessage => ({ flags: [], date: null, extensions: [], data });
  const kinds = (segments: readonly Segment[]): string[] =>
    segments.map((segment) => (segment.type === "bytes" ? textOf(segment.bytes) : segment.type === "stream" ? `<${segment.size}>` : "+"));

  test("waits before each message, as the server's kind of literals asks for it", () => {
    const command: Command = {
      name: "APPEND",
      mailbox: mailboxName("x"),
      messages: [
        message(literal(5000)),
        message({
          type: "catenate",
          parts: [
            { type: "url", url: "u v" },
            { type: "text", bytes: bytesOf("hi") },
            { type: "utf8", bytes: { size: 7 } },
          ],
        }),
      ],
    };
    expect(kinds(encodeCommand("a", command))).toEqual([
      ...["a APPEND x {5000}\r\n", "+", "<5000>"],
      ...[' CATENATE (URL "u v" TEXT {2}\r\n', "+", "hi", " UTF8 (~{7}\r\n", "+", "<7>", "))\r\n"],
    ]);
    expect(kinds(encodeCommand("a", command, { literals: "LITERAL-" })).filter((one) => one === "+")).toHaveLength(1);
    expect(kinds(encodeCommand("a", command, { literals: "LITERAL+" }))).toContain("a APPEND x {5000+}\r\n");
  });

  test.each<[string, readonly AppendMessage[]]>([
    ["no message", []],
    ["no parts", [message({ type: "catenate", parts: [] })]],
    ["an extension without a value", [message({ type: "extension", name: "X", raw: bytesOf("") })]],
    ["a form of message as an extension", [{ ...message(literal(1)), extensions: [{ name: "UTF8", raw: bytesOf("(x)") }] }]],
    ["a name that is no atom", [message({ type: "extension", name: "X Y", raw: bytesOf("1") })]],
    ["a line end", [message({ type: "extension", name: "X", raw: bytesOf("1\r\nb LOGOUT") })]],
    ["a NUL in a URL", [message({ type: "catenate", parts: [{ type: "url", url: "a\0b" }] })]],
    ["a size that cannot be", [message(literal(-1))]],
  ])("is refused with %s", (_name, messages) => {
    expect(() => encodeCommand("a", { name: "APPEND", mailbox: mailboxName("x"), messages })).toThrow("IMAP cannot say this");
  });

  test("an extension's literals are announced as the server takes them", () => {
    const command = read("a APPEND x X-A ({1+}\r\nb) {1+}\r\nc");
    expect(kinds(encodeCommand("a", command))).toEqual(["a APPEND x X-A ", "(", "{1}\r\n", "+", "b", ")", " {1}\r\n", "+", "<1>", "\r\n"]);
    expect(textOf(written(encodeCommand("a", command, { literals: "LITERAL+" })))).toBe("a APPEND x X-A ({1+}\r\nb) {1+}\r\nA\r\n");
  });
});
