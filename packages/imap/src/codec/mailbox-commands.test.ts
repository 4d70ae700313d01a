import { describe, expect, test } from "vitest";
import { bytesOf, commandIn, commands, refusal, textFor } from "../../test/codec-driving.ts";
import type { Command } from "./index.ts";
import { INBOX, mailboxName } from "./index.ts";

describe("examples of the RFCs", () => {
  test.each([
    // RFC 2193
    'RLIST "" "%"',
    'RLSUB "" "*"',
    // RFC 5258
    'LIST (SUBSCRIBED) "" "*"',
    'LIST "" "%" RETURN (CHILDREN)',
    'LIST (REMOTE) "" "%" RETURN (CHILDREN)',
    'LIST (REMOTE SUBSCRIBED) "" "*"',
    'LIST (SUBSCRIBED REMOTE) "" "*" RETURN (CHILDREN)',
    'LIST "" (INBOX Drafts "Sent/%")',
    'LIST (SUBSCRIBED RECURSIVEMATCH) "" "*" RETURN (CHILDREN)',
    'LIST "" ("")',
    'LIST (X-AB (1 2)) "" "%" RETURN (X-CD "e" X-FG)',
    // RFC 5819
    'LIST "" "%" RETURN (STATUS (MESSAGES UNSEEN))',
    'LIST (SUBSCRIBED RECURSIVEMATCH) "" "%" RETURN (STATUS (MESSAGES))',
    // RFC 6154
    'LIST (SPECIAL-USE) "" "*" RETURN (SPECIAL-USE)',
    "CREATE MySpecial (USE (\\Drafts \\Sent))",
    "CREATE Everything (USE ())",
    // RFC 8440, RFC 9590
    'LIST "" "%" RETURN (CHILDREN MYRIGHTS)',
    'LIST "" "%" RETURN (METADATA (/shared/vendor/cmu/cyrus-imapd/color))',
    // RFC 4466
    "CREATE x (X-A X-B 1:3 X-C (a (b)))",
    "RENAME x y (X-A (1))",
    // RFC 7162
    "SELECT INBOX (CONDSTORE)",
    "EXAMINE INBOX (CONDSTORE X-NEW 1:5)",
    "SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))",
    "SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))",
    "SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541 (5,9,11 44,47,90)))",
    "SELECT INBOX (QRESYNC (67890007 90060115194045000 (5,9,11 44,47,90)))",
    "SELECT INBOX (QRESYNC (1 9223372036854775807))",
    // RFC 7889, RFC 8438, RFC 8474, RFC 9051, RFC 9208
    "STATUS blurdybloop (APPENDLIMIT)",
    "STATUS blurdybloop (UIDNEXT MESSAGES DELETED SIZE)",
    "STATUS foo (MAILBOXID HIGHESTMODSEQ DELETED-STORAGE X-OTHER)",
  ])("%s is read, and said again with the same bytes", (text) => {
    const command = commandIn(text);
    expect(command.name).not.toBe("unknown");
    expect(textFor(command)).toBe(`a ${text}\r\n`);
  });
});

describe("what is read", () => {
  test("an extended LIST", () => {
    expect(
      commandIn('list (subscribed x-y (1 2)) "" (a% {2+}\r\nb*) return (children status (messages x-z) metadata (/shared/a "b c"))'),
    ).toEqual({
      name: "LIST",
      selectionOptions: [{ type: "SUBSCRIBED" }, { type: "unknown", name: "X-Y", raw: bytesOf("(1 2)") }],
      reference: mailboxName(""),
      patterns: [mailboxName("a%"), mailboxName("b*")],
      returnOptions: [
        { type: "CHILDREN" },
        { type: "STATUS", items: ["MESSAGES", "X-Z"] },
        { type: "METADATA", entries: ["/shared/a", "b c"] },
      ],
    });
  });

  test("empty options make a LIST an extended one", () => {
    const extended = { name: "LIST", selectionOptions: [], reference: INBOX, patterns: [mailboxName("x")], returnOptions: [] };
    for (const text of ["LIST () inbox x", "LIST inbox (x)", "LIST inbox x RETURN ()"]) expect(commandIn(text)).toEqual(extended);
    expect(commandIn("LIST inbox x")).toEqual({ name: "LIST", reference: INBOX, pattern: mailboxName("x") });
  });

  test("the parameters of SELECT and CREATE", () => {
    expect(commandIn("SELECT inbox (CONDSTORE QRESYNC (1 2 3:4 (5 6)) X-A X-B 7)")).toEqual({
      name: "SELECT",
      mailbox: INBOX,
      parameters: [
        { type: "CONDSTORE" },
        {
          type: "QRESYNC",
          uidValidity: 1,
          modSeq: 2n,
          knownUids: [{ first: 3, last: 4 }],
          sequenceMatch: { sequenceNumbers: [{ first: 5, last: 5 }], uids: [{ first: 6, last: 6 }] },
        },
        { type: "unknown", name: "X-A", raw: null },
        { type: "unknown", name: "X-B", raw: bytesOf("7") },
      ],
    });
    expect(commandIn("CREATE x (use (\\Sent))")).toEqual({
      name: "CREATE",
      mailbox: mailboxName("x"),
      parameters: [{ type: "USE", attributes: ["\\Sent"] }],
    });
  });

  test("a value with a literal waits for it, and is kept as it came", () => {
    const text = "CREATE x (X-A (b {3}\r\n)\r\n c) X-B)";
    const events = commands([bytesOf(`a ${text}\r\n`)]);
    expect(events.map(({ type }) => type)).toEqual(["literal", "command"]);
    expect(events.at(-1)).toMatchObject({
      command: {
        parameters: [
          { name: "X-A", raw: bytesOf("(b {3}\r\n)\r\n c)") },
          { name: "X-B", raw: null },
        ],
      },
    });
  });
});

