import { describe, expect, test } from "vitest";
import { bytesOf, pieces, responses, textOf, written } from "../../test/codec-driving.ts";
import type { Response } from "./index.ts";
import { encodeResponse, ResponseDecoder } from "./index.ts";

/** The one response in `text`, which must be read without deviation. */
function read(text: string): Response {
  const events = responses([bytesOf(`${text}\r\n`)]);
  expect(events).toHaveLength(1);
  const [event] = events;
  if (event?.type !== "response") throw new Error(`no response but ${String(event?.type)}`);
  expect(event.deviations).toEqual([]);
  return event.response;
}

/** The one response in `text`, and the codes of what was tolerated. */
function tolerate(text: string): { response: Response; deviations: readonly string[] } {
  const events = responses([bytesOf(`${text}\r\n`)]);
  expect(events).toHaveLength(1);
  const [event] = events;
  if (event?.type !== "response") throw new Error(`no response but ${String(event?.type)}`);
  return { response: event.response, deviations: event.deviations.map(({ code }) => code) };
}

/** Items of a FETCH response. */
function items(response: Response): unknown {
  return response.type === "FETCH" ? response.items : response;
}

const SERVER_EXAMPLES = `
* 1 RECENT
* 14 FETCH (FLAGS (\\Seen \\Deleted))
* 172 EXISTS
* 22 EXPUNGE
* 23 FETCH (FLAGS (\\Seen) UID 4827313)
* BAD Disk crash, attempting salvage to a new disk!
* BYE IMAP4rev1 Server logging out
* CAPABILITY IMAP4rev1 STARTTLS AUTH=GSSAPI
* CAPABILITY IMAP4rev1 XPIG-LATIN
* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
* LIST () "." INBOX.bar
* LIST () "/" ~/Mail/meetings
* LIST (\\Noselect) "." #news.
* LIST (\\Noselect) "/" ""
* LSUB (\\NoSelect) "." #news.comp.mail
* NO Disk is 98% full, please delete unnecessary data
* OK [ALERT] System shutdown in 10 minutes
* OK [PERMANENTFLAGS ()] No permanent flags permitted
* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited
* OK [UIDNEXT 4392] Predicted next UID
* OK [UIDVALIDITY 3857529045] UIDs valid
* OK [UNSEEN 12] Message 12 is first unseen
* OK [NOMODSEQ] No permanent mod-sequences
* SEARCH
* SEARCH 2 84 882
* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)
* XPIG-LATIN ow-nay eaking-spay ig-pay atin-lay
+ Ready for additional command text
+ YDMGCSqGSIb3EgECAgIBAAD/////6jcyG4GE3KkTzBeBiVHe
A044 BAD No such command as "BLURDYBLOOP"
A142 OK [READ-WRITE] SELECT completed
A223 NO COPY failed: disk is full
A932 OK [READ-ONLY] EXAMINE completed
`;

