import { describe, expect, test } from "vitest";
import { responseIn, responses, bytesOf, textOf, written } from "../../test/codec-driving.ts";
import type { ResponseCode } from "./index.ts";
import { encodeResponse } from "./index.ts";

function codeIn(text: string): ResponseCode | null {
  const response = responseIn(`a NO [${text}] no`);
  return response.type === "tagged" ? response.code : null;
}

function textFor(code: ResponseCode): string {
  return textOf(written(encodeResponse({ type: "tagged", tag: "a", status: "NO", code, text: "no" })));
}

describe("examples of the RFCs", () => {
  test.each<[string, ResponseCode]>([
    ["REFERRAL IMAP://user;AUTH=*@SERVER2/", { type: "REFERRAL", urls: ["IMAP://user;AUTH=*@SERVER2/"] }],
    [
      "REFERRAL IMAP://user;AUTH=*@SERVER2/SHARED/FOO IMAP://user;AUTH=*@SERVER3/REMOTE",
      { type: "REFERRAL", urls: ["IMAP://user;AUTH=*@SERVER2/SHARED/FOO", "IMAP://user;AUTH=*@SERVER3/REMOTE"] },
    ],
    ["UNKNOWN-CTE", { type: "UNKNOWN-CTE" }],
    ["URLMECH INTERNAL XSAMPLE", { type: "URLMECH", mechanisms: ["INTERNAL", "XSAMPLE"] }],
    [
      "BADURL /INBOX;UIDVALIDITY=785799047/;UID=113330;section=1.5.9",
      { type: "BADURL", url: "/INBOX;UIDVALIDITY=785799047/;UID=113330;section=1.5.9" },
    ],
    ["TOOBIG", { type: "TOOBIG" }],
    ["BADCOMPARATOR", { type: "BADCOMPARATOR" }],
    ["TEMPFAIL", { type: "TEMPFAIL" }],
    ["MAXCONVERTMESSAGES 1", { type: "MAXCONVERTMESSAGES", value: 1 }],
    ["MAXCONVERTPARTS 2", { type: "MAXCONVERTPARTS", value: 2 }],
    ['NOUPDATE "B02"', { type: "NOUPDATE", tag: "B02" }],
    ["METADATA LONGENTRIES 2199", { type: "METADATA", reason: "LONGENTRIES", octets: 2199 }],
    ["METADATA MAXSIZE 1024", { type: "METADATA", reason: "MAXSIZE", octets: 1024 }],
    ["METADATA TOOMANY", { type: "METADATA", reason: "TOOMANY" }],
    ["METADATA NOPRIVATE", { type: "METADATA", reason: "NOPRIVATE" }],
    ["BADEVENT (MessageNew MessageExpunge)", { type: "BADEVENT", events: ["MessageNew", "MessageExpunge"] }],
    ["UNDEFINED-FILTER on-the-road", { type: "UNDEFINED-FILTER", filter: "on-the-road" }],
    ['INPROGRESS ("A001" 454 1000)', { type: "INPROGRESS", tag: "A001", progress: 454, goal: 1000 }],
    ['INPROGRESS ("A001" 175 NIL)', { type: "INPROGRESS", tag: "A001", progress: 175, goal: null }],
    ["INPROGRESS (NIL 1 2)", { type: "INPROGRESS", tag: null, progress: 1, goal: 2 }],
    ["INPROGRESS", { type: "INPROGRESS", tag: null, progress: null, goal: null }],
    ["MESSAGELIMIT 1000 23007", { type: "MESSAGELIMIT", limit: 1000, lowestUid: 23007 }],
    ["MESSAGELIMIT 1000", { type: "MESSAGELIMIT", limit: 1000, lowestUid: null }],
  ])("%s is read, and said again with the same bytes", (text, code) => {
    expect(codeIn(text)).toEqual(code);
    expect(textFor(code)).toBe(`a NO [${text}] no\r\n`);
  });

  test("INPROGRESS that tells nothing", () => {
    expect(codeIn("INPROGRESS (NIL NIL NIL)")).toEqual({ type: "INPROGRESS", tag: null, progress: null, goal: null });
  });
});

test.each([
  "REFERRAL",
  "REFERRAL  ",
  "URLMECH",
  "BADEVENT MessageNew",
  "METADATA",
  "METADATA OTHER",
  "METADATA MAXSIZE",
  "MESSAGELIMIT 0",
  "MESSAGELIMIT x",
  'INPROGRESS ("a" 1)',
  "INPROGRESS (NIL x NIL)",
  'INPROGRESS ("a" 1 2 3)',
  "NOUPDATE",
  "MAXCONVERTPARTS 4294967296",
])("[%s] is invalid, and its arguments are kept", (text) => {
  const [event, after] = responses([bytesOf(`* NO [${text}] no\r\n* OK yes\r\n`)]);
  const [name, ...rest] = text.split(" ");
  expect(event).toMatchObject({
    response: { code: { type: "invalid", name, arguments: rest.length === 0 ? null : rest.join(" ") }, text: "no" },
    deviations: [{ code: "bad-response-code" }],
  });
  expect(after).toMatchObject({ response: { status: "OK", text: "yes" } });
});

test.each<ResponseCode>([
  { type: "REFERRAL", urls: [] },
  { type: "REFERRAL", urls: [""] },
  { type: "REFERRAL", urls: ["imap://a b"] },
  { type: "REFERRAL", urls: ["imap://[::1]/"] },
  { type: "REFERRAL", urls: ["imap://a\r\n* OK"] },
  { type: "BADURL", url: "" },
  { type: "BADURL", url: "x " },
  { type: "BADURL", url: "x]" },
  { type: "BADURL", url: "x\r\n" },
  { type: "URLMECH", mechanisms: [] },
  { type: "URLMECH", mechanisms: ["a b"] },
  { type: "BADEVENT", events: ["a)"] },
  { type: "INPROGRESS", tag: 'a"', progress: null, goal: null },
  { type: "INPROGRESS", tag: null, progress: -1, goal: null },
  { type: "INPROGRESS", tag: null, progress: null, goal: NaN },
  { type: "MESSAGELIMIT", limit: 2 ** 32, lowestUid: null },
  { type: "METADATA", reason: "MAXSIZE", octets: 0.5 },
  { type: "NOUPDATE", tag: "" },
  { type: "UNDEFINED-FILTER", filter: "a b" },
  { type: "unknown", name: "X", arguments: "a]" },
])("cannot be said: %j", (code) => {
  expect(() => textFor(code)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
});