describe("what is no command", () => {
  test.each([
    ["SELECT x ()", "empty-list"],
    ["SELECT x (CONDSTORE", "no-atom"],
    ["SELECT x CONDSTORE", "trailing-data"],
    ["SELECT x (QRESYNC)", "no-space"],
    ["SELECT x (QRESYNC (0 1))", "zero"],
    ["SELECT x (QRESYNC (1 2 3 4))", "no-list"],
    ["SELECT x (QRESYNC (1 2 (3 4) 5))", "bad-qresync"],
    ["SELECT x (QRESYNC (1 99999999999999999999))", "number-too-big"],
    ["CREATE x (USE \\Sent)", "no-list"],
    ["RENAME x y ()", "empty-list"],
    ["LIST (RECURSIVEMATCH) x y", "no-base-option"],
    ["LIST (REMOTE RECURSIVEMATCH) x y", "no-base-option"],
    ["LIST x ()", "no-pattern"],
    ["LIST x y RETRUN (CHILDREN)", "no-return"],
    ["LIST x y RETURN CHILDREN", "no-list"],
    ["LIST x y RETURN (STATUS)", "no-space"],
    ["LIST x y RETURN (METADATA ())", "no-atom"],
    ["LSUB (SUBSCRIBED) x y", "no-atom"],
    ["LSUB x (y)", "no-pattern"],
    ["XLIST x y RETURN (CHILDREN)", "trailing-data"],
    [`CREATE x (X-A ${"(".repeat(70)})`, "too-deep"],
  ])("%s: %s", (text, reason) => {
    expect(refusal(text)).toBe(reason);
  });

  test.each<Command>([
    { name: "STATUS", mailbox: INBOX, items: [] },
    { name: "STATUS", mailbox: INBOX, items: ["A B"] },
    { name: "LIST", selectionOptions: [], reference: INBOX, patterns: [], returnOptions: [] },
    { name: "LIST", selectionOptions: [{ type: "RECURSIVEMATCH" }], reference: INBOX, patterns: [INBOX], returnOptions: [] },
    { name: "LIST", selectionOptions: [], reference: INBOX, patterns: [INBOX], returnOptions: [{ type: "METADATA", entries: [] }] },
    { name: "LIST", selectionOptions: [], reference: INBOX, patterns: [INBOX], returnOptions: [{ type: "STATUS", items: [] }] },
    { name: "CREATE", mailbox: INBOX, parameters: [{ type: "USE", attributes: ["\\a b"] }] },
    { name: "CREATE", mailbox: INBOX, parameters: [{ type: "unknown", name: "X", raw: bytesOf("NAME") }] },
    { name: "CREATE", mailbox: INBOX, parameters: [{ type: "unknown", name: "X", raw: bytesOf("(\r\nb NOOP)") }] },
    { name: "CREATE", mailbox: INBOX, parameters: [{ type: "unknown", name: "X Y", raw: null }] },
    {
      name: "SELECT",
      mailbox: INBOX,
      parameters: [{ type: "QRESYNC", uidValidity: 1, modSeq: 1n, knownUids: [], sequenceMatch: null }],
    },
    {
      name: "SELECT",
      mailbox: INBOX,
      parameters: [{ type: "QRESYNC", uidValidity: 1, modSeq: 1n << 63n, knownUids: null, sequenceMatch: null }],
    },
  ])("cannot be said: $name %#", (command) => {
    expect(() => textFor(command)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
  });

  test("no parameters are none", () => {
    expect(textFor({ name: "SELECT", mailbox: INBOX, parameters: [] })).toBe("a SELECT INBOX\r\n");
  });
});
