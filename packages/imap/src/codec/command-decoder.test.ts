import { Secret } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { bytesOf, commands, pieces, revealed, textOf } from "../../test/codec-driving.ts";
import type { Command } from "./index.ts";
import { CommandDecoder, DEFAULT_COMMAND_LIMITS, UNAUTHENTICATED_COMMAND_LIMITS } from "./index.ts";

/** The command in `text`, which may have literals. */
function read(text: string): Command {
  const last = commands([bytesOf(`${text}\r\n`)]).at(-1);
  if (last?.type !== "command") throw new Error(JSON.stringify(last));
  return last.command;
}

const box = (raw: string): object => ({ raw, name: raw });
const ALL = { part: [], text: "", fields: [] };

describe("the examples of RFC 3501", () => {
  test.each<[string, object]>([
    ["abcd CAPABILITY", { name: "CAPABILITY" }],
    ["a002 NOOP", { name: "NOOP" }],
    ["A023 LOGOUT", { name: "LOGOUT" }],
    ["a002 STARTTLS", { name: "STARTTLS" }],
    ["A001 AUTHENTICATE GSSAPI", { name: "AUTHENTICATE", mechanism: "GSSAPI", initialResponse: null }],
    ["a001 LOGIN SMITH SESAME", { name: "LOGIN", user: "SMITH", password: { secret: "SESAME" } }],
    ["A142 SELECT INBOX", { name: "SELECT", mailbox: box("INBOX") }],
    ["A932 EXAMINE blurdybloop", { name: "EXAMINE", mailbox: box("blurdybloop") }],
    ["A003 CREATE owatagusiam/", { name: "CREATE", mailbox: box("owatagusiam/") }],
    ["A683 DELETE blurdybloop", { name: "DELETE", mailbox: box("blurdybloop") }],
    ["Z433 RENAME INBOX old-mail", { name: "RENAME", from: box("INBOX"), to: box("old-mail") }],
    ["A002 SUBSCRIBE #news.comp.mail.mime", { name: "SUBSCRIBE", mailbox: box("#news.comp.mail.mime") }],
    ["A002 UNSUBSCRIBE #news.comp.mail.mime", { name: "UNSUBSCRIBE", mailbox: box("#news.comp.mail.mime") }],
    ['A101 LIST "" ""', { name: "LIST", reference: box(""), pattern: box("") }],
    ["A202 LIST ~/Mail/ %", { name: "LIST", reference: box("~/Mail/"), pattern: box("%") }],
    ['A002 LSUB "#news." "comp.mail.*"', { name: "LSUB", reference: box("#news."), pattern: box("comp.mail.*") }],
    ["A042 STATUS blurdybloop (UIDNEXT MESSAGES)", { name: "STATUS", mailbox: box("blurdybloop"), items: ["UIDNEXT", "MESSAGES"] }],
    ["FXXZ CHECK", { name: "CHECK" }],
    ["A341 CLOSE", { name: "CLOSE" }],
    ["A202 EXPUNGE", { name: "EXPUNGE" }],
    [
      'A282 SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"',
      {
        name: "SEARCH",
        charset: null,
        keys: [
          { type: "FLAGGED" },
          { type: "SINCE", date: { year: 1994, month: 2, day: 1 } },
          { type: "NOT", key: { type: "FROM", text: "Smith" } },
        ],
      },
    ],
    [
      "A284 SEARCH CHARSET UTF-8 TEXT {6}\r\n\xc3\xa4\xc3\xb6\xc3\xbc",
      { name: "SEARCH", charset: "UTF-8", keys: [{ type: "TEXT", text: "äöü" }] },
    ],
    [
      "A654 FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])",
      {
        name: "FETCH",
        set: [{ first: 2, last: 4 }],
        items: [
          { type: "FLAGS" },
          { type: "BODY[]", section: { part: [], text: "HEADER.FIELDS", fields: ["DATE", "FROM"] }, partial: null },
        ],
      },
    ],
    [
      "A003 STORE 2:4 +FLAGS (\\Deleted)",
      { name: "STORE", set: [{ first: 2, last: 4 }], action: "add", silent: false, flags: ["\\Deleted"] },
    ],
    ["A003 COPY 2:4 MEETING", { name: "COPY", set: [{ first: 2, last: 4 }], mailbox: box("MEETING") }],
    ["A999 UID FETCH 4827313:4828442 FLAGS", { name: "UID FETCH", set: [{ first: 4827313, last: 4828442 }], items: [{ type: "FLAGS" }] }],
    ["A442 XPIG-LATIN", { name: "unknown", verb: "XPIG-LATIN", arguments: null }],
    ["A001 LOGIN {11}\r\nFRED FOOBAR {7}\r\nfat man", { name: "LOGIN", user: "FRED FOOBAR", password: { secret: "fat man" } }],
    ["a003 fetch 12 full", { name: "FETCH", set: [{ first: 12, last: 12 }], items: "FULL" }],
    ["a005 store 12 +flags \\deleted", { name: "STORE", action: "add", flags: ["\\deleted"] }],
  ])("%j", (text, expected) => {
    expect(revealed(read(text))).toMatchObject(expected);
  });
});