describe("the examples of RFC 3501", () => {
  test.each(SERVER_EXAMPLES.trim().split("\n"))("%s is read and said again", (line) => {
    expect(read(textOf(written(encodeResponse(read(line)))).slice(0, -2))).toEqual(read(line));
  });

  test("conditions", () => {
    expect(read("* OK [UIDVALIDITY 3857529045] UIDs valid")).toEqual({
      type: "untagged",
      status: "OK",
      code: { type: "UIDVALIDITY", value: 3857529045 },
      text: "UIDs valid",
    });
    expect(read("* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited")).toMatchObject({
      code: { type: "PERMANENTFLAGS", flags: ["\\Deleted", "\\Seen", "\\*"] },
      text: "Limited",
    });
    expect(read("A932 OK [READ-ONLY] EXAMINE completed")).toEqual({
      type: "tagged",
      tag: "A932",
      status: "OK",
      code: { type: "READ-ONLY" },
      text: "EXAMINE completed",
    });
    expect(read("* PREAUTH IMAP4rev1 server logged in as Smith")).toMatchObject({ status: "PREAUTH", code: null });
    expect(read("+ Ready for literal data")).toEqual({ type: "continuation", text: "Ready for literal data" });
  });

  test("mailbox data", () => {
    expect(read("* CAPABILITY IMAP4rev1 STARTTLS AUTH=GSSAPI")).toEqual({
      type: "CAPABILITY",
      capabilities: ["IMAP4rev1", "STARTTLS", "AUTH=GSSAPI"],
    });
    expect(read('* LIST (\\Noselect) "/" ~/Mail/foo')).toEqual({
      type: "LIST",
      attributes: ["\\Noselect"],
      delimiter: "/",
      mailbox: { raw: "~/Mail/foo", name: "~/Mail/foo" },
    });
    expect(read("* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)")).toMatchObject({
      mailbox: { raw: "blurdybloop" },
      items: [
        { type: "MESSAGES", value: 231 },
        { type: "UIDNEXT", value: 44292 },
      ],
    });
    expect(read("* SEARCH 2 3 6")).toEqual({ type: "SEARCH", numbers: [2, 3, 6] });
    expect(read("* 23 EXISTS")).toEqual({ type: "EXISTS", count: 23 });
    expect(read("* 5 RECENT")).toEqual({ type: "RECENT", count: 5 });
    expect(read("* 44 EXPUNGE")).toEqual({ type: "EXPUNGE", sequenceNumber: 44 });
  });

  test("FETCH FULL of the sample connection", () => {
    const gray = { name: "Terry Gray", route: null, mailbox: "gray", host: "cac.washington.edu" };
    expect(
      read(
        '* 12 FETCH (FLAGS (\\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286 ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" ' +
          '"IMAP4rev1 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ' +
          '(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")' +
          '("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.edu>") ' +
          'BODY ("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92))',
      ),
    ).toEqual({
      type: "FETCH",
      sequenceNumber: 12,
      items: [
        { type: "FLAGS", flags: ["\\Seen"] },
        {
          type: "INTERNALDATE",
          date: {
            text: "17-Jul-1996 02:44:25 -0700",
            year: 1996,
            month: 7,
            day: 17,
            hour: 2,
            minute: 44,
            second: 25,
            zoneMinutes: -420,
          },
        },
        { type: "RFC822.SIZE", octets: 4286 },
        {
          type: "ENVELOPE",
          envelope: {
            date: "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)",
            subject: "IMAP4rev1 WG mtg summary and minutes",
            from: [gray],
            sender: [gray],
            replyTo: [gray],
            to: [{ name: null, route: null, mailbox: "imap", host: "cac.washington.edu" }],
            cc: [
              { name: null, route: null, mailbox: "minutes", host: "CNRI.Reston.VA.US" },
              { name: "John Klensin", route: null, mailbox: "KLENSIN", host: "MIT.EDU" },
            ],
            bcc: null,
            inReplyTo: null,
            messageId: "<B27397-0100000@cac.washington.edu>",
          },
        },
        {
          type: "BODY",
          structure: {
            kind: "text",
            type: "TEXT",
            subtype: "PLAIN",
            parameters: [{ name: "CHARSET", value: "US-ASCII" }],
            id: null,
            description: null,
            encoding: "7BIT",
            octets: 3028,
            lines: 92,
          },
        },
      ],
    });
  });

  test("a section as a literal", () => {
    const header = "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\nTo: imap@cac.washington.edu\r\n\r\n";
    expect(read(`* 12 FETCH (BODY[HEADER] {${header.length}}\r\n${header})`)).toEqual({
      type: "FETCH",
      sequenceNumber: 12,
      items: [{ type: "BODY[]", section: { part: [], text: "HEADER", fields: [] }, origin: null, data: bytesOf(header) }],
    });
  });

  test("the body structures of section 7.4.2", () => {
    expect(items(read('* 1 FETCH (BODYSTRUCTURE ("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 2279 48))'))).toMatchObject([
      { structure: { kind: "text", octets: 2279, lines: 48 } },
    ]);
    expect(
      items(
        read(
          '* 1 FETCH (BODYSTRUCTURE (("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23)("TEXT" "PLAIN" ("CHARSET" "US-ASCII" "NAME" "cc.diff") ' +
            '"<960723163407.20117h@cac.washington.edu>" "Compiler diff" "BASE64" 4554 73) "MIXED"))',
        ),
      ),
    ).toMatchObject([
      { structure: { kind: "multipart", subtype: "MIXED", parts: [{ octets: 1152 }, { description: "Compiler diff", lines: 73 }] } },
    ]);
  });
});

