import { describe, expect, test } from "vitest";
import { bytesOf, commandIn, commands, refusal, textFor } from "../../test/codec-driving.ts";
import type { Command, FetchAttribute, FetchModifier } from "./index.ts";
import { decodeMailboxName } from "./index.ts";

const SET = [{ first: 1, last: 1 }];

describe("examples of the RFCs", () => {
  test.each([
    // RFC 3516
    "FETCH 12 BINARY[1.2]",
    "FETCH 12 (BINARY.PEEK[]<0.100> BINARY.SIZE[1] BINARY[]<5.10>)",
    // RFC 7162
    "FETCH 1:3 MODSEQ",
    "UID FETCH 1:* FLAGS (CHANGEDSINCE 12345)",
    "UID FETCH 300:500 FLAGS (CHANGEDSINCE 12345 VANISHED)",
    "STORE 1 (UNCHANGEDSINCE 0) +FLAGS.SILENT (\\Deleted)",
    "UID STORE 6,4,8 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)",
    "STORE 7,5,9 (UNCHANGEDSINCE 320162338) FLAGS ($Processed)",
    // RFC 8474, RFC 8514, RFC 8970
    "FETCH 1 EMAILID",
    "FETCH 1:* (EMAILID THREADID SAVEDATE)",
    "FETCH 1 (RFC822.SIZE PREVIEW (LAZY))",
    "FETCH 1 PREVIEW",
    "FETCH 1 PREVIEW (LAZY) (CHANGEDSINCE 5)",
    "FETCH 1 PREVIEW (CHANGEDSINCE 5)",
    // RFC 9394
    "UID FETCH 25900:26600 (UID FLAGS) (PARTIAL 1:100)",
    "UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-100 CHANGEDSINCE 98305)",
    // X-GM-EXT-1
    "FETCH 1 (X-GM-MSGID X-GM-THRID X-GM-LABELS)",
    'STORE 1 +X-GM-LABELS (\\Inbox "Muy Importante" foo)',
    "STORE 1 -X-GM-LABELS.SILENT (foo)",
    // Not of any RFC that is known here.
    "FETCH 1 (X-A X-B[1.2]<0.3> X-C (d (e)) FLAGS)",
    "FETCH 1 FLAGS (X-MOD 1:5)",
    'STORE 1 ANNOTATION (/comment (value.priv "My comment"))',
    "STORE 1 (X-MOD) +X-OTHER 5",
  ])("%s is read, and said again with the same bytes", (text) => {
    const command = commandIn(text);
    expect(command.name).not.toBe("unknown");
    expect(textFor(command)).toBe(`a ${text}\r\n`);
  });
});

describe("what is read", () => {
  test.each<[string, readonly FetchAttribute[]]>([
    ["BINARY[1.2]<3.4>", [{ type: "BINARY[]", part: [1, 2], partial: { offset: 3, length: 4 } }]],
    ["BINARY.PEEK[]", [{ type: "BINARY.PEEK[]", part: [], partial: null }]],
    ["BINARY.SIZE[7]", [{ type: "BINARY.SIZE[]", part: [7] }]],
    [
      "(preview (lazy) preview)",
      [
        { type: "PREVIEW", lazy: true },
        { type: "PREVIEW", lazy: false },
      ],
    ],
    ['(X-A[b "c"]<1> (d) UID)', [{ type: "unknown", name: "X-A", raw: bytesOf('[b "c"]<1> (d)') }, { type: "UID" }]],
  ])("%s", (text, items) => {
    const command = commandIn(`FETCH 1 ${text}`);
    expect(command).toEqual({ name: "FETCH", set: SET, items });
  });

  test.each<[string, readonly FetchModifier[]]>([
    ["CHANGEDSINCE 9223372036854775807", [{ type: "CHANGEDSINCE", modSeq: 9223372036854775807n }]],
    ["PARTIAL -5:-1 VANISHED", [{ type: "PARTIAL", window: { first: -5, last: -1 } }, { type: "VANISHED" }]],
    [
      "X-A X-B -1:-3",
      [
        { type: "unknown", name: "X-A", raw: null },
        { type: "unknown", name: "X-B", raw: bytesOf("-1:-3") },
      ],
    ],
  ])("modifiers %s", (text, modifiers) => {
    expect(commandIn(`FETCH 1 ALL (${text})`)).toEqual({ name: "FETCH", set: SET, items: "ALL", modifiers });
  });

  test("STORE of flags, labels and anything else", () => {
    const base = { name: "STORE", set: SET, action: "add", silent: false };
    expect(commandIn("STORE 1 (UNCHANGEDSINCE 5) +FLAGS \\Seen")).toEqual({
      ...base,
      modifiers: [{ type: "UNCHANGEDSINCE", modSeq: 5n }],
      flags: ["\\Seen"],
    });
    expect(commandIn('STORE 1 +X-GM-LABELS (\\Inbox "a b" {1+}\r\n( NIL)')).toEqual({
      ...base,
      labels: ["\\Inbox", "a b", "(", "NIL"].map((label) => decodeMailboxName(label)),
    });
    expect(commandIn("STORE 1 +x-other.silent (a b)")).toEqual({ ...base, silent: true, attribute: "X-OTHER", raw: bytesOf("(a b)") });
  });

  test("labels that look like flags but are none go in quotes", () => {
    const command = {
      name: "STORE",
      set: SET,
      action: "replace",
      silent: false,
      labels: ["\\a b", "\\"].map((label) => decodeMailboxName(label)),
    } as const;
    expect(textFor(command)).toBe('a STORE 1 X-GM-LABELS ("\\\\a b" "\\\\")\r\n');
    expect(commandIn('STORE 1 X-GM-LABELS ("\\\\a b" "\\\\")')).toEqual(command);
  });
});

