import { describe, expect, test } from "vitest";
import { bytesOf, commandIn, refusal, responseIn, responses, textFor, textOf, written } from "../../test/codec-driving.ts";
import type { Command, Response } from "./index.ts";
import { encodeResponse, INBOX, mailboxName } from "./index.ts";

describe("examples of the RFCs", () => {
  test.each([
    // RFC 5465
    "NOTIFY NONE",
    "NOTIFY SET STATUS (selected (MessageNew (UID BODY.PEEK[HEADER.FIELDS (From To Subject)]) MessageExpunge)) (subtree Lists (MessageNew))",
    "NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange)) (mailboxes (INBOX misc) (MessageNew)) (personal NONE)",
    "NOTIFY SET (inboxes (MailboxName SubscriptionChange X-NEW))",
    // RFC 5255
    "LANGUAGE",
    "LANGUAGE FR-CA EN-CA",
    'COMPARATOR "cz;*" i;basic',
    // RFC 4467, RFC 5524
    'GENURLAUTH "imap://joe@example.com/INBOX/;uid=20/;section=1.2" INTERNAL',
    "RESETKEY",
    "RESETKEY INBOX",
    "RESETKEY INBOX INTERNAL XSAMPLE",
    'URLFETCH "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=anonymous:internal:91354a47"',
    'URLFETCH ("imap://joe@example.com/INBOX/;uid=20" BODYPARTSTRUCTURE BINARY) "imap://b"',
    // RFC 5259
    'CONVERSIONS "image/gif" "*"',
    'CONVERT 2 ("text/plain" ("charset" "us-ascii")) BINARY[3]',
    "UID CONVERT 100 (NIL) (UID BINARY[2]<0.10> BODYPARTSTRUCTURE[2] AVAILABLECONVERSIONS[])",
    // RFC 9698
    "GETJMAPACCESS",
  ])("%s is read, and said again with the same bytes", (text) => {
    const command = commandIn(text);
    expect(command.name).not.toBe("unknown");
    expect(textFor(command)).toBe(`a ${text}\r\n`);
  });

  test.each([
    "* LANGUAGE (EN DE IT i-default)",
    "* COMPARATOR i;basic",
    "* COMPARATOR i;basic (i;basic i;ascii-casemap)",
    '* GENURLAUTH "imap://joe@example.com/INBOX/;uid=20/;section=1.2;urlauth=anonymous:internal:91354a47"',
    '* URLFETCH "imap://a" {28}\r\nSi vis pacem, para bellum.\r\n "imap://b" NIL',
    '* URLFETCH "imap://a" (BODYPARTSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 1)) (BINARY ~{1}\r\n\0) (BODY NIL) (X-NEW 1) "imap://b" NIL',
    '* CONVERSION "image/gif" "image/jpeg" ("pix-y" "pix-x")',
    '* CONVERSION "image/gif" "image/png"',
    '* 2 CONVERTED (TAG "c000") (BINARY.SIZE[4] 3135 BINARY[4] {3}\r\na\r\n)',
    '* JMAPACCESS "https://example.com/.s/[jmap]"',
    '* LIST () "/" Foo ("CHILDINFO" ("SUBSCRIBED"))',
    '* LIST () "/" NewMailbox ("OLDNAME" ("OldMailbox"))',
    '* LIST (\\NonExistent) "/" a ("X-NEW" (1 2) X-OTHER 1:2 "OLDNAME" ("a b"))',
    '* LIST () "/" a ()',
  ])("%s is read, and said again with the same bytes", (text) => {
    const response = responseIn(text);
    expect(["unknown", "invalid"]).not.toContain(response.type);
    expect(textOf(written(encodeResponse(response)))).toBe(`${text}\r\n`);
  });
});

