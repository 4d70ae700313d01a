import fc from "fast-check";
import { concat } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { command, response } from "../../test/codec-arbitraries.ts";
import { bytesOf, pieces, revealed, textOf, written } from "../../test/codec-driving.ts";
import type { CommandEvent, Segment } from "./index.ts";
import { CommandDecoder, encodeCommand, encodeResponse, forwardCommand, forwardResponse, mailboxName, ResponseDecoder } from "./index.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });

/** What a proxy sends on of what a client sends; `change` sees each event first. */
function proxied(chunks: readonly Uint8Array[], change: (event: CommandEvent) => readonly Segment[] = forwardCommand): Segment[] {
  const decoder = new CommandDecoder();
  const segments: Segment[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
      if (event.type === "literal" || event.type === "append") decoder.accept();
      segments.push(...change(event));
    }
  }
  return segments;
}

/** The same for what a server says, with large data streaming. */
function answered(chunks: readonly Uint8Array[]): Uint8Array {
  const decoder = new ResponseDecoder({ streamLiteralBytes: 10, streamSearchBytes: Infinity });
  const segments: Segment[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) segments.push(...forwardResponse(event));
  }
  return written(segments);
}

describe("a proxy passes on byte for byte", () => {
  test("all commands, with every form of literal, and waits where the client does", () => {
    const literals = fc.constantFrom("synchronizing" as const, "LITERAL-" as const, "LITERAL+" as const);
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 3 }), literals, sizes, (said, mode, cuts) => {
        const segments = said.flatMap((one) => encodeCommand("a1", one, { literals: mode }));
        const passed = proxied(pieces(written(segments), cuts));
        expect(written(passed)).toEqual(written(segments));
        expect(waits(passed)).toEqual(waits(segments));
      }),
      { numRuns: 300 },
    );
  });

  test("all responses, however they are cut", () => {
    fc.assert(
      fc.property(fc.array(response, { minLength: 1, maxLength: 3 }), sizes, (said, cuts) => {
        const bytes = concat(said.map((one) => written(encodeResponse(one))));
        expect(answered(pieces(bytes, cuts))).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    "* 1 fetch  (uid 5  BODY[]<0> {12}\r\nhello hello!BODY[TEXT] {11+}\r\nhello again flags ())\r\n",
    `* SEARCH ${"12  ".repeat(2000)}\r\n`,
    `* 1 FETCH (BODY[] {20}\r\n${"A".repeat(20)})\r\n* OK done\n`,
  ])("what no encoder would write: %j", (text) => {
    expect(textOf(answered([bytesOf(text)]))).toBe(text);
  });

  test.each(["a login {5}\r\nalice  {6+}\r\nsecret\r\n", 'a1 aPPend  "x" {1}\r\nm (\\seen) {2+}\r\nmm catenate (url u text {1}\r\n! )\n'])(
    "what no client of ours would: %j",
    (text) => {
      expect(textOf(written(proxied([bytesOf(text)])))).toBe(text);
    },
  );

  test("and keeps secrets marked", () => {
    const open = proxied([bytesOf("a LOGIN {5}\r\nalice {6}\r\nsecret\r\n")]).filter((one) => one.type === "bytes" && one.secret !== true);
    expect(textOf(written(open))).toBe("a LOGIN {5}\r\nalice \r\n");
  });
});

/** How many bytes stand before each wait. */
function waits(segments: readonly Segment[]): number[] {
  return segments.flatMap((segment, index) => (segment.type === "wait-for-continuation" ? [written(segments.slice(0, index)).length] : []));
}

test("a proxy that renames a mailbox changes nothing else", () => {
  const renamed = mailboxName("Übung/a");
  const session =
    'a SELECT "x"\r\nb1  fetch 1 (FLAGS)\r\nc APPEND {1}\r\nx (\\Seen) {5}\r\nhello\r\nd LOGIN {1+}\r\nx {6+}\r\nsecret\r\ne STATUS x (MESSAGES)\r\nf select y\r\n';
  const change = (event: CommandEvent): readonly Segment[] => {
    if (event.type !== "command" || !("mailbox" in event.command) || event.command.name === "APPEND") return forwardCommand(event);
    if (event.command.mailbox?.name !== "x") return forwardCommand(event);
    return encodeCommand(event.tag, { ...event.command, mailbox: renamed });
  };
  expect(textOf(written(proxied([bytesOf(session)], change)))).toBe(
    session.replace('a SELECT "x"', 'a SELECT "&ANw-bung/a"'.replaceAll('"', "")).replace("e STATUS x", "e STATUS &ANw-bung/a"),
  );
});

test("a line of an exchange is passed on as a secret", () => {
  expect(revealed(forwardCommand({ type: "line", bytes: bytesOf("AGEAYg==") }))).toEqual([
    { type: "bytes", bytes: bytesOf("AGEAYg=="), secret: true },
    { type: "bytes", bytes: bytesOf("\r\n") },
  ]);
});
