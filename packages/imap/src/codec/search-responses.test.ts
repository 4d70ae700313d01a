import { describe, expect, test } from "vitest";
import { bytesOf, pieces, responseIn, responses, textOf, written } from "../../test/codec-driving.ts";
import type { Response } from "./index.ts";
import { encodeResponse, mailboxName, parseSequenceSet } from "./index.ts";

function textFor(response: Response): string {
  return textOf(written(encodeResponse(response)));
}

/** What was read of one response, and what was tolerated. */
function heard(text: string): { readonly response: Response; readonly deviations: readonly string[] } {
  const [event] = responses([bytesOf(`${text}\r\n`)]);
  if (event?.type !== "response") throw new Error(`no response: ${JSON.stringify(event)}`);
  return { response: event.response, deviations: event.deviations.map(({ code }) => code) };
}

describe("examples of the RFCs", () => {
  test.each([
    // RFC 4731
    '* ESEARCH (TAG "A282") MIN 2 COUNT 3',
    '* ESEARCH (TAG "A283") ALL 2,10:11',
    '* ESEARCH (TAG "A285") UID MIN 7 MAX 3800',
    '* ESEARCH (TAG "a3") MIN 1 MAX 1 MODSEQ 905',
    "* ESEARCH",
    // RFC 7162
    '* ESEARCH (TAG "a") ALL 1:3,5 MODSEQ 1236',
    "* SEARCH 2 5 6 7 11 12 18 19 20 23 (MODSEQ 917162500)",
    // RFC 5267
    '* ESEARCH (TAG "E01") UID ALL 23765,23764,23763,23761',
    '* ESEARCH (TAG "B01") UID ADDTO (0 32768:32769)',
    '* ESEARCH (TAG "C01") UID ADDTO (1 2733 1 2732 1 2731)',
    '* ESEARCH (TAG "C01") UID ADDTO (1 2733) ADDTO (1 2731:2732)',
    '* ESEARCH (TAG "B01") UID REMOVEFROM (0 32768)',
    '* ESEARCH (TAG "A04") UID PARTIAL (24000:24500 NIL)',
    '* NO [NOUPDATE "B02"] Too many contexts',
    // RFC 9394
    '* ESEARCH (TAG "A01") UID PARTIAL (-1:-100 200:250,252:300)',
    // RFC 6203
    '* ESEARCH (TAG "B1") ALL 1,5,10 RELEVANCY (4 99 42)',
    '* ESEARCH (TAG "C3") PARTIAL (1:10 42,9,34,13,15,4,2,7,23,82)',
    // RFC 5466
    "a NO [UNDEFINED-FILTER on-the-road] No such filter",
    // RFC 7377, the mailbox as an atom
    '* ESEARCH (TAG "tag1" MAILBOX folder1 UIDVALIDITY 1) UID ALL 4001,4003,4005,4007,4009',
    // RFC 9586
    "* 25996 UIDFETCH (FLAGS (\\Seen))",
    "* 3 UIDFETCH (FLAGS (\\Flagged \\Answered) MODSEQ (98305))",
    // RFC 10022
    '* UIDBATCHES (TAG "A143") 215295:99696,99695:20351,20350:7830,7829:1',
    '* UIDBATCHES (TAG "A302")',
    '* UIDBATCHES (TAG "A143" MAILBOX Drafts UIDVALIDITY 4889695) 99695',
  ])("%s is read, and said again with the same bytes", (text) => {
    expect(responseIn(text).type).not.toBe("unknown");
    expect(textFor(responseIn(text))).toBe(`${text}\r\n`);
  });
});