describe("recorded servers", () => {
  test("MDaemon: an atom for a string, text of a dot, an envelope that is too short", () => {
    expect(tolerate("* OK [PERMANENTFLAGS (\\Answered \\Seen)] .")).toEqual({
      response: { type: "untagged", status: "OK", code: { type: "PERMANENTFLAGS", flags: ["\\Answered", "\\Seen"] }, text: "." },
      deviations: [],
    });
    const { response, deviations } = tolerate(
      '* 3 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL) BODY (TEXT "PLAIN" NIL NIL NIL "7BIT" 0 0))',
    );
    expect(items(response)).toMatchObject([{ envelope: { messageId: null } }, { structure: { kind: "text", type: "TEXT", lines: 0 } }]);
    expect(deviations).toEqual(["missing-envelope-field", "missing-envelope-field", "atom-for-string"]);
  });

  test("Dovecot: capabilities in the code of a tagged OK, special use, no modification sequences", () => {
    expect(read("a OK [CAPABILITY IMAP4rev1 LITERAL+ IDLE] Logged in")).toMatchObject({
      code: { type: "CAPABILITY", capabilities: ["IMAP4rev1", "LITERAL+", "IDLE"] },
    });
    expect(read("* OK [NOMODSEQ] No permanent mod-sequences")).toMatchObject({ code: { type: "NOMODSEQ" } });
    expect(read("* OK [HIGHESTMODSEQ 18446744073] Highest")).toMatchObject({ code: { value: 18446744073n } });
    expect(read('* LIST (\\HasNoChildren \\Trash) "/" Trash')).toMatchObject({ attributes: ["\\HasNoChildren", "\\Trash"] });
    expect(read("A3 OK [APPENDUID 38505 3955] APPEND completed")).toMatchObject({ code: { uids: [{ first: 3955, last: 3955 }] } });
    expect(read("A4 OK [COPYUID 38505 304,319:320 3956:3958] Done")).toMatchObject({
      code: {
        source: [
          { first: 304, last: 304 },
          { first: 319, last: 320 },
        ],
        destination: [{ first: 3956, last: 3958 }],
      },
    });
  });

  test("a literal whose size is not that of its bytes costs that response alone", () => {
    const short = responses([bytesOf("* 1 FETCH (BODY[] {5}\r\ntoo long)\r\nA1 OK done\r\n")]);
    expect(short.at(-1)).toMatchObject({ response: { type: "tagged", tag: "A1" } });
    const long = responses([bytesOf("* 1 FETCH (BODY[] {12}\r\nshort)\r\nA1 OK done\r\nA2 OK done\r\n")]);
    expect(long.at(-1)).toMatchObject({ response: { type: "tagged", tag: "A2" } });
  });
});

describe("framing", () => {
  test.each([
    "* OK text {14}",
    "A1 NO [ALERT] see {3}",
    "+ go on {2}",
    "* BYE {1}",
    "* CAPABILITY IMAP4rev1 {5}",
    '* LIST () "/" name {14}',
    "* 3 EXISTS {4}",
    "* FLAGS (a{3}",
    "A1 OK [BADCHARSET (x)] {3}",
  ])("%s ends with its line", (line) => {
    const events = responses([bytesOf(`${line}\r\nA9 OK sentinel\r\n`)]);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ response: { tag: "A9" } });
  });

  test.each([
    ['* LIST () "/" {3}\r\na b', { mailbox: { raw: "a b" } }],
    ['* STATUS {3}\r\na"b (MESSAGES 1)', { mailbox: { raw: 'a"b' } }],
    ["* XNEW (a {2}\r\n\r\n) b", { type: "unknown", name: "XNEW", raw: bytesOf("XNEW (a {2}\r\n\r\n) b") }],
    ["* OK [BADCHARSET ({5}\r\nUTF-8)] no", { code: { type: "BADCHARSET", charsets: ["UTF-8"] } }],
    ["* 1 FETCH (RFC822 ~{2}\r\n\0\0)", { items: [{ type: "RFC822", data: new Uint8Array(2) }] }],
    ['* 1 FETCH (BODY[] {3}\r\n{1} RFC822.TEXT "a\\"b")', { items: [{ data: bytesOf("{1}") }, { data: bytesOf('a"b') }] }],
  ])("%j has a literal", (text, expected) => {
    expect(tolerate(text).response).toMatchObject(expected);
  });

  test("a literal may end in what looks like one", () => {
    expect(responses([bytesOf("* 1 FETCH (BODY[] {3}\r\n{1}\r\nA1 OK done\r\n")])).toMatchObject([
      { response: { items: [{ data: bytesOf("{1}") }] } },
      { response: { tag: "A1" } },
    ]);
  });

  test("lines may end in LF alone, begin with NUL, be empty: all is noted", () => {
    expect(responses([bytesOf("\r\n\n\0\0* OK ready\n")])).toMatchObject([
      {
        response: { type: "untagged", text: "ready" },
        deviations: [
          { code: "empty-line", offset: 1 },
          { code: "nul", offset: 3 },
          { code: "bare-lf", offset: 15 },
        ],
      },
    ]);
  });

  test("a delimiter that is cut off is no delimiter, whatever the next line begins with", () => {
    const text = '* LIST () "\n" a\nA1 OK done\r\n';
    const whole = responses([bytesOf(text)]);
    expect(whole).toMatchObject([{ response: { reason: "open-quote" } }, { response: { type: "invalid" } }, { response: { tag: "A1" } }]);
    expect(responses(Array.from(text, (character) => bytesOf(character)))).toEqual(whole);
  });

  test("raw gives the bytes, pending what is left of them", () => {
    const decoder = new ResponseDecoder();
    decoder.push(bytesOf("* 1 EXISTS\r\n* 2 EX"));
    const event = decoder.next();
    expect(event?.type === "response" ? textOf(event.raw) : undefined).toBe("* 1 EXISTS\r\n");
    expect(decoder.next()).toBeUndefined();
    expect(decoder.pending).toBe(6);
  });
});

