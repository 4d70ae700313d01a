import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "@mailwire/wire";
import { decodeListing, encodeListing } from "./listing.ts";
import type { Listing, ListingKind } from "./listing.ts";

test.each<[ListingKind, string, object]>([
  ["scan", "1 120", { message: 1, octets: 120 }],
  ["scan", "2 200 extra fields 3", { message: 2, octets: 200 }],
  ["scan", "  3\t0 ", { message: 3, octets: 0 }],
  ["drop", "2 320", { messages: 2, octets: 320 }],
  ["drop", "0 0 of 100000", { messages: 0, octets: 0 }],
  ["unique-id", "1 whqtswO00WBw418f9t5JxYwZ", { message: 1, uid: "whqtswO00WBw418f9t5JxYwZ" }],
  ["unique-id", "2 QhdPYR:00WBw1Ph7x7 seen", { message: 2, uid: "QhdPYR:00WBw1Ph7x7" }],
  ["unique-id", `3 ${"x".repeat(99)}`, { message: 3, uid: "x".repeat(99) }],
  ["capability", "SASL CRAM-MD5  KERBEROS_V4", { name: "SASL", parameters: ["CRAM-MD5", "KERBEROS_V4"] }],
  ["capability", "top", { name: "TOP", parameters: [] }],
  ["language", "de Deutsch (mit Umlauten: äöü)", { tag: "de", description: "Deutsch (mit Umlauten: äöü)" }],
  ["language", "en-boont", { tag: "en-boont", description: "" }],
  ["text", " anything ", { text: " anything " }],
])("%s %j", (kind, line, value) => {
  expect(decodeListing(kind, utf8(line))).toEqual({ type: kind, ...value });
});

test.each<[ListingKind, string]>([
  ["scan", ""],
  ["scan", "1"],
  ["scan", "1 x"],
  ["scan", "x 1"],
  ["scan", "-1 5"],
  ["scan", "1 12e3"],
  ["scan", "1 99999999999999999999"],
  ["drop", "two messages"],
  ["unique-id", "1"],
  ["unique-id", "1 "],
  ["unique-id", "abc def"],
  ["capability", "  "],
  ["language", "<<UGA>> unknown"],
])("%s %j is invalid and keeps its bytes", (kind, line) => {
  expect(decodeListing(kind, utf8(line))).toEqual({ type: "invalid", raw: utf8(line) });
});

test.each<Listing>([
  { type: "scan", message: 0, octets: 1 },
  { type: "scan", message: 1, octets: -1 },
  { type: "drop", messages: 0.5, octets: 0 },
  { type: "unique-id", message: 1, uid: "" },
  { type: "unique-id", message: 1, uid: "a b" },
  { type: "unique-id", message: 1, uid: "x".repeat(71) },
  { type: "unique-id", message: 1, uid: "a\r\n" },
  { type: "language", tag: "no tag", description: "" },
  { type: "invalid", raw: utf8("x") },
])("%j cannot be said", (listing) => {
  expect(() => encodeListing(listing)).toThrow(expect.objectContaining({ side: "local", code: "bad-listing" }));
});

test.each([
  { name: "", parameters: [] },
  { name: "SASL", parameters: ["A B"] },
  { name: "X\r\n", parameters: [] },
])("%j is no capability", (capability) => {
  expect(() => encodeListing({ type: "capability", ...capability })).toThrow(
    expect.objectContaining({ side: "local", code: "bad-capability" }),
  );
});

const printable = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 70,
});
const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const listing: fc.Arbitrary<Exclude<Listing, { type: "invalid" }>> = fc.oneof(
  fc.record({ type: fc.constant("scan" as const), message: number, octets: fc.nat() }),
  fc.record({ type: fc.constant("drop" as const), messages: fc.nat(), octets: fc.nat() }),
  fc.record({ type: fc.constant("unique-id" as const), message: number, uid: printable }),
  fc.record({
    type: fc.constant("capability" as const),
    name: printable.map((name) => name.toUpperCase()),
    parameters: fc.array(printable),
  }),
  fc.record({
    type: fc.constant("language" as const),
    tag: fc.constantFrom("de", "zh-Hant-TW"),
    description: fc.stringMatching(/^(?:\S.*)?$/),
  }),
  fc.record({ type: fc.constant("text" as const), text: fc.string({ unit: "grapheme" }) }),
);

test("value, bytes, value", () => {
  fc.assert(
    fc.property(listing, (value) => {
      expect(decodeListing(value.type, utf8(encodeListing(value)))).toEqual(value);
    }),
  );
});

test("any bytes give a listing of the kind or an invalid one", () => {
  const kind = fc.constantFrom<ListingKind[]>("scan", "drop", "unique-id", "capability", "language", "text");
  fc.assert(fc.property(kind, fc.uint8Array(), (wanted, line) => [wanted, "invalid"].includes(decodeListing(wanted, line).type)));
});
