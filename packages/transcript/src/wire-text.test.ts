import { utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readWireText, writeWireText } from "./wire-text.ts";

test("any bytes are written as text that reads back as the same bytes", () => {
  const escapes = fc.constantFrom("\\x41", "\\", "\\x", "é").map(utf8);
  const bytes = fc
    .array(fc.oneof(fc.uint8Array({ maxLength: 8 }), escapes), { maxLength: 6 })
    .map((all) => Uint8Array.from(all.flatMap((part) => [...part])));
  fc.assert(
    fc.property(bytes, (said) => {
      expect(readWireText(writeWireText(said))).toEqual(said);
    }),
  );
});

test("nothing that a terminal obeys is left in the text", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (said) => {
      expect(writeWireText(said)).not.toMatch(/(?!\t)[\p{Cc}\u202e\u2028]/u);
    }),
  );
});

test.each([
  [utf8("* FLAGS (\\Seen)\tпривет"), "* FLAGS (\\Seen)\tпривет"],
  [utf8("\u001b[2J\u202e"), "\\x1b[2J\\xe2\\x80\\xae"],
  [Uint8Array.of(0x61, 0xe9, 0x0d), "a\\xe9\\x0d"],
  [utf8("\\x41"), "\\x5cx41"],
])("%# is printed readably", (bytes, text) => {
  expect(writeWireText(bytes)).toBe(text);
});
