import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret, fromLatin1, latin1, utf8 } from "@mailwire/wire";
import { decodeCommand, encodeCommand } from "./command.ts";
import type { BareVerb, Command } from "./command.ts";

/** A command with its secrets laid open, for comparison. */
function open(command: Command): object {
  return Object.fromEntries(
    Object.entries<unknown>({ ...command }).map(([name, value]) => [
      name,
      value instanceof Secret ? { secret: (value as Secret).reveal() } : value,
    ]),
  );
}

function decode(line: string): object {
  return open(decodeCommand(utf8(line)));
}

const digest = "c4c9334bac560ecc979e58001b3e22fb";

describe("decoding", () => {
  test.each([
    ["USER mrose", { type: "user", name: "mrose" }],
    ["user tatareva ", { type: "user", name: "tatareva" }],
    ["USER Mary Rose", { type: "user", name: "Mary Rose" }],
    ["USER Пётр", { type: "user", name: "Пётр" }],
    ["PASS  two  blanks ", { type: "pass", password: { secret: " two  blanks " } }],
    ["pass\tadmin", { type: "pass", password: { secret: "admin" } }],
    [`APOP mrose ${digest}`, { type: "apop", name: "mrose", digest: { secret: digest } }],
    [`apop Mary Rose  ${digest.toUpperCase()} `, { type: "apop", name: "Mary Rose", digest: { secret: digest } }],
    ["AUTH plain", { type: "auth", mechanism: "PLAIN" }],
    ["AUTH PLAIN =", { type: "auth", mechanism: "PLAIN", initialResponse: { secret: new Uint8Array() } }],
    ["AUTH PLAIN AHRpbQBwdw==", { type: "auth", mechanism: "PLAIN", initialResponse: { secret: utf8("\0tim\0pw") } }],
    ["STAT", { type: "stat" }],
    ["list", { type: "list" }],
    ["LIST 2", { type: "list", message: 2 }],
    ["UIDL", { type: "uidl" }],
    ["UiDl 002", { type: "uidl", message: 2 }],
    ["retr 3", { type: "retr", message: 3 }],
    ["DELE  1 ", { type: "dele", message: 1 }],
    ["TOP 1 0", { type: "top", message: 1, lines: 0 }],
    [" noop ", { type: "noop" }],
    ["RSET", { type: "rset" }],
    ["CAPA", { type: "capa" }],
    ["STLS", { type: "stls" }],
    ["quit", { type: "quit" }],
    ["qui", { type: "unknown", keyword: "qui" }],
    ["XTND de", { type: "unknown", keyword: "XTND", argument: "de" }],
    ["utf8", { type: "utf8" }],
    ["LANG", { type: "lang" }],
    ["lang  de-CH-1996 ", { type: "lang", range: "de-CH-1996" }],
    ["LANG *", { type: "lang", range: "*" }],
    ["", { type: "unknown", keyword: "" }],
    ["constructor", { type: "unknown", keyword: "constructor" }],
  ])("%j", (line, command) => {
    expect(decode(line)).toEqual(command);
  });

  test.each([
    "USER",
    "USER  ",
    "LIST 0",
    "LIST x",
    "UIDL -1",
    "RETR",
    "RETR 0",
    "RETR 99999999999999999999",
    "RETR 9007199254740993",
    "RETR 1 2",
    "DELE 1.5",
    "TOP 1",
    "TOP 0 1",
    "TOP 1 x",
    "STAT 1",
    "QUIT now",
    "PASS",
    "AUTH",
    "UTF8 yes",
    "LANG de en",
    "LANG de_DE",
  ])("%j is known but malformed", (line) => {
    expect(decode(line)).toMatchObject({ type: "invalid", keyword: line.split(" ")[0] });
  });

  test("what may hold a secret is wrapped even when it is malformed", () => {
    expect(decode("APOP mrose secret")).toMatchObject({ type: "invalid", argument: { secret: "mrose secret" } });
    expect(decode("AUTH PLAIN AHRpbQBwd")).toMatchObject({ type: "invalid", argument: { secret: "PLAIN AHRpbQBwd" } });
  });

  test("bytes that are not UTF-8 are read one by one", () => {
    expect(open(decodeCommand(fromLatin1("PASS \xe4\xff")))).toEqual({ type: "pass", password: { secret: "\xe4\xff" } });
  });

  test("any bytes give a command, never an error", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (line) => typeof decodeCommand(line).type === "string"));
  });
});