describe("literals over the size that streams", () => {
  const body = "x".repeat(100);
  const text = `* 1 FETCH (UID 7 BODY[1.TEXT]<5> {100}\r\n${body} FLAGS (\\Seen) RFC822.HEADER {90}\r\n${"h".repeat(90)})\r\nA1 OK done\r\n`;

  test.each([[1], [7], [64], [10_000]])("pass as chunks that say where they belong, in pieces of %i", (size) => {
    expect(responses(pieces(bytesOf(text), [size]), { streamLiteralBytes: 64 })).toEqual([
      {
        type: "literal-start",
        sequenceNumber: 1,
        items: [{ type: "UID", uid: 7 }],
        item: { type: "BODY[]", section: { part: [1], text: "TEXT", fields: [] }, origin: 5 },
        raw: [bytesOf("* 1 FETCH (UID 7 BODY[1.TEXT]<5> {100}\r\n")],
        size: 100,
      },
      { type: "literal-chunk", bytes: bytesOf(body) },
      { type: "literal-end" },
      {
        type: "literal-start",
        sequenceNumber: 1,
        items: [
          { type: "UID", uid: 7 },
          { type: "BODY[]", section: { part: [1], text: "TEXT", fields: [] }, origin: 5, data: { size: 100 } },
          { type: "FLAGS", flags: ["\\Seen"] },
        ],
        item: { type: "RFC822.HEADER" },
        raw: [bytesOf(" FLAGS (\\Seen) RFC822.HEADER {90}\r\n")],
        size: 90,
      },
      { type: "literal-chunk", bytes: bytesOf("h".repeat(90)) },
      { type: "literal-end" },
      {
        type: "response",
        response: {
          type: "FETCH",
          sequenceNumber: 1,
          items: [
            { type: "UID", uid: 7 },
            { type: "BODY[]", section: { part: [1], text: "TEXT", fields: [] }, origin: 5, data: { size: 100 } },
            { type: "FLAGS", flags: ["\\Seen"] },
            { type: "RFC822.HEADER", data: { size: 90 } },
          ],
        },
        deviations: [],
        raw: [bytesOf(")\r\n")],
      },
      expect.objectContaining({ response: expect.objectContaining({ tag: "A1" }) as unknown }) as unknown,
    ]);
  });

  test("are views of what arrived, and nothing of them is held", () => {
    const decoder = new ResponseDecoder({ streamLiteralBytes: 10 });
    decoder.push(bytesOf("* 1 FETCH (BODY[] {1000000}\r\n"));
    expect(decoder.next()?.type).toBe("literal-start");
    const chunk = new Uint8Array(4000);
    for (let sent = 0; sent < 1_000_000; sent += chunk.length) {
      decoder.push(chunk);
      const event = decoder.next();
      expect(event?.type === "literal-chunk" ? event.bytes.buffer : undefined).toBe(chunk.buffer);
      expect(decoder.next()?.type).toBe(sent + chunk.length === 1_000_000 ? "literal-end" : undefined);
      expect(decoder.pending).toBeLessThan(100);
    }
  });

  test("are held where they are not data of a message", () => {
    const subject = "s".repeat(100);
    const events = responses([bytesOf(`* 1 FETCH (ENVELOPE (NIL {100}\r\n${subject} NIL NIL NIL NIL NIL NIL NIL NIL))\r\n`)], {
      streamLiteralBytes: 64,
    });
    expect(events).toMatchObject([{ response: { items: [{ envelope: { subject } }] } }]);
    expect(responses([bytesOf(`* XNEW {100}\r\n${subject}\r\n`)], { streamLiteralBytes: 64 })).toMatchObject([
      { response: { type: "unknown" } },
    ]);
    expect(responses([bytesOf(`* 1 FETCH (FLAGS ({100}\r\n${subject}))\r\n`)], { streamLiteralBytes: 64 })).toMatchObject([
      { response: { items: [{ flags: [subject] }] } },
    ]);
  });
});

