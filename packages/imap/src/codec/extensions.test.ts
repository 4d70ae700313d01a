import { describe, expect, test } from "vitest";
import { bytesOf, commands, responses, textOf, written } from "../../test/codec-driving.ts";
import type { Command, Response } from "./index.ts";
import { encodeCommand, encodeResponse, INBOX } from "./index.ts";

/** The one response in `text`, which must be read without deviation. */
function heard(text: string): Response {
  const [event] = responses([bytesOf(`${text}\r\n`)]);
  if (event?.type !== "response") throw new Error(`no response but ${String(event?.type)}`);
  expect(event.deviations).toEqual([]);
  return event.response;
}

/** The one command in `text`. */
function said(text: string): Command {
  const event = commands([bytesOf(`a ${text}\r\n`)]).at(-1);
  if (event?.type !== "command") throw new Error(`no command but ${String(event?.type)}`);
  return event.command;
}

describe("examples of the RFCs", () => {
  test.each([
    'ID ("name" "sodr" "version" "19.34")',
    "ID NIL",
    "ENABLE CONDSTORE X-GOOD-IDEA",
    "COMPRESS DEFLATE",
    "IDLE",
    "NAMESPACE",
    "UNSELECT",
    "UNAUTHENTICATE",
    "UID EXPUNGE 3000:3002",
    "MOVE 42:69 foo",
    "FETCH $ (UID INTERNALDATE FLAGS RFC822.HEADER)",
    'COPY $ "Other Messages"',
    "STORE $ +FLAGS.SILENT (\\Deleted)",
    "UID EXPUNGE $",
    "SEARCH CHARSET UTF-8 (OR $ 1,3000:3021) TEXT YYYYYYYY",
    "UID SEARCH UID $ UNSEEN",
    "UID MOVE 42:69 foo",
    "SORT (SUBJECT REVERSE DATE) UTF-8 ALL",
    'UID SORT (ARRIVAL) US-ASCII TEXT "not in mailbox"',
    "THREAD ORDEREDSUBJECT UTF-8 SINCE 5-Mar-2000",
    "UID THREAD REFERENCES US-ASCII TEXT gewp",
    'GETQUOTA ""',
    "GETQUOTAROOT INBOX",
    'SETQUOTA "" (STORAGE 512)',
    "SETACL INBOX Chris +cda",
    "DELETEACL INBOX Fred",
    "GETACL INBOX",
    "LISTRIGHTS ~/Mail/saved smith",
    "MYRIGHTS INBOX",
    'GETMETADATA "" (/shared/comment)',
    'GETMETADATA (MAXSIZE 1024 DEPTH 1) "" (/shared/comment /private/comment)',
    "SETMETADATA INBOX (/private/comment NIL)",
  ])("%s is read, and said again with the same bytes", (text) => {
    const command = said(text);
    expect(command.name).not.toBe("unknown");
    expect(textOf(written(encodeCommand("a", command)))).toBe(`a ${text}\r\n`);
  });

  test.each([
    '* ID ("name" "sodr" "version" "19.34" "os" NIL)',
    "* ID NIL",
    "* ENABLED CONDSTORE",
    '* NAMESPACE (("" "/")) (("~" "/")) (("#shared/" "/")("#public/" "/"))',
    '* NAMESPACE (("" "/" "X-PARAM" ("FLAG1" "FLAG2"))) NIL NIL',
    '* QUOTA "" (STORAGE 10 512)',
    "* QUOTA #user/alice (MESSAGE 42 1000)",
    '* QUOTAROOT INBOX ""',
    "* SORT 5 3 4 1 2",
    "* SORT",
    "* THREAD (2)(3 6 (4 23)(44 7 96))",
    "* THREAD ((3)(5))",
    "* VANISHED (EARLIER) 41,43:116,118,120:211",
    "* VANISHED 405,407,410,425",
    "* ACL INBOX Fred rwipsldexta David lrswideta",
    '* LISTRIGHTS ~/Mail/saved smith la r swicdkxte ""',
    "* MYRIGHTS INBOX rwiptsldaex",
    "* METADATA INBOX /shared/comment /private/comment",
    '* XLIST (\\HasNoChildren \\Inbox) "/" INBOX',
    "* STATUS blurdybloop (SIZE 4294967296 APPENDLIMIT NIL MAILBOXID (F2212ea87-6097-4256-9d51-71338625))",
    "* 1 FETCH (EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9))",
    "* 2 FETCH (THREADID NIL SAVEDATE NIL PREVIEW NIL)",
    '* 1 FETCH (PREVIEW "Preview text!" SAVEDATE "01-Jan-2015 00:00:00 +0000")',
    '* 1 FETCH (BINARY.SIZE[1.2] 17 X-GM-MSGID 18446744073709551615 X-GM-LABELS (\\Inbox "work"))',
    "a OK [MODIFIED 7,9] Conditional STORE failed",
    "a OK [MAILBOXID (F2212ea87-6097-4256-9d51-71338625)] Completed",
    "a BAD [UIDREQUIRED] Message numbers are not allowed",
  ])("%s is read, and said again with the same bytes", (text) => {
    const response = heard(text);
    expect(response.type).not.toBe("unknown");
    expect(textOf(written(encodeResponse(response)))).toBe(`${text}\r\n`);
  });
});