describe("encoding", () => {
  test.each<[Command, string]>([
    [{ type: "user", name: "mrose" }, "USER mrose"],
    [{ type: "pass", password: new Secret(" a b ") }, "PASS  a b "],
    [{ type: "auth", mechanism: "LOGIN" }, "AUTH LOGIN"],
    [{ type: "auth", mechanism: "PLAIN", initialResponse: new Secret(new Uint8Array()) }, "AUTH PLAIN ="],
    [{ type: "list" }, "LIST"],
    [{ type: "top", message: 1, lines: 10 }, "TOP 1 10"],
    [{ type: "unknown", keyword: "XTND", argument: "de" }, "XTND de"],
    [{ type: "utf8" }, "UTF8"],
    [{ type: "lang" }, "LANG"],
    [{ type: "lang", range: "*" }, "LANG *"],
    [{ type: "invalid", keyword: "RETR", argument: "abc", reason: "" }, "RETR abc"],
    [{ type: "invalid", keyword: "APOP", argument: new Secret("x y"), reason: "" }, "APOP x y"],
  ])("%j", (command, line) => {
    expect(latin1(encodeCommand(command))).toBe(`${line}\r\n`);
  });

  test.each<[string, Command]>([
    ["bad-line", { type: "user", name: "a\r\nDELE 1" }],
    ["bad-line", { type: "pass", password: new Secret("hush\n") }],
    ["bad-line", { type: "unknown", keyword: "X", argument: "a\0" }],
    ["bad-line", { type: "unknown", keyword: "X\rY" }],
    ["line-too-long", { type: "pass", password: new Secret("hush".repeat(100)) }],
    ["bad-argument", { type: "user", name: "" }],
    ["bad-argument", { type: "user", name: " a" }],
    ["bad-argument", { type: "pass", password: new Secret("") }],
    ["bad-argument", { type: "apop", name: "a", digest: new Secret("hush") }],
    ["bad-argument", { type: "auth", mechanism: "plain text" }],
    ["bad-argument", { type: "retr", message: 0 }],
    ["bad-argument", { type: "dele", message: 1.5 }],
    ["bad-argument", { type: "top", message: 1, lines: -1 }],
    ["bad-argument", { type: "list", message: Number.NaN }],
    ["bad-argument", { type: "lang", range: "de DE" }],
    ["bad-argument", { type: "unknown", keyword: "" }],
    ["bad-argument", { type: "unknown", keyword: "A B" }],
  ])("%s for %j, without showing a secret", (code, command) => {
    expect(() => encodeCommand(command)).toThrow(expect.objectContaining({ side: "local", code }));
    expect(() => encodeCommand(command)).not.toThrow("hush");
  });

  test("exactly 255 bytes are allowed", () => {
    expect(encodeCommand({ type: "user", name: "n".repeat(255 - "USER \r\n".length) })).toHaveLength(255);
    expect(() => encodeCommand({ type: "user", name: "n".repeat(256 - "USER \r\n".length) })).toThrow("256 bytes of 255");
  });
});

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((word) => !/[\r\n\0]/.test(word));
const name = text.filter((word) => !/^[ \t]|[ \t]$/.test(word));
const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ type: fc.constant("user" as const), name }),
  fc.record({ type: fc.constant("pass" as const), password: text.map((password) => new Secret(password)) }),
  fc.record({ type: fc.constant("apop" as const), name, digest: fc.stringMatching(/^[0-9a-f]{32}$/).map((hex) => new Secret(hex)) }),
  fc.record(
    {
      type: fc.constant("auth" as const),
      mechanism: fc.constantFrom("PLAIN", "SCRAM-SHA-256-PLUS"),
      initialResponse: fc.uint8Array({ maxLength: 90 }).map((bytes) => new Secret(bytes)),
    },
    { requiredKeys: ["type", "mechanism"] },
  ),
  fc.record({ type: fc.constantFrom("list" as const, "uidl" as const), message: number }, { requiredKeys: ["type"] }),
  fc.record({ type: fc.constantFrom("retr" as const, "dele" as const), message: number }),
  fc.record({ type: fc.constant("top" as const), message: number, lines: fc.nat() }),
  fc.record({
    type: fc.constantFrom<BareVerb[]>("stat", "noop", "rset", "capa", "stls", "utf8", "quit"),
  }),
  fc.record({ type: fc.constant("lang" as const), range: fc.constantFrom("*", "de", "zh-Hant-TW") }, { requiredKeys: ["type"] }),
  fc.record({ type: fc.constant("unknown" as const), keyword: fc.constant("XTND"), argument: text }, { requiredKeys: ["type", "keyword"] }),
);

test("value, bytes, value", () => {
  fc.assert(
    fc.property(command, (value) => {
      const line = encodeCommand(value);
      expect(open(decodeCommand(line.subarray(0, -2)))).toEqual(open(value));
    }),
  );
});

test("a decoded line that can be said decodes to the same again", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from("USERPASTOLIQ 019\t=ß")), maxLength: 12 }), (line) => {
      const decoded = decodeCommand(utf8(line));
      if (decoded.type === "unknown" && decoded.keyword === "") return;
      expect(open(decodeCommand(encodeCommand(decoded).subarray(0, -2)))).toEqual(open(decoded));
    }),
  );
});
