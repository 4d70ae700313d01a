import { describe, expect, test } from "vitest";
import { parseMediaType, parseWithParameters } from "./parameter.ts";

/** `type/subtype;name=value`. */
function shown(text: string): string | undefined {
  const mediaType = parseMediaType(text);
  if (mediaType === undefined) return undefined;
  return [`${mediaType.type}/${mediaType.subtype}`, ...mediaType.parameters.map(({ name, value }) => `${name}=${value}`)].join(";");
}

describe("parseMediaType", () => {
  test.each([
    ["text/plain", "text/plain"],
    ['Text/HTML; Charset="utf-8"', "Text/HTML;Charset=utf-8"],
    // RFC 2045 section 5.1: these two are the same
    ["text/plain; charset=us-ascii (Plain text)", "text/plain;charset=us-ascii"],
    ['text/plain; charset="us-ascii"', "text/plain;charset=us-ascii"],
    ["(what) multipart / mixed ; boundary = gc0y ;", "multipart/mixed;boundary=gc0y"],
    ['a/b; x="with \\"quotes\\"; and (parens)"; y=2', 'a/b;x=with "quotes"; and (parens);y=2'],
    ["a/b; name=my file(1).pdf; x=y", "a/b;name=my file(1).pdf;x=y"],
    ["multipart/mixed; boundary=----=_Part_1:2/3", "multipart/mixed;boundary=----=_Part_1:2/3"],
    ["a/b; filename*0*=utf-8''a%20; filename*1=b", "a/b;filename*0*=utf-8''a%20;filename*1=b"],
    ["a/b; =nameless; valueless; empty=; ok=1", "a/b;empty=;ok=1"],
    ['a/b; x="never ends; y=1', "a/b;x=never ends; y=1"],
    ['a/b; x="', "a/b;x="],
    ["a/b; x=1 (never ends; y=1", "a/b;x=1"],
    ["a/b; x=1 (a \\) b (c) d) ; y=1", "a/b;x=1;y=1"],
    ['a/b; x="quoted" trailing', "a/b;x=quoted"],
    ["a/b; x=caf\xe9\xa0", "a/b;x=caf\xe9\xa0"],
  ])("%s", (text, expected) => expect(shown(text)).toBe(expected));

  test.each(["", "text", "text/", "/plain", "te xt/plain", "text/pl/ain", ";charset=x", '"text"/plain/x'])("no media type: %s", (text) =>
    expect(shown(text)).toBeUndefined(),
  );
});

test("a value need not be a media type", () => {
  expect(parseWithParameters('"attachment" ; filename=x')).toEqual({ value: "attachment", parameters: [{ name: "filename", value: "x" }] });
});