describe("arguments", () => {
  test.each<[string, object]>([
    ["a select inBOX", { mailbox: box("INBOX") }],
    ['a SELECT "a \\"b\\\\"', { mailbox: box('a "b\\') }],
    ["a SELECT {1+}\r\n\xff", { mailbox: box("\xff") }],
    ["a SELECT &AOQ-", { mailbox: { raw: "&AOQ-", name: "ä" } }],
    ["a AUTHENTICATE plain AGEAYg==", { mechanism: "PLAIN", initialResponse: { secret: "AGEAYg==" } }],
    ["a AUTHENTICATE PLAIN =", { initialResponse: { secret: "=" } }],
    [
      "a UID SEARCH 1:*,5 UID 7 (ALL NEW) OR SEEN DRAFT ",
      {
        keys: [
          { type: "SEQUENCE", set: [{ first: 1, last: "*" }, { first: 5 }] },
          { type: "UID" },
          { type: "AND", keys: [{ type: "ALL" }, { type: "NEW" }] },
          { type: "OR" },
        ],
      },
    ],
    [
      'a SEARCH HEADER X-A "" KEYWORD $a UNKEYWORD b LARGER 5 SMALLER 6 ON "1-Jan-2024" *',
      {
        keys: [
          { field: "X-A", text: "" },
          { flag: "$a" },
          {},
          { octets: 5 },
          {},
          { date: { year: 2024 } },
          { set: [{ first: "*", last: "*" }] },
        ],
      },
    ],
    [
      "a FETCH 1 BODY.PEEK[1.2.MIME]<0.100>",
      { items: [{ type: "BODY.PEEK[]", section: { part: [1, 2], text: "MIME" }, partial: { offset: 0, length: 100 } }] },
    ],
    [
      "a FETCH 1 (BODY[] BODY BODYSTRUCTURE RFC822.HEADER)",
      { items: [{ type: "BODY[]", section: ALL }, { type: "BODY" }, { type: "BODYSTRUCTURE" }, { type: "RFC822.HEADER" }] },
    ],
    ["a UID STORE 1 FLAGS.SILENT ()", { action: "replace", silent: true, flags: [] }],
    ["a STORE 1 -FLAGS \\Seen $x ", { action: "remove", flags: ["\\Seen", "$x"] }],
    ["a UID COPY 5:* x", { name: "UID COPY" }],
    ["a uid expunge 1:2", { name: "UID EXPUNGE", set: [{ first: 1, last: 2 }] }],
    ["a UID", { name: "unknown", verb: "UID", arguments: null }],
    ["a XFOO {2+}\r\n\r\n x", { name: "unknown", verb: "XFOO", arguments: bytesOf("{2+}\r\n\r\n x") }],
  ])("%j", (text, expected) => {
    expect(revealed(read(text))).toMatchObject(expected);
  });

  test.each([
    ["", "no-tag", null, null],
    ["+ NOOP", "no-tag", null, null],
    ["a", "no-space", "a", null],
    ["a (x)", "no-atom", "a", null],
    ["a NOOP x", "trailing-data", "a", "NOOP"],
    ["a fetch 3", "no-space", "a", "FETCH"],
    ["a FETCH 3 FOO[1", "open-bracket", "a", "FETCH"],
    ["a FETCH 3 FOO bar", "trailing-data", "a", "FETCH"],
    ["a FETCH 3 BODY[1.]", "bad-section", "a", "FETCH"],
    ["a FETCH 3 BODY[MIME]", "bad-section", "a", "FETCH"],
    ["a FETCH 3 BODY[1HEADER]", "bad-section", "a", "FETCH"],
    ["a FETCH 3 BODY[]<0.0>", "zero", "a", "FETCH"],
    ["a FETCH 3 BODY[]<0>", "unexpected-byte", "a", "FETCH"],
    ["a FETCH 0 ALL", "zero", "a", "FETCH"],
    ["a FETCH 1:99999999999999999999999 ALL", "number-too-big", "a", "FETCH"],
    ["a FETCH 1, ALL", "no-number", "a", "FETCH"],
    ["a FETCH 1 ()", "no-atom", "a", "FETCH"],
    ["a STORE 1 FOO", "no-space", "a", "STORE"],
    ["a STORE 1 +-FLAGS ()", "bad-store-item", "a", "STORE"],
    ["a STORE 1 FLAGS (\\*)", "no-atom", "a", "STORE"],
    ["a STORE 1 FLAGS", "no-space", "a", "STORE"],
    ["a SEARCH FOO x", "bad-search-key", "a", "SEARCH"],
    ["a SEARCH SINCE 32-Jan-2024", "bad-date", "a", "SEARCH"],
    ["a SEARCH SINCE 1-Foo-2024", "bad-date", "a", "SEARCH"],
    ["a STATUS x (FOO(", "no-atom", "a", "STATUS"],
    ["a STATUS x ()", "no-atom", "a", "STATUS"],
    ["a LIST x", "no-space", "a", "LIST"],
    ["a LIST x (", "no-pattern", "a", "LIST"],
    ["a APPEND x NIL", "no-space", "a", "APPEND"],
    ['a SELECT "x', "open-quote", "a", "SELECT"],
    ['a SELECT "\\x"', "bad-escape", "a", "SELECT"],
    ['a SELECT "x"y', "trailing-data", "a", "SELECT"],
    ["a SELECT \xc3\xa4", "no-atom", "a", "SELECT"],
    ["a SELECT a\0b", "trailing-data", "a", "SELECT"],
    ['a SELECT "a\0b"', "open-quote", "a", "SELECT"],
    ["a AUTHENTICATE PLAIN ?", "bad-base64", "a", "AUTHENTICATE"],
    [`a SEARCH ${"(".repeat(70)}`, "too-deep", "a", "SEARCH"],
    [`a SEARCH ${"NOT ".repeat(70)}ALL`, "too-deep", "a", "SEARCH"],
  ])("%j is bad: %s", (text, reason, tag, verb) => {
    const events = commands([bytesOf(`${text}\r\nz NOOP\r\n`)]);
    expect(events).toMatchObject([
      { type: "bad", tag, verb, reason },
      { type: "command", tag: "z" },
    ]);
  });

  test("what people type is taken: small letters, a bare LF, spaces too many", () => {
    expect(commands([bytesOf("a1  noop \nA2 fetch  1   fast\r\n")])).toMatchObject([
      { command: { name: "NOOP" }, deviations: [{ code: "extra-space" }, { code: "extra-space" }, { code: "bare-lf" }] },
      { command: { name: "FETCH", items: "FAST" }, deviations: [{ code: "extra-space" }, { code: "extra-space" }] },
    ]);
  });
});

