import { ProtocolError, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { readSessionDocument } from "./session-document.ts";

const DOCUMENT = `Prose before.

# A greeting  
## Not the title

\`\`\`wire
S: 220 ready
S|bare
C+ no end
C:  two
C:
-- tls --
\`\`\`

More prose.

\`\`\`sh
C: not wire
\`\`\`

\`\`\`events
greeting {"code":220}

ready
\`\`\`

\`\`\`wire
S: \\xff
\`\`\`
`;

describe("a session document", () => {
  test.each([
    ["LF", DOCUMENT],
    ["CRLF", DOCUMENT.replaceAll("\n", "\r\n")],
  ])("with %s gives its title, bytes and events", (_, text) => {
    expect(readSessionDocument(text)).toEqual({
      title: "A greeting",
      parts: [
        {
          line: 6,
          wire: [
            { from: "server", bytes: utf8("220 ready\r\n") },
            { from: "server", bytes: utf8("bare\n") },
            { from: "client", bytes: utf8("no end") },
            { from: "client", bytes: utf8(" two\r\n") },
            { from: "client", bytes: utf8("\r\n") },
            { from: "tls" },
          ],
          events: ['greeting {"code":220}', "ready"],
        },
        { line: 27, wire: [{ from: "server", bytes: Uint8Array.of(0xff, 13, 10) }], events: [] },
      ],
    });
  });

  test("may have no title and no parts", () => {
    expect(readSessionDocument("")).toEqual({ title: "", parts: [] });
  });

  test.each([
    ["```wire\nX: hello\n```", "line 2: a wire line starts with"],
    ["\n```wire\nS: hello", "line 2: the fence is not closed"],
    ["```events\n```", "line 1: an events fence must follow a wire fence"],
    ["```wire\n```\n```events\n```\n```events\n```", "line 5: an events fence must follow"],
  ])("%j is refused, naming the line", (text, message) => {
    expect(() => readSessionDocument(text)).toThrow(message);
    expect(() => readSessionDocument(text)).toThrow(ProtocolError);
  });
});