describe("results of searches", () => {
  const numbers = Array.from({ length: 3000 }, (_, index) => index * 3 + 1);

  test.each([[1], [100], [100_000]])("are read as they come when they are many, in pieces of %i", (size) => {
    const text = `* SEARCH ${numbers.join(" ")} (MODSEQ 917162500)\r\n* OK next\r\n`;
    expect(responses(pieces(bytesOf(text), [size]), { maxResponseBytes: 5000 })).toMatchObject([
      { response: { type: "SEARCH", numbers, modSeq: 917162500n }, deviations: [] },
      { response: { text: "next" } },
    ]);
  });

  test.each([[1], [100], [100_000]])("of ESEARCH, too, in pieces of %i", (size) => {
    const set = numbers.map((number) => (number % 2 === 0 ? String(number) : `${number}:${number + 1}`)).join(",");
    const text = `* ESEARCH (TAG "A1") UID MIN 1 ALL ${set} COUNT 3000\r\n* OK next\r\n`;
    expect(responses(pieces(bytesOf(text), [size]), { maxResponseBytes: 5000 })).toMatchObject([
      {
        response: {
          tag: "A1",
          numbering: "uid",
          min: 1,
          count: 3000,
          all: numbers.map((first) => ({ first, last: first % 2 === 0 ? first : first + 1 })),
        },
        deviations: [],
      },
      { response: { text: "next" } },
    ]);
  });

  test("that are no numbers are read to the end of the line all the same", () => {
    const text = `* SEARCH ${numbers.join(" ")} ${"9".repeat(50)} x\r\n* ESEARCH ALL ${numbers.join(",")},0:1\r\n* OK next\r\n`;
    for (const size of [1, 1000, 100_000]) {
      expect(responses(pieces(bytesOf(text), [size]))).toMatchObject([
        { response: { type: "invalid", reason: "number-too-big" } },
        { response: { type: "ESEARCH", extensions: [{ name: "ALL" }] } },
        { response: { text: "next" } },
      ]);
    }
  });

  test("may be odd: a space at the end, none before the list, other results", () => {
    expect(tolerate("* SEARCH 1 2 ")).toMatchObject({ response: { numbers: [1, 2] } });
    expect(tolerate("* SEARCH 1 2(modseq 9)")).toMatchObject({ response: { numbers: [1, 2], modSeq: 9n }, deviations: ["missing-space"] });
    expect(tolerate("* SEARCH 1 (OTHER 9)").response).toMatchObject({ type: "invalid" });
    expect(tolerate("* SEARCH 1 0")).toMatchObject({ response: { numbers: [1] }, deviations: ["zero"] });
    expect(tolerate("* SEARCH 1 x").deviations).toEqual(["trailing-data"]);
    expect(tolerate("* ESEARCH (TAG a) ALL *:4 X-NEW (a b) ").response).toMatchObject({
      tag: "a",
      all: [{ first: "*", last: 4 }],
      extensions: [{ name: "X-NEW", raw: bytesOf("(a b)") }],
    });
    expect(tolerate("* ESEARCH (FOO a)").response).toMatchObject({ type: "invalid", reason: "bad-correlator" });
  });
});