describe("literals", () => {
  function decoder(text: string, limits = DEFAULT_COMMAND_LIMITS): CommandDecoder {
    const made = new CommandDecoder(limits);
    made.push(bytesOf(text));
    return made;
  }

  test("of arguments wait for an answer when the client does", () => {
    const server = decoder("a LOGIN {5}\r\n");
    expect(server.next()).toMatchObject({ type: "literal", tag: "a", verb: "LOGIN", size: 5 });
    expect(server.next()).toBeUndefined();
    server.accept();
    expect(server.next()).toBeUndefined();
    server.push(bytesOf("alice {6}\r\n"));
    expect(server.next()).toMatchObject({ type: "literal", size: 6 });
    server.accept();
    server.push(bytesOf("secret\r\n"));
    expect(server.next()).toMatchObject({ type: "command", command: { user: "alice" } });
    expect(server.pending).toBe(0);
  });

  test("that are refused never come; the next line is a command", () => {
    const server = decoder("a LOGIN {5}\r\n");
    server.next();
    server.refuse();
    server.push(bytesOf("b NOOP\r\n"));
    expect(server.next()).toMatchObject({ type: "command", tag: "b" });
  });

  test("only one that was asked about can be answered", () => {
    const server = decoder("a NOOP\r\n");
    expect(() => server.accept()).toThrow("no literal waits");
    server.next();
    expect(() => server.refuse()).toThrow("no literal waits");
  });

  test.each([[1], [5], [1000]])("of APPEND pass as chunks, in pieces of %i", (size) => {
    const text = 'a APPEND "x y" (\\Seen) " 1-Jan-2024 10:00:00 +0100" {8+}\r\nbody {5}\r\nb NOOP\r\n';
    expect(commands(pieces(bytesOf(text), [size]))).toMatchObject([
      {
        type: "append",
        tag: "a",
        size: 8,
        synchronizing: false,
        literal: "literal",
        command: { name: "APPEND", mailbox: box("x y") },
        index: 0,
        part: null,
        options: { flags: ["\\Seen"], date: { day: 1, zoneMinutes: 60 }, extensions: [] },
      },
      { type: "literal-chunk", bytes: bytesOf("body {5}") },
      { type: "literal-end" },
      { type: "command", tag: "a", command: { name: "APPEND", messages: [{ data: { type: "literal", bytes: { size: 8 } } }] } },
      { type: "command", tag: "b" },
    ]);
  });

  test("of APPEND that are refused are drained when they come all the same", () => {
    const server = decoder("a APPEND x {9+}\r\nb LOGOUT\n\r\nc NOOP\r\n");
    expect(server.next()).toMatchObject({ type: "append" });
    server.refuse();
    expect(server.next()).toMatchObject({ type: "command", tag: "c" });
  });

  test("a message followed by more than a line end is bad", () => {
    expect(commands([bytesOf("a APPEND x {1+}\r\nm{1+}\r\nb)\r\nc NOOP\r\n")])).toMatchObject([
      { type: "append" },
      { type: "literal-chunk" },
      { type: "literal-end" },
      { type: "bad", tag: "a" },
      { type: "command", tag: "c" },
    ]);
  });

  test.each([
    ["too big", "a LOGIN {9000+}\r\n", "x".repeat(9000), "literal-too-big"],
    ["too big a message", "a APPEND x {9000+}\r\n", "x".repeat(9000), "literal-too-big"],
    ["of a bad command", "a FETCH x {9+}\r\n", "b LOGOUT\n", "bad-arguments"],
    ["of no command", "{9+}\r\n", "b LOGOUT\n", "bad-arguments"],
    ["in a line too long", `a NOOP ${"x".repeat(17_000)} {9+}\r\n`, "b LOGOUT\n", "line-too-long"],
    [
      "too many of them",
      "a SEARCH TEXT {0+}\r\n TEXT {0+}\r\n TEXT {0+}\r\n TEXT {0+}\r\n TEXT {9+}\r\n",
      "b LOGOUT\n",
      "too-many-literals",
    ],
    ["in a quoted string left open", 'a LOGIN x "y {9+}\r\n', "b LOGOUT\n", "bad-arguments"],
  ])("%s never run as commands", (_, head, literal, reason) => {
    for (const size of [1, 1000, 100_000]) {
      const events = commands(pieces(bytesOf(`${head}${literal}\r\nz NOOP\r\n`), [size]), UNAUTHENTICATED_COMMAND_LIMITS);
      expect(events).toMatchObject([
        { type: "bad", reason },
        { type: "command", tag: "z" },
      ]);
    }
  });

  test("too big a synchronizing literal is bad at once", () => {
    const server = decoder("a LOGIN {9000}\r\nb NOOP\r\n", UNAUTHENTICATED_COMMAND_LIMITS);
    expect(server.next()).toMatchObject({ type: "bad", tag: "a", verb: "LOGIN", reason: "literal-too-big" });
    expect(server.next()).toMatchObject({ type: "command", tag: "b" });
  });

  test("all of them together have a bound", () => {
    const text = `a SEARCH${` TEXT {3000+}\r\n${"x".repeat(3000)}`.repeat(3)}\r\n`;
    expect(commands([bytesOf(text)], { maxCommandBytes: 8000 })).toMatchObject([{ type: "bad", reason: "command-too-big" }]);
  });

  test("what is refused has a bound, too, and the reply to give", () => {
    expect(commands([bytesOf("a FOO( {100000+}\r\n")], UNAUTHENTICATED_COMMAND_LIMITS)).toEqual([
      { type: "failure", side: "remote", code: "too-much-refused" },
    ]);
    const server = decoder(`a FOO( {99999999999999999999999999+}\r\n`);
    expect(() => server.next()).toThrow(
      expect.objectContaining({ reply: bytesOf("* BYE Too much data in a refused command\r\n") }) as Error,
    );
    const endless = new CommandDecoder(UNAUTHENTICATED_COMMAND_LIMITS);
    let most = 0;
    expect(() => {
      for (;;) {
        endless.push(new Uint8Array(1000).fill(65));
        endless.next();
        most = Math.max(most, endless.pending);
      }
    }).toThrow("bytes of a refused command");
    expect(most).toBeLessThanOrEqual(UNAUTHENTICATED_COMMAND_LIMITS.maxLineBytes + 1000);
  });
});