describe("responses of extensions", () => {
  test("LIST-EXTENDED keeps what it does not name", () => {
    expect(heard('* LIST () "/" foo ("CHILDINFO" ("SUBSCRIBED"))')).toMatchObject({
      extended: [{ type: "CHILDINFO", options: ["SUBSCRIBED"] }],
    });
  });

  test("LIST-EXTENDED has literals among its items, whatever these hold", () => {
    const text = "* LIST () NIL foo (X-A {5}\r\na\r\n)( X-B ({1}\r\na {1}\r\nb))";
    expect(heard(text)).toMatchObject({ extended: [{ name: "X-A" }, { name: "X-B" }] });
    expect(textOf(written(encodeResponse(heard(text))))).toBe(`${text}\r\n`);
  });

  test("the old name of a mailbox is in the encoding of the revision", () => {
    const text = '* LIST () NIL a ("OLDNAME" ("&ANw-"))';
    expect(textOf(written(encodeResponse(heard(text))))).toBe(`${text}\r\n`);
    expect(textOf(written(encodeResponse(heard(text), { revision: "IMAP4rev2" })))).toBe('* LIST () NIL a ("OLDNAME" ("\xc3\x9c"))\r\n');
  });

  test("values of METADATA may have any byte", () => {
    const text = "* METADATA INBOX (/private/a ~{3}\r\na\0b /private/b {1}\r\nc)";
    expect(textOf(written(encodeResponse(heard(text))))).toBe(`${text}\r\n`);
    const command = "SETMETADATA INBOX (/private/a ~{1+}\r\n\0)";
    expect(textOf(written(encodeCommand("a", said(command), { literals: "LITERAL+" })))).toBe(`a ${command}\r\n`);
  });

  test("nothing is said of no entries, nor of a size that is none", () => {
    const mailbox = INBOX;
    const none = { mailbox, entries: [] };
    expect(() => encodeCommand("a", { name: "SETMETADATA", ...none })).toThrow("SETMETADATA of nothing");
    expect(commands([bytesOf("a SETMETADATA INBOX ()\r\n")])).toMatchObject([{ type: "bad", reason: "bad-entries" }]);
    const get = { name: "GETMETADATA", mailbox, entries: ["/private"], depth: "0" } as const;
    expect(() => encodeCommand("a", { ...get, maxSize: NaN })).toThrow("a number cannot be NaN");
  });

  test("ESEARCH of several mailboxes", () => {
    expect(heard('* ESEARCH (TAG "tag1" MAILBOX "folder1" UIDVALIDITY 1) UID ALL 4001,4003')).toMatchObject({
      tag: "tag1",
      mailbox: { raw: "folder1" },
      uidValidity: 1,
      all: [
        { first: 4001, last: 4001 },
        { first: 4003, last: 4003 },
      ],
    });
  });

  test("ESEARCH keeps results that it does not name", () => {
    expect(heard('* ESEARCH (TAG "a") UID X-NEW (-1:-100 200:250) X-OTHER 5')).toMatchObject({
      extensions: [
        { name: "X-NEW", raw: bytesOf("(-1:-100 200:250)") },
        { name: "X-OTHER", raw: bytesOf("5") },
      ],
    });
  });
});

describe("what no type names survives", () => {
  test.each(["XNEW", "XNEW a (b", 'UID XNEW "x"'])("commands, byte by byte", (text) => {
    expect(said(text).name).toBe("unknown");
    expect(textOf(written(encodeCommand("a", said(text))))).toBe(`a ${text}\r\n`);
  });

  test.each(["* XNEW (DE)", '* 5 XNEW (TAG "a") 1', '* XNEW {3}\r\n"\\ '])("responses, byte by byte", (text) => {
    expect(heard(text).type).toBe("unknown");
    expect(textOf(written(encodeResponse(heard(text))))).toBe(`${text}\r\n`);
  });

  test.each(['JMAPACCESS "https://x"', "ANNOTATE TOOBIG", "X-NEW (a b)"])("response codes, byte by byte", (code) => {
    expect(heard(`a NO [${code}] no`)).toMatchObject({ code: { type: "unknown" } });
    expect(textOf(written(encodeResponse(heard(`a NO [${code}] no`))))).toBe(`a NO [${code}] no\r\n`);
  });
});