describe("numbers are exact", () => {
  test.each([
    ["* 4294967295 EXISTS", { type: "EXISTS", count: 4294967295 }],
    ["* 4294967296 EXISTS", { type: "invalid", reason: "number-too-big" }],
    [`* ${"9".repeat(30)} EXISTS`, { type: "invalid", reason: "number-too-big" }],
    [`* ${"9".repeat(400)} EXISTS`, { type: "invalid", reason: "number-too-big" }],
    ["* 0 EXPUNGE", { type: "invalid", reason: "zero" }],
    ["* 0 FETCH (UID 1)", { type: "invalid", reason: "zero" }],
    ["* 1 FETCH (MODSEQ (9223372036854775807))", { items: [{ modSeq: 9223372036854775807n }] }],
    ["* 1 FETCH (MODSEQ (9007199254740993))", { items: [{ modSeq: 9007199254740993n }] }],
    ["* 1 FETCH (MODSEQ (9223372036854775808) UID 5)", { items: [{ type: "invalid", name: "MODSEQ" }, { uid: 5 }] }],
    [`* 1 FETCH (MODSEQ (${"1".repeat(60)}) UID 5)`, { items: [{ type: "invalid" }, { uid: 5 }] }],
    [`* 1 FETCH (RFC822.SIZE ${"9".repeat(30)} UID 5)`, { items: [{ type: "invalid", raw: bytesOf("9".repeat(30)) }, { uid: 5 }] }],
    ["* 1 FETCH (UID 0 FLAGS ())", { items: [{ type: "invalid", raw: bytesOf("0") }, { flags: [] }] }],
    ["* STATUS a (MESSAGES 4294967296 UIDNEXT 7)", { items: [{ type: "invalid", name: "MESSAGES" }, { value: 7 }] }],
    [`* OK [UIDNEXT ${"9".repeat(30)}] big`, { code: { type: "invalid", name: "UIDNEXT", arguments: "9".repeat(30) }, text: "big" }],
  ])("%s", (text, expected) => {
    expect(tolerate(text).response).toMatchObject(expected);
  });
});

