import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromLatin1, latin1, LineEndFilter, type LineEndPolicy, ProtocolError } from "./index.ts";

/** What comes out for `text`, given in pieces. */
function filtered(policy: LineEndPolicy, text: string, pieceBytes = text.length || 1): string {
  const filter = new LineEndFilter(policy, "remote");
  let out = "";
  const emit = (view: Uint8Array): void => {
    out += latin1(view);
  };
  for (let at = 0; at < text.length; at += pieceBytes) filter.filter(fromLatin1(text.slice(at, at + pieceBytes)), emit);
  filter.finish(emit);
  return out;
}

const BODIES = fc.array(fc.constantFrom("\r\n", "\r", "\n", ".", "a", "\r\n.", "bc", "\0")).map((parts) => parts.join(""));

describe("line ends of a counted body", () => {
  test("a clean body passes as the very views that came", () => {
    const chunk = fromLatin1(".first\r\n.second\r\n..\r\n");
    const views: Uint8Array[] = [];
    new LineEndFilter("reject", "remote").filter(fromLatin1("x".repeat(2000)), (view) => views.push(view));
    expect(views).toHaveLength(1);
    expect(filtered("reject", latin1(chunk))).toBe(latin1(chunk));
  });

  test.each([
    ["a\nb", "bare-lf", 1],
    ["a\r", "bare-cr", 1],
    ["a\rb", "bare-cr", 1],
    ["\r\n\n", "bare-lf", 2],
    ["\r\r\n", "bare-cr", 0],
  ])("%j is refused: %s at %i, however it is cut", (text, code, offset) => {
    for (const pieceBytes of [1, 2, 100]) {
      expect(() => filtered("reject", text, pieceBytes)).toThrow(expect.objectContaining({ side: "remote", code, offset }) as Error);
    }
  });

  test("normalized, every line end is CRLF and nothing else changes", () => {
    fc.assert(
      fc.property(BODIES, fc.integer({ min: 1, max: 7 }), (text, pieceBytes) => {
        expect(filtered("normalize", text, pieceBytes)).toBe(text.replace(/\r\n|\r|\n/g, "\r\n"));
        expect(filtered("keep", text, pieceBytes)).toBe(text);
      }),
    );
  });

  test("what is refused is what would change", () => {
    fc.assert(
      fc.property(BODIES, fc.integer({ min: 1, max: 7 }), (text, pieceBytes) => {
        let out: string | undefined;
        try {
          out = filtered("reject", text, pieceBytes);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
        expect(out).toBe(filtered("normalize", text) === text ? text : undefined);
      }),
    );
  });
});
