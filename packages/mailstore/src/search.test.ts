import type { SearchKey } from "@mailwire/imap/codec";
import type { MessageSearchKey } from "@mailwire/imap/server";
import { fromLatin1, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { satisfiesAll } from "./search.ts";
import { SearchedText } from "./searched-text.ts";
import type { StoredMessage } from "./store.ts";

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");

const MESSAGE = crlf(`From: =?utf-8?q?J=C3=B6rg?= <joerg@example.com>
To: Ada <ada@example.com>
Cc: Bob <bob@example.com>
Bcc: Eve <eve@example.com>
Subject: =?iso-8859-1?B?R3L832U=?= and
 =?utf-8*en?q?more?= =?utf-8?q?_words?=
Date: Wed, 17 Jul 1996 23:59:59 -0700 (PDT)
X-Empty:
Content-Type: multipart/mixed; boundary=b

preamble
--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Caf=C3=A9 soft=
 break
--b
Content-Type: text/html; charset=koi8-r
Content-Transfer-Encoding: BASE64

8NLJ18XU
--b
Content-Type: application/octet-stream

attached
--b
Content-Type: message/rfc822

Subject: nested

innermost
--b--
`);

// 1996-07-18 06:30 UTC, 17 July where it was said
const STORED: StoredMessage = {
  uid: 20,
  flags: ["\\Seen", "\\Flagged", "Work"],
  internalDate: { epochMs: Date.UTC(1996, 6, 18, 6, 30), zoneMinutes: -420 },
  content: { size: 1000, async *read() {} },
};

function found(...keys: MessageSearchKey[]): boolean | undefined {
  return satisfiesAll({ stored: STORED, isRecent: true, text: new SearchedText(fromLatin1(MESSAGE)) }, keys);
}
const day = (year: number, month: number, date: number): { year: number; month: number; day: number } => ({ year, month, day: date });

describe("what the store knows", () => {
  test.each<[SearchKey["type"], boolean]>([
    ["ALL", true],
    ["SEEN", true],
    ["FLAGGED", true],
    ["ANSWERED", false],
    ["DELETED", false],
    ["DRAFT", false],
    ["UNSEEN", false],
    ["UNFLAGGED", false],
    ["UNANSWERED", true],
    ["UNDELETED", true],
    ["UNDRAFT", true],
    ["RECENT", true],
    ["OLD", false],
    ["NEW", false],
  ])("%s", (type, expected) => expect(found({ type } as MessageSearchKey)).toBe(expected));

  test("keywords, sizes and UIDs", () => {
    expect(found({ type: "KEYWORD", flag: "WORK" })).toBe(true);
    expect(found({ type: "UNKEYWORD", flag: "work" })).toBe(false);
    expect([999, 1000, 1001].map((octets) => found({ type: "LARGER", octets }))).toEqual([true, false, false]);
    expect([999, 1000, 1001].map((octets) => found({ type: "SMALLER", octets }))).toEqual([false, false, true]);
    expect([[], [20], [1, 20, 30], [1, 19, 21], [1]].map((uids) => found({ type: "UID", uids }))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  test("the day of arrival, in the zone in which it was said", () => {
    const days = [day(1996, 7, 16), day(1996, 7, 17), day(1996, 7, 18)];
    expect(days.map((date) => found({ type: "BEFORE", date }))).toEqual([false, false, true]);
    expect(days.map((date) => found({ type: "ON", date }))).toEqual([false, true, false]);
    expect(days.map((date) => found({ type: "SINCE", date }))).toEqual([true, true, false]);
  });
});

describe("text", () => {
  test.each<[string, string, boolean]>([
    ["FROM", "jörg", true],
    ["FROM", "JOERG@EXAMPLE", true],
    ["FROM", "ada", false],
    ["TO", "ada", true],
    ["CC", "bob", true],
    ["BCC", "eve", true],
    ["SUBJECT", "grüße and more words", true],
    ["SUBJECT", "more  words", false],
    ["BODY", "CAFÉ soft break", true],
    ["BODY", "привет", true],
    ["BODY", "innermost", true],
    ["BODY", "Subject: nested", true],
    ["BODY", "attached", false],
    ["BODY", "jörg", false],
    ["TEXT", "jörg", true],
    ["TEXT", "to: ada", true],
    ["TEXT", "innermost", true],
    ["TEXT", "nowhere", false],
  ])("%s %s", (type, text, expected) => expect(found({ type, text } as MessageSearchKey)).toBe(expected));

  test("fields by name, the empty text being in every one", () => {
    expect(found({ type: "HEADER", field: "x-EMPTY", text: "" })).toBe(true);
    expect(found({ type: "HEADER", field: "X-None", text: "" })).toBe(false);
    expect(found({ type: "HEADER", field: "date", text: "jul 1996" })).toBe(true);
    expect(found({ type: "CC", text: "" })).toBe(true);
  });

  test("8-bit text without a charset is UTF-8 where it can be, and Latin-1 otherwise", () => {
    const inRaw = (raw: Uint8Array, text: string): boolean => new SearchedText(raw).contains(text);
    expect(inRaw(utf8("Subject: Grüße\r\n\r\nCafé"), "grüße")).toBe(true);
    expect(inRaw(utf8("Subject: Grüße\r\n\r\nCafé"), "café")).toBe(true);
    expect(inRaw(fromLatin1("Subject: Gr\xfc\xdfe\r\n\r\n"), "grüße")).toBe(true);
    expect(inRaw(fromLatin1("Content-Type: text/plain; charset=no-such\r\n\r\nCaf\xe9"), "café")).toBe(true);
    expect(inRaw(fromLatin1("Subject: =?no-such?q?Caf=E9?= =?utf-8?x?y?=\r\n\r\n"), "café =?utf-8?x?y?=")).toBe(true);
  });
});

describe("the day in the Date field", () => {
  const sent = (date: string): number | undefined => new SearchedText(fromLatin1(`Date: ${date}\r\n\r\n`)).sentDay;

  test("counts without time and zone", () => {
    const days = [day(1996, 7, 16), day(1996, 7, 17), day(1996, 7, 18)];
    expect(days.map((date) => found({ type: "SENTBEFORE", date }))).toEqual([false, false, true]);
    expect(days.map((date) => found({ type: "SENTON", date }))).toEqual([false, true, false]);
    expect(days.map((date) => found({ type: "SENTSINCE", date }))).toEqual([true, true, false]);
  });

  test("may have an old year, or be unreadable", () => {
    expect(["1 jan 03", "1 Jan 97", "1 Jan 103", "2 February 2026", "yesterday", "1 Foo 2026"].map(sent)).toEqual([
      20030101,
      19970101,
      20030101,
      20260202,
      undefined,
      undefined,
    ]);
    const undated = { stored: STORED, isRecent: false, text: new SearchedText(new Uint8Array()) };
    expect(satisfiesAll(undated, [{ type: "SENTSINCE", date: day(1970, 1, 1) }])).toBe(false);
  });
});

describe("keys together", () => {
  const yes: MessageSearchKey = { type: "SEEN" };
  const no: MessageSearchKey = { type: "DELETED" };
  const text: MessageSearchKey = { type: "BODY", text: "x" };
  const unread = (...keys: MessageSearchKey[]): boolean | undefined => satisfiesAll({ stored: STORED, isRecent: false }, keys);

  test("are true together, either, or not", () => {
    expect([found(yes, yes), found(yes, no), found()]).toEqual([true, false, true]);
    expect([found({ type: "NOT", key: no }), found({ type: "NOT", key: yes })]).toEqual([true, false]);
    expect([found({ type: "AND", keys: [yes, no] }), found({ type: "AND", keys: [] })]).toEqual([false, true]);
    const or = (left: MessageSearchKey, right: MessageSearchKey): boolean | undefined => found({ type: "OR", left, right });
    expect([or(yes, no), or(no, yes), or(no, no), or(yes, yes)]).toEqual([true, true, false, true]);
  });

  test("stay open while only the content can tell, and only then", () => {
    expect([unread(text), unread(text, yes), unread({ type: "NOT", key: text })]).toEqual([undefined, undefined, undefined]);
    expect([unread(text, no), unread(no, text)]).toEqual([false, false]);
    expect([unread({ type: "OR", left: text, right: yes }), unread({ type: "OR", left: text, right: no })]).toEqual([true, undefined]);
    expect(unread({ type: "SENTON", date: day(2026, 1, 1) })).toBeUndefined();
  });
});