describe("what servers send all the same", () => {
  test.each<[string, object]>([
    ["* OK [UNSEEN 0] ", { code: { type: "UNSEEN", value: 0 }, text: "" }],
    ["* OK", { status: "OK", code: null, text: "" }],
    ["* OK [X-OPEN text", { code: null, text: "[X-OPEN text" }],
    ["* OK [COPYUID 1  ] done", { code: { type: "COPYUID", source: [], destination: [] }, text: "done" }],
    ["* OK [\x01ODD] done", { code: { type: "invalid", name: "\x01ODD", arguments: null } }],
    ["* OK [BADCHARSET] done", { code: { type: "BADCHARSET", charsets: [] } }],
    ['* OK [X-NEW a "b"] done', { code: { type: "unknown", name: "X-NEW", arguments: 'a "b"' } }],
    ["* OK gr\xfc\xdfe", { text: "gr\xfc\xdfe" }],
    ["* OK \xc3\xbc", { text: "ü" }],
    ["+idling", { type: "continuation", text: "idling" }],
    ["* CAPABILITY IMAP4rev1 IDLE ", { capabilities: ["IMAP4rev1", "IDLE"] }],
    ["* CAPABILITY (a)", { type: "invalid", reason: "bad-capability" }],
    ["* LIST () NIL a b\tc", { delimiter: null, mailbox: { raw: "a b\tc" } }],
    ['* LIST () "" "&AOQ-"', { delimiter: null, mailbox: { raw: "&AOQ-", name: "ä" } }],
    ['* LIST () "/" \xc3\xa4', { mailbox: { name: "ä" } }],
    ['* LIST () "/" ', { type: "invalid", reason: "no-mailbox" }],
    ['* LIST () "/" a ("CHILDINFO" ("SUBSCRIBED"))', { mailbox: { raw: "a" }, extended: [{ type: "CHILDINFO", options: ["SUBSCRIBED"] }] }],
    ['* LIST () "/" "a" x', { mailbox: { raw: "a" } }],
    ["* STATUS a b (MESSAGES 1)", { mailbox: { raw: "a b" } }],
    ["* STATUS a", { mailbox: { name: "a" }, items: [] }],
    ["* STATUS a (X-NEW (1 2) MESSAGES 3)", { items: [{ type: "unknown", name: "X-NEW", raw: bytesOf("(1 2)") }, { value: 3 }] }],
    ["* 3 FOO bar", { type: "unknown", name: "FOO", raw: bytesOf("3 FOO bar") }],
    ["* THREAD ", { type: "THREAD", threads: [] }],
    ["* FOO(bar)", { type: "invalid", reason: "bad-character" }],
    ["A1 FOO bar", { type: "invalid", reason: "bad-status" }],
    ["*", { type: "invalid", reason: "no-space" }],
    ["(odd)", { type: "invalid", reason: "no-tag" }],
    ["* 1 FETCH (FLAGS (\\Seen ))", { items: [{ flags: ["\\Seen"] }] }],
    ["* 1 FETCH (FLAGS (a[b]/c))", { items: [{ flags: ["a[b]/c"] }] }],
    ['* 1 FETCH (INTERNALDATE "1-Jan-2024 00:00:00 +0000")', { items: [{ date: { day: 1, text: "1-Jan-2024 00:00:00 +0000" } }] }],
    ['* 1 FETCH (INTERNALDATE "yesterday" UID 1)', { items: [{ type: "invalid", raw: bytesOf('"yesterday"') }, { uid: 1 }] }],
    ['* 1 FETCH (X-NEW[1 2]<3> (a ("b" {1}\r\n)) [c d]) UID 1)', { items: [{ name: "X-NEW[1 2]<3>" }, { uid: 1 }] }],
    ["* 1 FETCH (BODY[FOO] NIL UID 1)", { items: [{ type: "invalid", name: "BODY[FOO]" }, { uid: 1 }] }],
    ['* 1 FETCH (BODY[TEXT] "a\\\\b\xe4" RFC822 NIL)', { items: [{ data: bytesOf("a\\b\xe4") }, { data: null }] }],
    ["* 1 FETCH (BODY[] atom UID 1)", { items: [{ type: "invalid" }, { uid: 1 }] }],
    ["* 1 FETCH (UID 1", { items: [{ uid: 1 }] }],
    ["* 1 FETCH (UID 1 ENVELOPE (NIL", { items: [{ uid: 1 }, { type: "invalid", name: "ENVELOPE", raw: bytesOf("(NIL") }] }],
    ['* 1 FETCH (ENVELOPE ("open UID 1)', { items: [{ type: "invalid", name: "ENVELOPE" }] }],
    ["* 1 FETCH (ENVELOPE", { items: [{ type: "invalid", name: "ENVELOPE" }] }],
    ["* 1 FETCH FLAGS", { items: [{ type: "invalid", name: "FLAGS" }] }],
    ["* 1 FETCH (BODYSTRUCTURE () UID 1)", { items: [{ type: "invalid" }, { uid: 1 }] }],
  ])("%j", (text, expected) => {
    expect(tolerate(text).response).toMatchObject(expected);
  });

  test.each<[string, object]>([
    ['("a" "b" NIL NIL NIL "7bit" 5)', { kind: "basic", octets: 5 }],
    ['("a" "b" NIL NIL NIL NIL NIL)', { kind: "basic", encoding: "", octets: 0 }],
    ['("application" NIL NIL NIL "base64" 356)', { kind: "basic", subtype: "", encoding: "base64", octets: 356 }],
    ['("application" NIL NIL NIL NIL 356)', { kind: "basic", subtype: "", encoding: "", octets: 356 }],
    ['("text" "plain" ("charset") NIL NIL "7bit" 1 1)', { parameters: [{ name: "charset", value: "" }] }],
    [
      '("text" "plain" NIL NIL NIL "7bit" 5 NIL "attachment" "de" NIL)',
      { kind: "basic", disposition: { type: "attachment" }, language: ["de"] },
    ],
    [
      '("a" "b" NIL NIL NIL "7bit" 5 NIL ("inline") ("de" "en") ())',
      { disposition: { parameters: null }, language: ["de", "en"], location: null },
    ],
    ['("a" "b" NIL NIL NIL "7bit" 5 NIL NIL ("inline" ("x" "y")) NIL)', { disposition: { type: "inline", parameters: [{ name: "x" }] } }],
    ['("a" "b" NIL NIL NIL "7bit" 5 NIL NIL NIL NIL ("x" 1 (NIL)) 5)', { extensions: [["x", 1, [null]], 5] }],
    ['("multipart" "x" NIL NIL NIL "7bit" 5 ("b" "c") NIL NIL)', { kind: "basic", md5: null }],
    ['("message" "rfc822" NIL NIL NIL "7bit" 5 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) () 0)', { kind: "message", structure: null }],
    ['("message" "rfc822" NIL NIL NIL "7bit" 5 NIL ("attachment" NIL))', { kind: "basic", disposition: { type: "attachment" } }],
    ['(NIL "alternative" ("boundary" "x") NIL NIL NIL)', { kind: "multipart", parts: [], subtype: "alternative" }],
    ['("related" NIL ("attachment" NIL) NIL)', { kind: "multipart", parts: [] }],
    ['("mixed" ("attachment" NIL) NIL)', { kind: "multipart", parts: [], disposition: { type: "attachment" } }],
    [
      '(("a" "b" NIL NIL NIL "7bit" 5) ("c" "d" NIL NIL NIL "7bit" 5) "mixed")',
      { kind: "multipart", parts: [{ type: "a" }, { type: "c" }] },
    ],
    ['("a="b"" "c" NIL NIL """" "7bit" 5)', { type: 'a="b"', description: '""' }],
    ['("a" "b\\x" NIL NIL NIL "7bit" 5)', { type: "a", subtype: "b\\x" }],
  ])("body structure %s", (text, expected) => {
    const { response } = tolerate(`* 1 FETCH (BODYSTRUCTURE ${text} UID 5)`);
    expect(items(response)).toMatchObject([{ type: "BODYSTRUCTURE", structure: expected }, { uid: 5 }]);
  });

  test.each<[string, object]>([
    ['("d" "s" NIL NIL NIL NIL)', { date: "d", subject: "s", messageId: null }],
    ['("d" "s" NIL NIL NIL NIL NIL NIL NIL "<m>" "extra")', { messageId: "<m>" }],
    [
      '("d" "s\\"x\\\\" ((NIL NIL NIL ".MISSING")) NIL NIL NIL NIL NIL NIL NIL)',
      { subject: 's"x\\', from: [{ mailbox: null, host: ".MISSING" }] },
    ],
    ['("d" {3}\r\n\xc3\xbcx () NIL NIL NIL NIL NIL NIL NIL)', { subject: "üx", from: null }],
  ])("envelope %j", (text, expected) => {
    const { response } = tolerate(`* 1 FETCH (ENVELOPE ${text} UID 5)`);
    expect(items(response)).toMatchObject([{ type: "ENVELOPE", envelope: expected }, { uid: 5 }]);
  });
});

