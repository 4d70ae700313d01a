import fc from "fast-check";
import { ProtocolError, Secret } from "@mailwire/wire";
import { expect, test } from "vitest";
import { NO_ENVELOPE } from "../../test/backend.ts";
import { command, response } from "../../test/codec-arbitraries.ts";
import { bytesOf, commands, responses, textOf, written } from "../../test/codec-driving.ts";
import type { BodyStructure, Command, Response } from "./index.ts";
import { encodeCommand, encodeResponse } from "./index.ts";

/** Members whose text is a choice of the types: nothing of a peer's or a person's gets there. */
const CHOICES = new Set(["type", "kind", "status", "action", "when", "numbering", "order", "depth", "set", "first", "last", "replaced"]);
const controls = fc.constantFrom("\r", "\n", "\0", "\r\n", "\r\nb LOGOUT\r\n", "\n* BYE ");

/** A value and the ways to it. */
type Path = readonly (string | number)[];

/** The ways to all text in a value. */
function texts(value: unknown, path: Path = []): Path[] {
  if (typeof value === "string" || value instanceof Secret)
    return CHOICES.has(String(path.at(-1))) || (path.length === 1 && path[0] === "name") ? [] : [path];
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([name, member]) => texts(member, [...path, name]));
}

/** The value with `insert` in the middle of the text there. */
function poisoned(value: unknown, [name, ...rest]: Path, insert: string): unknown {
  if (name === undefined) {
    const text = value instanceof Secret ? String(value.reveal()) : String(value);
    const middle = Math.floor(text.length / 2);
    const bad = text.slice(0, middle) + insert + text.slice(middle);
    return value instanceof Secret ? new Secret(bad) : bad;
  }
  if (Array.isArray(value))
    return value.map((member: unknown, index) => (String(index) === name ? poisoned(member, rest, insert) : member));
  return { ...(value as object), [name]: poisoned(Reflect.get(value as object, name), rest, insert) };
}

/** What a writer makes of it: bytes, or that it refuses. */
function said(write: () => Uint8Array): Uint8Array | "refused" {
  try {
    return write();
  } catch (error) {
    if (error instanceof ProtocolError && error.side === "local" && error.code === "bad-argument") return "refused";
    throw error;
  }
}

test("a line end or NUL in any text of a command is refused or said in a literal, and never ends the line", () => {
  fc.assert(
    fc.property(command, fc.nat(1000), controls, (value, which, insert) => {
      const paths = texts(value);
      fc.pre(paths.length > 0);
      const bad = poisoned(value, paths[which % paths.length] ?? [], insert) as Command;
      const bytes = said(() => written(encodeCommand("a", bad, { literals: "LITERAL+" })));
      fc.pre(bytes !== "refused");
      const ends = commands([bytes, bytesOf("z NOOP\r\n")]).filter(
        ({ type }) => type === "command" || type === "bad" || type === "failure",
      );
      expect(ends).toMatchObject([
        { type: "command", tag: "a" },
        { type: "command", tag: "z" },
      ]);
    }),
    { numRuns: 1500, maxSkipsPerRun: 1000 },
  );
});

test("the same in responses", () => {
  fc.assert(
    fc.property(response, fc.nat(1000), controls, (value, which, insert) => {
      const paths = texts(value);
      fc.pre(paths.length > 0);
      const bad = poisoned(value, paths[which % paths.length] ?? [], insert) as Response;
      const bytes = said(() => written(encodeResponse(bad)));
      fc.pre(bytes !== "refused");
      const [first, second, ...more] = responses([bytes, bytesOf("* 7 EXISTS\r\n")]);
      expect([second, ...more]).toMatchObject([{ response: { type: "EXISTS", count: 7 } }]);
      const again = first?.type === "response" ? written(encodeResponse(first.response)) : bytes;
      expect(textOf(again)).toBe(textOf(bytes));
    }),
    { numRuns: 1500, maxSkipsPerRun: 1000 },
  );
});

test.each(["a\r", "a\n", "a\0", "a b", ""])("%j is no tag", (tag) => {
  expect(() => encodeCommand(tag, { name: "NOOP" })).toThrow("IMAP cannot say this");
});

const FIELDS = { parameters: null, id: null, description: null, encoding: "7BIT", octets: 10, lines: 1, md5: null };
const INNER: BodyStructure = { kind: "text", type: "TEXT", subtype: "PLAIN", ...FIELDS };

test.each<[string, BodyStructure]>([
  ["a text part of another type", { ...INNER, type: "te\r\nxt" }],
  [
    "a message part of another type",
    { ...INNER, kind: "message", type: "mess\rage", subtype: "RFC822", envelope: NO_ENVELOPE, structure: INNER },
  ],
  [
    "a message part of another type",
    { ...INNER, kind: "message", type: "MESSAGE", subtype: "partial", envelope: NO_ENVELOPE, structure: INNER },
  ],
  ["a multipart without parts", { kind: "multipart", parts: [], subtype: "mixed" }],
])("%s is not written: it would be read as something else", (what, structure) => {
  const fetched: Response = { type: "FETCH", sequenceNumber: 1, items: [{ type: "BODYSTRUCTURE", structure }] };
  expect(() => encodeResponse(fetched)).toThrow(`IMAP cannot say this: ${what}`);
});
