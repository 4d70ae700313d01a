import { describe, expect, test } from "vitest";
import { bytesOf, commandIn, refusal, textFor } from "../../test/codec-driving.ts";
import type { Command, SearchKey } from "./index.ts";
import { encodeCommand, mailboxName } from "./index.ts";

describe("examples of the RFCs", () => {
  test.each([
    // RFC 4731
    "SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith",
    "SEARCH RETURN () FLAGGED SINCE 1-Feb-1994 NOT FROM Smith",
    "UID SEARCH RETURN () UID 1:5",
    'SEARCH RETURN (MIN) MODSEQ "/flags/\\\\draft" all 620162338',
    // RFC 7162
    'SEARCH MODSEQ "/flags/\\\\draft" all 620162338',
    "SEARCH OR NOT MODSEQ 720162338 LARGER 50000",
    "UID SEARCH RETURN (ALL) MODSEQ 1234",
    // RFC 5182
    "SEARCH RETURN (SAVE) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith",
    "UID SEARCH UID $ SMALLER 4096",
    "SEARCH RETURN (MAX SAVE MIN) SINCE 12-Feb-2006 NOT FROM Smith",
    // RFC 5267
    "UID SORT RETURN () (REVERSE DATE) UTF-8 UNDELETED UNKEYWORD $Junk",
    "SEARCH RETURN (CONTEXT COUNT) UNDELETED UNKEYWORD $Junk",
    "UID SEARCH RETURN (UPDATE COUNT) DELETED KEYWORD $Junk",
    "UID SORT RETURN (UPDATE COUNT) (SUBJECT) UTF-8 KEYWORD $Junk",
    "UID SEARCH RETURN (PARTIAL 23500:24000) UNDELETED UNKEYWORD $Junk",
    'CANCELUPDATE "B01"',
    // RFC 5465
    "SEARCH RETURN (COUNT UPDATE (UID BODY[HEADER.FIELDS (TO FROM SUBJECT)])) FROM boss",
    // RFC 9394
    "UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED UNKEYWORD $Junk",
    // RFC 5032
    "SEARCH UNSEEN YOUNGER 259200",
    // RFC 6203
    'SEARCH FUZZY (SUBJECT "IMAP break")',
    "SEARCH FUZZY SUBJECT work FROM user@example.com",
    "SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT Helo",
    "SORT RETURN (PARTIAL 1:10) (RELEVANCY) UTF-8 FUZZY TEXT World",
    // RFC 5466
    "SEARCH UID 300:900 FILTER on-the-road SINCE 3-Dec-2002",
    // RFC 5957
    "SORT (DISPLAYFROM REVERSE DISPLAYTO) UTF-8 ALL",
    // RFC 7377
    "ESEARCH IN (mailboxes folder1 subtree folder2) UNSEEN",
    "ESEARCH IN (mailboxes folder1 subtree-one folder2) SUBJECT chad",
    // RFC 8474
    "SEARCH EMAILID M6d99ac3275bb4e",
    "SEARCH THREADID T64b478a75b7ea9",
    // RFC 8514
    "SEARCH SAVEDATESUPPORTED",
    "UID SEARCH SAVEDBEFORE 1-Jan-2015",
    // RFC 10022
    "UIDBATCHES 2000",
    "UIDBATCHES 2000 10:20",
    // Others
    "ESEARCH ALL",
    "ESEARCH IN (selected personal mailboxes (a b) (X-DEPTH 2)) RETURN (COUNT) CHARSET UTF-8 UNSEEN",
    'SEARCH RETURN (ALL X-NEW X-SET 1:* X-LIST ("a" (b 1)) COUNT) ALL',
    "SEARCH X-GM-RAW has:attachment X-GM-MSGID 1278455344230334865 X-GM-THRID 1266894439832287888 X-GM-LABELS foo",
    "SEARCH UNKEYWORD RETURN",
  ])("%s is read, and said again with the same bytes", (text) => {
    expect(commandIn(text).name).not.toBe("unknown");
    expect(textFor(commandIn(text))).toBe(`a ${text}\r\n`);
  });
});