describe("what is read", () => {
  test("NOTIFY, in any case of its words", () => {
    expect(commandIn("notify set status (Selected-Delayed (messagenew (uid) MESSAGEEXPUNGE x-new)) (SUBTREE inbox none)")).toEqual({
      name: "NOTIFY",
      wanted: {
        status: true,
        groups: [
          {
            mailboxes: { type: "selected-delayed" },
            events: [{ type: "MessageNew", items: [{ type: "UID" }] }, { type: "MessageExpunge" }, { type: "unknown", name: "X-NEW" }],
          },
          { mailboxes: { type: "subtree", mailboxes: [INBOX] }, events: [] },
        ],
      },
    });
  });

  test("CONVERT", () => {
    expect(commandIn('CONVERT $ (nil ("a" b)) (BODYPARTSTRUCTURE[1.2] BINARY.SIZE[3])')).toEqual({
      name: "CONVERT",
      set: "$",
      mediaType: null,
      parameters: [{ name: "a", value: "b" }],
      items: [
        { type: "BODYPARTSTRUCTURE[]", part: [1, 2] },
        { type: "BINARY.SIZE[]", part: [3] },
      ],
    });
  });

  test("what LIST tells besides, with and without quotes", () => {
    expect(responseIn('* LIST () "/" x (OLDNAME ({3}\r\na)b) childinfo (SUBSCRIBED) "X Y" "z")')).toMatchObject({
      extended: [
        { type: "OLDNAME", mailbox: mailboxName("a)b") },
        { type: "CHILDINFO", options: ["SUBSCRIBED"] },
        { type: "unknown", name: "X Y", raw: bytesOf('"X Y" "z"') },
      ],
    });
  });

  test("an item of LIST that cannot be leaves the others alone", () => {
    const [event] = responses([bytesOf('* LIST () "/" x ("OLDNAME" (a b) "CHILDINFO" 5 "X" 1)\r\n')]);
    expect(event).toMatchObject({
      response: {
        extended: [
          { type: "invalid", name: "OLDNAME", raw: bytesOf('"OLDNAME" (a b)') },
          { type: "invalid", name: "CHILDINFO", raw: bytesOf('"CHILDINFO" 5') },
          { type: "unknown", name: "X" },
        ],
      },
      deviations: [{ code: "bad-list-item" }, { code: "bad-list-item" }],
    });
  });
});

test.each([
  ["NOTIFY", "no-space"],
  ["NOTIFY ALL", "bad-notify"],
  ["NOTIFY SET", "no-space"],
  ["NOTIFY SET STATS (selected NONE)", "bad-notify"],
  ["NOTIFY SET STATUS", "no-space"],
  ["NOTIFY SET (nobody (MessageNew))", "bad-mailbox-filter"],
  ["NOTIFY SET (selected ())", "no-atom"],
  ["NOTIFY SET (selected SOME)", "no-events"],
  ["NOTIFY SET (selected NONE NONE)", "bad-event-group"],
  ["NOTIFY SET (selected NONE) x", "no-list"],
  ["GENURLAUTH x", "no-space"],
  ["URLFETCH", "no-space"],
  ["URLFETCH (x", "no-atom"],
  ["CONVERT 1 (NIL) ()", "no-atom"],
  ["CONVERT 1 (NIL ()) UID", "no-atom"],
  ["CONVERT 1 (NIL (a b) c) UID", "bad-conversion"],
  ["GETJMAPACCESS x", "trailing-data"],
])("%s is bad: %s", (text, reason) => {
  expect(refusal(text)).toBe(reason);
});

test.each([
  "* LANGUAGE",
  "* LANGUAGE DE",
  "* COMPARATOR",
  "* GENURLAUTH",
  '* URLFETCH "x"',
  '* URLFETCH "x" (BODY)',
  '* CONVERSION "x"',
  "* 1 CONVERTED (UID 1) (UID 1)",
  '* 1 CONVERTED (TAG "a" b) (UID 1)',
  "* JMAPACCESS",
])("%s is invalid, and what follows it is read", (text) => {
  expect(responses([bytesOf(`${text}\r\n* OK yes\r\n`)])).toMatchObject([
    { response: { type: "invalid", raw: bytesOf(text) } },
    { response: { status: "OK", text: "yes" } },
  ]);
});

test.each<Command>([
  { name: "NOTIFY", wanted: { status: false, groups: [] } },
  { name: "NOTIFY", wanted: { status: false, groups: [{ mailboxes: { type: "mailboxes", mailboxes: [] }, events: [] }] } },
  { name: "NOTIFY", wanted: { status: false, groups: [{ mailboxes: { type: "personal" }, events: [{ type: "unknown", name: "a b" }] }] } },
  { name: "LANGUAGE", preferences: ["a\0"] },
  { name: "GENURLAUTH", urls: [] },
  { name: "GENURLAUTH", urls: [{ rump: "x", mechanism: "a b" }] },
  { name: "RESETKEY", mailbox: null, mechanisms: ["INTERNAL"] },
  { name: "URLFETCH", urls: [] },
  { name: "URLFETCH", urls: [{ url: "x", parameters: [")"] }] },
  { name: "CONVERT", set: "$", mediaType: null, parameters: [], items: [] },
  { name: "CONVERSIONS", from: "\0", to: "*" },
])("cannot be said: $name %#", (command) => {
  expect(() => textFor(command)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
});

test.each<Response>([
  { type: "GENURLAUTH", urls: [] },
  { type: "URLFETCH", urls: [] },
  { type: "URLFETCH", urls: [{ url: "x", items: [] }] },
  { type: "CONVERTED", sequenceNumber: 1, tag: "a", raw: bytesOf("()\r\n* OK") },
  { type: "JMAPACCESS", url: "\0" },
  { type: "LIST", attributes: [], delimiter: null, mailbox: INBOX, extended: [{ type: "unknown", name: "X", raw: bytesOf("\r\n* OK") }] },
])("cannot be said: $type %#", (response) => {
  expect(() => encodeResponse(response)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
});