describe("bounds", () => {
  test("nesting", () => {
    const deep = "(".repeat(300) + ")".repeat(300);
    expect(tolerate(`* 1 FETCH (X-DEEP ${deep} UID 1)`).response).toMatchObject({ items: [{ type: "invalid" }] });
    const body = '("message" "rfc822" NIL NIL NIL "7bit" 5 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) '.repeat(300);
    expect(tolerate(`* 1 FETCH (BODY ${body}`).response).toMatchObject({ items: [{ type: "invalid", name: "BODY" }] });
  });

  test("tokens", () => {
    const limits = { maxTokenBytes: 10 };
    const [event] = responses([bytesOf(`* 1 FETCH (ENVELOPE ("${"x".repeat(11)}") FLAGS (${"y".repeat(11)}) UID 1)\r\n`)], limits);
    expect(event).toMatchObject({ response: { items: [{ type: "invalid" }, { type: "invalid" }, { uid: 1 }] } });
  });

  test.each([
    ["response-too-big", `* 1 FETCH (${"x".repeat(600)}`],
    ["response-too-big", `* OK ${"x".repeat(600)}\r\n`],
    ["response-too-big", "* 1 FETCH (ENVELOPE {600}\r\n"],
    ["literal-too-big", "* 1 FETCH (BODY[] {5000}\r\n"],
    ["search-too-big", `* SEARCH ${"1 ".repeat(3000)}`],
  ])("%s ends it: %s", (code, text) => {
    for (const size of [1, 100_000]) {
      const events = responses(pieces(bytesOf(text), [size]), { maxResponseBytes: 500, maxLiteralBytes: 4000, maxSearchNumbers: 2000 });
      expect(events).toEqual([{ type: "failure", side: "remote", code }]);
    }
  });

  test("what waits stays under the limit, whatever comes", () => {
    const decoder = new ResponseDecoder({ maxResponseBytes: 1000 });
    let most = 0;
    expect(() => {
      for (;;) {
        decoder.push(bytesOf("* 1 FETCH (FLAGS ("));
        decoder.next();
        most = Math.max(most, decoder.pending);
      }
    }).toThrow("more than 1000 bytes");
    expect(most).toBeLessThanOrEqual(1000);
  });
});