describe("a search", () => {
  test("says what to return", () => {
    expect(commandIn("UID SEARCH RETURN (partial -1:-100 Count x-new (1 2)) CHARSET UTF-8 UID $")).toEqual({
      name: "UID SEARCH",
      returnOptions: [
        { type: "PARTIAL", window: { first: -1, last: -100 } },
        { type: "COUNT" },
        { type: "unknown", name: "X-NEW", raw: bytesOf("(1 2)") },
      ],
      charset: "UTF-8",
      keys: [{ type: "UID", set: "$" }],
    });
  });

  test("of several mailboxes says which", () => {
    expect(commandIn('ESEARCH IN (inboxes subtree ("a b" c) (x-depth 2)) unseen')).toEqual({
      name: "ESEARCH",
      source: {
        mailboxes: [{ type: "inboxes" }, { type: "subtree", mailboxes: [mailboxName("a b"), mailboxName("c")] }],
        scope: [{ type: "unknown", name: "X-DEPTH", raw: bytesOf("2") }],
      },
      charset: null,
      keys: [{ type: "UNSEEN" }],
    });
  });

  test("says its charset where a text within a key needs it", () => {
    expect(
      textFor({
        name: "SEARCH",
        returnOptions: [{ type: "SAVE" }],
        charset: null,
        keys: [{ type: "FUZZY", key: { type: "X-GM-RAW", text: "ü" } }],
      }),
    ).toBe("a SEARCH RETURN (SAVE) CHARSET UTF-8 FUZZY X-GM-RAW {2+}\r\n\xc3\xbc\r\n");
  });

  test("has as many keys as a line has room for", () => {
    const keys: readonly SearchKey[] = Array.from({ length: 10_000 }, (_, index) => ({ type: index % 2 === 0 ? "ALL" : "SEEN" }));
    expect(commandIn(textFor({ name: "SEARCH", charset: null, keys }).slice(2, -2))).toEqual({ name: "SEARCH", charset: null, keys });
  });

  test.each([
    ["SEARCH RETURN ALL", "no-list"],
    ["SEARCH RETURN (ALL)", "no-space"],
    ["SEARCH RETURN (PARTIAL) ALL", "no-space"],
    ["SEARCH RETURN (PARTIAL 1:-5) ALL", "bad-partial"],
    ["SEARCH RETURN (PARTIAL 0:5) ALL", "zero"],
    ["SEARCH MODSEQ /flags/a 5", "no-number"],
    ['SEARCH MODSEQ "/flags/a" mine 5', "bad-search-key"],
    ["SEARCH OLDER 0", "zero"],
    ["SEARCH FILTER a/b", "bad-filter"],
    ["SEARCH $,1", "trailing-data"],
    ["SEARCH X-NEW 5", "bad-search-key"],
    [`SEARCH ${"FUZZY ".repeat(70)}ALL`, "too-deep"],
    ["ESEARCH IN () ALL", "no-atom"],
    ["ESEARCH IN (everywhere) ALL", "bad-mailbox-filter"],
    ["ESEARCH IN (selected-delayed) ALL", "bad-mailbox-filter"],
    ["ESEARCH IN (mailboxes ()) ALL", "no-atom"],
    ["ESEARCH IN (selected (X) inboxes) ALL", "unexpected-byte"],
    ["CANCELUPDATE", "no-space"],
    ["UIDBATCHES 0", "zero"],
    ["UIDBATCHES 500 10", "unexpected-byte"],
  ])("%s is refused", (text, reason) => {
    expect(refusal(text)).toBe(reason);
  });

  test.each<[string, Command]>([
    [
      "an option with a line end",
      { name: "SEARCH", returnOptions: [{ type: "unknown", name: "X\r\n", raw: null }], charset: null, keys: [{ type: "ALL" }] },
    ],
    [
      "a value that would be an option",
      { name: "SEARCH", returnOptions: [{ type: "unknown", name: "X", raw: bytesOf("ALL") }], charset: null, keys: [{ type: "ALL" }] },
    ],
    [
      "a window from both ends",
      { name: "SEARCH", returnOptions: [{ type: "PARTIAL", window: { first: 1, last: -1 } }], charset: null, keys: [{ type: "ALL" }] },
    ],
    ["news of nothing", { name: "SEARCH", returnOptions: [{ type: "UPDATE", attributes: [] }], charset: null, keys: [{ type: "ALL" }] }],
    ["no keys", { name: "ESEARCH", charset: null, keys: [] }],
    ["no mailboxes", { name: "ESEARCH", source: { mailboxes: [] }, charset: null, keys: [{ type: "ALL" }] }],
    [
      "mailboxes without one",
      { name: "ESEARCH", source: { mailboxes: [{ type: "mailboxes", mailboxes: [] }] }, charset: null, keys: [{ type: "ALL" }] },
    ],
    ["no options", { name: "ESEARCH", source: { mailboxes: [{ type: "selected" }], scope: [] }, charset: null, keys: [{ type: "ALL" }] }],
    ["a filter with a slash", { name: "SEARCH", charset: null, keys: [{ type: "FILTER", filter: "a/b" }] }],
    ["an age of 0", { name: "SEARCH", charset: null, keys: [{ type: "OLDER", seconds: 0 }] }],
    ["an entry with a NUL", { name: "SEARCH", charset: null, keys: [{ type: "MODSEQ", modSeq: 1n, entry: { name: "\0", type: "all" } }] }],
    ["a search in no order", { name: "SORT", criteria: [], charset: "UTF-8", keys: [{ type: "ALL" }] }],
    ["text that its charset has not", { name: "SEARCH", charset: "US-ASCII", keys: [{ type: "NOT", key: { type: "TEXT", text: "ü" } }] }],
    ["nothing in parentheses", { name: "SEARCH", charset: null, keys: [{ type: "AND", keys: [] }] }],
    ["no tags", { name: "CANCELUPDATE", tags: [] }],
    ["a tag with a NUL", { name: "CANCELUPDATE", tags: ["\0"] }],
    ["batches of nothing", { name: "UIDBATCHES", size: 0 }],
    ["a batch before the first", { name: "UIDBATCHES", size: 500, batches: { first: 0, last: 1 } }],
  ])("%s cannot be said", (_, command) => {
    expect(() => encodeCommand("a", command)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
  });
});