describe("ESEARCH", () => {
  test("tells what changed, in order", () => {
    expect(responseIn('* ESEARCH (TAG "a") UID REMOVEFROM (0 7) ADDTO (1 3:4 2 9) REMOVEFROM (5 1)')).toEqual({
      type: "ESEARCH",
      tag: "a",
      numbering: "uid",
      updates: [
        { type: "REMOVEFROM", changes: [{ position: 0, set: parseSequenceSet("7") }] },
        {
          type: "ADDTO",
          changes: [
            { position: 1, set: parseSequenceSet("3:4") },
            { position: 2, set: parseSequenceSet("9") },
          ],
        },
        { type: "REMOVEFROM", changes: [{ position: 5, set: parseSequenceSet("1") }] },
      ],
      extensions: [],
    });
  });

  test("of one of several mailboxes says which", () => {
    expect(responseIn('* ESEARCH (TAG "tag1" MAILBOX "a b" UIDVALIDITY 503) UID ALL 3002,4004')).toEqual({
      type: "ESEARCH",
      tag: "tag1",
      mailbox: mailboxName("a b"),
      uidValidity: 503,
      numbering: "uid",
      all: parseSequenceSet("3002,4004"),
      extensions: [],
    });
  });

  test.each([
    "PARTIAL (1:-5 3)",
    "PARTIAL 3",
    "PARTIAL (1:5)",
    "RELEVANCY (101)",
    "RELEVANCY (0)",
    "RELEVANCY 5",
    "ADDTO ()",
    "ADDTO (1)",
    "REMOVEFROM (1 x)",
    "MIN (1)",
  ])("keeps the result %s, which cannot be, and reads the next", (result) => {
    const [name = "", value = ""] = /^(\w+) (.*)$/.exec(result)?.slice(1) ?? [];
    const { response, deviations } = heard(`* ESEARCH (TAG "a") ${result} COUNT 5`);
    expect(response).toEqual({ type: "ESEARCH", tag: "a", numbering: "sequence", count: 5, extensions: [{ name, raw: bytesOf(value) }] });
    expect(deviations).toEqual(["bad-esearch-result"]);
  });

  test("whose last result has no value is read up to there", () => {
    expect(heard("* ESEARCH UID COUNT 5 MIN")).toEqual({
      response: { type: "ESEARCH", tag: null, numbering: "uid", count: 5, extensions: [] },
      deviations: ["bad-esearch-result"],
    });
  });

  test.each<[string, Response]>([
    ["a score of 0", { type: "ESEARCH", tag: null, numbering: "uid", relevancy: [0], extensions: [] }],
    ["a score of 101", { type: "ESEARCH", tag: null, numbering: "uid", relevancy: [101], extensions: [] }],
    ["no changes", { type: "ESEARCH", tag: null, numbering: "uid", updates: [{ type: "ADDTO", changes: [] }], extensions: [] }],
    ["an empty set", { type: "ESEARCH", tag: null, numbering: "uid", partial: { window: { first: 1, last: 2 }, set: [] }, extensions: [] }],
    [
      "a window at 0",
      { type: "ESEARCH", tag: null, numbering: "uid", partial: { window: { first: 0, last: 2 }, set: null }, extensions: [] },
    ],
    ["a tag with a quote in a code", { type: "untagged", status: "NO", code: { type: "NOUPDATE", tag: '"]' }, text: "x" }],
    ["a filter with a slash", { type: "untagged", status: "NO", code: { type: "UNDEFINED-FILTER", filter: "a/b" }, text: "x" }],
    ["the unique identifier 0", { type: "UIDFETCH", uid: 0, items: [] }],
  ])("%s cannot be said", (_, response) => {
    expect(() => encodeResponse(response)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
  });

  test.each([
    ["ALL ", ""],
    ["COUNT 2000 PARTIAL (-1:-2000 ", ")"],
  ])("with long results behind %s is read as it comes, however long", (before, after) => {
    const numbers = Array.from({ length: 2000 }, (_, index) => `${index * 3 + 1}:${index * 3 + 2}`).join();
    const line = `* ESEARCH (TAG "t" MAILBOX "a b" UIDVALIDITY 5) UID ${before}${numbers}${after} X-NEW 5\r\n`;
    const events = responses(pieces(bytesOf(line), [1000]), { maxResponseBytes: 5000 });
    expect(events).toMatchObject([
      { type: "response", deviations: [], response: { mailbox: { raw: "a b" }, extensions: [{ name: "X-NEW" }] } },
    ]);
    const [event] = events;
    const response = event?.type === "response" && event.response.type === "ESEARCH" ? event.response : undefined;
    expect(response?.all ?? response?.partial?.set).toEqual(parseSequenceSet(numbers));
  });
});

describe("UIDFETCH", () => {
  test("streams large data, and says of which message it is", () => {
    const events = responses(pieces(bytesOf(`* 7 UIDFETCH (FLAGS () BODY[] {6}\r\nabcdef MODSEQ (5))\r\n`), [4]), {
      streamLiteralBytes: 5,
    });
    expect(events).toMatchObject([
      { type: "literal-start", uid: 7, items: [{ type: "FLAGS", flags: [] }], item: { type: "BODY[]" }, size: 6 },
      { type: "literal-chunk", bytes: bytesOf("abcdef") },
      { type: "literal-end" },
      { type: "response", response: { type: "UIDFETCH", uid: 7, items: [{ type: "FLAGS" }, { data: { size: 6 } }, { modSeq: 5n }] } },
    ]);
  });

  test.each([
    ["* 7 UIDFETCH(FLAGS ())", "missing-space"],
    ["7 UIDFETCH (FLAGS ())", "missing-asterisk"],
    ['* 7 UIDFETCH (RFC822.SIZE "5")', "string-for-number"],
    ["* 7 UIDFETCH (BODY[]{1}\r\nx)", "missing-space"],
    ['* 7 UIDFETCH (PREVIEW "a\r\n b")', "control-in-string"],
  ])("%j is tolerated as in FETCH", (text, deviation) => {
    const { response, deviations } = heard(text);
    expect(response).toMatchObject({ type: "UIDFETCH", uid: 7, items: [{}] });
    expect(deviations).toContain(deviation);
  });

  test("of no message is invalid, and what follows is read", () => {
    expect(responses([bytesOf("* 0 UIDFETCH (FLAGS ())\r\n* SEARCH\r\n")])).toMatchObject([
      { response: { type: "invalid", reason: "zero" } },
      { response: { type: "SEARCH" } },
    ]);
  });
});

test.each(["* UIDBATCHES 5:1", "* UIDBATCHES", "* UIDBATCHES (TAG) 1", '* UIDBATCHES (TAG "a" X 5) 1', '* UIDBATCHES (TAG "a") x'])(
  "%s is invalid, and what follows is read",
  (text) => {
    expect(responses([bytesOf(`${text}\r\n* SEARCH\r\n`)])).toMatchObject([
      { response: { type: "invalid" } },
      { response: { type: "SEARCH" } },
    ]);
  },
);