describe("lines of their own", () => {
  test("are no commands", () => {
    const server = new CommandDecoder();
    server.push(bytesOf("a AUTHENTICATE PLAIN\r\nAGEAYg==\r\n*\nb NOOP\r\n"));
    server.next();
    server.expectLine();
    expect(server.next()).toEqual({ type: "line", bytes: bytesOf("AGEAYg==") });
    server.expectLine();
    expect(server.next()).toEqual({ type: "line", bytes: bytesOf("*") });
    expect(server.next()).toMatchObject({ type: "command", tag: "b" });
  });

  test("cannot be asked for in the middle of a command", () => {
    const server = new CommandDecoder();
    server.push(bytesOf("a LOGIN {5+}\r\nali"));
    server.next();
    expect(() => server.expectLine()).toThrow("a command is being read");
  });

  test("have the bound of lines", () => {
    const server = new CommandDecoder({ maxLineBytes: 20 });
    server.expectLine();
    server.push(bytesOf(`${"x".repeat(50)}\r\nb NOOP\r\n`));
    expect(server.next()).toMatchObject({ type: "bad", reason: "line-too-long" });
    expect(server.next()).toMatchObject({ type: "command", tag: "b" });
  });
});

describe("what is shown", () => {
  /** What the events show that come of `text`, each literal taken. */
  function allShown(text: string): string[] {
    const decoder = new CommandDecoder();
    const told: string[] = [];
    decoder.push(bytesOf(`${text}\r\n`));
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
      if (event.type === "literal" || event.type === "append") decoder.accept();
      if ("parts" in event) told.push(event.parts.map((part) => (part instanceof Secret ? String(part) : textOf(part))).join(""));
    }
    return told;
  }

  test.each([
    ["a LOGIN alice secret", "a LOGIN alice *****\r\n"],
    ["a LOGIN alice {6}\r\nsecret", "a LOGIN alice *****\r\n"],
    ["a AUTHENTICATE PLAIN AGEAYg==", "a AUTHENTICATE PLAIN *****\r\n"],
    ["a NOOP", "a NOOP\r\n"],
    ["a LOGIN alice secret oops", "a LOGIN*****"],
    ["a login", "a login\r\n"],
    ["a FETCH x", "a FETCH x\r\n"],
    ["AGFsaWNlAHNlY3JldDE=", "*****"],
  ])("of %j is %j", (text, expected) => {
    expect(allShown(text).at(-1)).toBe(expected);
  });

  test.each([
    ["a SELECT {1}\r\nm", ["a SELECT {1}\r\n", "a SELECT {1}\r\nm\r\n"]],
    ["a LOGIN {5}\r\nalice {6+}\r\nsecret", ["a LOGIN*****", "a LOGIN {5}\r\nalice *****\r\n"]],
    ["a APPEND m {2+}\r\nhi", ["a APPEND m {2+}\r\n", "\r\n"]],
    ["a APPEND m {2+}\r\nhi oops", ["a APPEND m {2+}\r\n", " oops\r\n"]],
    ["a APPEND {1}\r\nm {2}\r\nhi", ["a APPEND {1}\r\n", "a APPEND {1}\r\nm {2}\r\n", "\r\n"]],
  ])("of %j, literal by literal, is %j", (text, expected) => {
    expect(allShown(text)).toEqual(expected);
  });
});

test("limits can grow after authentication", () => {
  const server = new CommandDecoder(UNAUTHENTICATED_COMMAND_LIMITS);
  expect(server.limits.maxLineBytes).toBe(UNAUTHENTICATED_COMMAND_LIMITS.maxLineBytes);
  server.limits = DEFAULT_COMMAND_LIMITS;
  server.push(bytesOf(`a FETCH ${"1,".repeat(20_000)}1 ALL\r\n`));
  expect(server.next()).toMatchObject({ type: "command" });
});