describe("what is no command", () => {
  test.each([
    ["FETCH 1 BINARY", undefined],
    ["FETCH 1 BINARY[HEADER]", "bad-section"],
    ["FETCH 1 BINARY[1]<0.0>", "zero"],
    ["FETCH 1 BINARY.SIZE[1]<0.1>", "trailing-data"],
    ["FETCH 1 (FLAGS ())", "no-atom"],
    ["FETCH 1 (PREVIEW (FAST))", "no-atom"],
    ["FETCH 1 X-A[1", "open-bracket"],
    ["FETCH 1 X-A[1]b", "open-bracket"],
    ["FETCH 1 X-A<1", "open-bracket"],
    [`FETCH 1 X-A ${"(".repeat(70)}`, "too-deep"],
    ["FETCH 1 FLAGS ()", "empty-list"],
    ["FETCH 1 FLAGS (CHANGEDSINCE)", "no-space"],
    ["FETCH 1 FLAGS (CHANGEDSINCE x)", "no-number"],
    ["FETCH 1 FLAGS (PARTIAL 1:-5)", "bad-partial"],
    ["FETCH 1 FLAGS (PARTIAL 0:5)", "zero"],
    ["STORE 1 (UNCHANGEDSINCE) FLAGS ()", "no-space"],
    ["STORE 1 () FLAGS ()", "empty-list"],
    ["STORE 1 X-GM-LABELS foo", "no-list"],
    ["STORE 1 X-OTHER", "no-space"],
    ["STORE 1 X-OTHER ", "open-list"],
    ["STORE 1 X-OTHER a b", "trailing-data"],
  ])("%s: %s", (text, reason) => {
    expect(refusal(text)).toBe(reason);
  });

  test("a literal that an unknown attribute announces is bounded as an argument", () => {
    const limits = { maxLiteralBytes: 10, maxAppendBytes: 1000, maxDrainBytes: 1000 };
    for (const text of ["FETCH 1 X-A[{20+}", "FETCH 1 X-A ({20+}", "STORE 1 X-A {20+}", "SELECT x (X-A {20+}"]) {
      const [event] = commands([bytesOf(`a ${text}\r\n${"x".repeat(20)})]\r\n`)], limits);
      expect(event).toMatchObject({ type: "bad", reason: "literal-too-big" });
    }
  });

  test.each<Command>([
    { name: "FETCH", set: SET, items: [] },
    { name: "FETCH", set: SET, items: [{ type: "BINARY[]", part: [0.5], partial: null }] },
    { name: "FETCH", set: SET, items: [{ type: "BINARY[]", part: [], partial: { offset: 0, length: 0 } }] },
    { name: "FETCH", set: SET, items: [{ type: "unknown", name: "A B", raw: null }] },
    { name: "FETCH", set: SET, items: [{ type: "unknown", name: "A", raw: bytesOf("\r\nb NOOP") }] },
    { name: "FETCH", set: SET, items: "ALL", modifiers: [{ type: "CHANGEDSINCE", modSeq: -1n }] },
    { name: "FETCH", set: SET, items: "ALL", modifiers: [{ type: "PARTIAL", window: { first: 1, last: -1 } }] },
    { name: "FETCH", set: SET, items: "ALL", modifiers: [{ type: "PARTIAL", window: { first: 0, last: 1 } }] },
    { name: "STORE", set: SET, action: "add", silent: false, attribute: "A B", raw: bytesOf("1") },
    { name: "STORE", set: SET, action: "add", silent: false, attribute: "A", raw: bytesOf("1\r\nb NOOP") },
    { name: "STORE", set: SET, action: "add", silent: false, labels: [{ raw: "a\u0100", name: "a" }] },
  ])("cannot be said: $name %#", (command) => {
    expect(() => textFor(command)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
  });
});
