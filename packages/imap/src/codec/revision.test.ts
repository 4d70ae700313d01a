import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { command, response } from "../../test/codec-arbitraries.ts";
import { streamed } from "../../test/arbitraries/append.ts";
import { bytesOf, revealed, textOf, written } from "../../test/codec-driving.ts";
import type { Command, MailboxName, Response, Revision } from "./index.ts";
import {
  CommandDecoder,
  decodeMailboxName,
  encodeCommand,
  encodeResponse,
  mailboxName,
  obsoleteCommand,
  obsoleteResponse,
  ResponseDecoder,
  revisionOf,
} from "./index.ts";

const UMLAUT = mailboxName("Übung");
const REVISIONS: readonly Revision[] = ["IMAP4rev1", "UTF8=ACCEPT", "IMAP4rev2"];

/** The text of a command after ENABLE, its bytes as characters. */
function said(revision: Revision, command: Command): string {
  return textOf(written(encodeCommand("a", command, { revision, literals: "LITERAL+" })));
}

function answered(revision: Revision, response: Response): string {
  return textOf(written(encodeResponse(response, { revision })));
}

const utf8 = (text: string): string => textOf(new TextEncoder().encode(text));

test("what is enabled tells the revision", () => {
  expect([revisionOf([]), revisionOf(["CONDSTORE"]), revisionOf(["utf8=accept"]), revisionOf(["UTF8=ACCEPT", "imap4rev2"])]).toEqual([
    "IMAP4rev1",
    "IMAP4rev1",
    "UTF8=ACCEPT",
    "IMAP4rev2",
  ]);
});

describe("names of mailboxes", () => {
  test.each<[MailboxName, string, string]>([
    [UMLAUT, "&ANw-bung", utf8('"Übung"')],
    [mailboxName("a&b"), "a&-b", "a&b"],
    [mailboxName("INBOX"), "INBOX", "INBOX"],
    [decodeMailboxName("&broken"), "&broken", "&broken"],
    [decodeMailboxName(utf8("Übung")), `{6+}\r\n${utf8("Übung")}`, utf8('"Übung"')],
    [decodeMailboxName("\xff"), "{1+}\r\n\xff", "{1+}\r\n\xff"],
  ])("%j", (mailbox, rev1, later) => {
    const command = { name: "SELECT", mailbox, parameters: [] } as Extract<Command, { name: "SELECT" }>;
    expect(said("IMAP4rev1", command)).toBe(`a SELECT ${rev1}\r\n`);
    expect(said("UTF8=ACCEPT", command)).toBe(`a SELECT ${later}\r\n`);
    expect(said("IMAP4rev2", command)).toBe(`a SELECT ${later}\r\n`);
  });

  test("are no more modified UTF-7 where UTF-8 is enabled", () => {
    const decoder = new ResponseDecoder();
    decoder.push(bytesOf('* LIST () "/" &ANw-bung\r\n* LIST () "/" &ANw-bung\r\n'));
    expect(decoder.next()).toMatchObject({ response: { mailbox: { raw: "&ANw-bung", name: "Übung" } } });
    decoder.revision = "IMAP4rev2";
    expect(decoder.next()).toMatchObject({ response: { mailbox: { raw: "&ANw-bung", name: "&ANw-bung" } } });
    const server = new CommandDecoder();
    server.revision = "UTF8=ACCEPT";
    server.limits = { ...server.limits, maxLiterals: 1 };
    expect(server.revision).toBe("UTF8=ACCEPT");
    server.push(bytesOf("a DELETE &ANw-bung\r\n"));
    expect(server.next()).toMatchObject({ command: { mailbox: { name: "&ANw-bung" } } });
    expect(decoder.revision).toBe("IMAP4rev2");
  });
});

describe("strings beyond US-ASCII", () => {
  test("are literals, then in quotes; line ends are literals always, NUL is never", () => {
    const id = (value: string): Command => ({ name: "ID", fields: [{ name: "name", value }] });
    expect(said("IMAP4rev1", id("ä"))).toBe(`a ID ("name" {2+}\r\n${utf8("ä")})\r\n`);
    expect(said("UTF8=ACCEPT", id('ä"'))).toBe(`a ID ("name" "${utf8("ä")}\\"")\r\n`);
    expect(said("IMAP4rev2", id("ä\r\n"))).toBe(`a ID ("name" {4+}\r\n${utf8("ä\r\n")})\r\n`);
    for (const revision of REVISIONS) expect(() => said(revision, id("ä\0"))).toThrow("a NUL in a string");
  });

  test("in quotes are UTF-8 once that may be said: anything else is bad, and harms no other command", () => {
    const decoder = new CommandDecoder();
    const read = (): readonly unknown[] => {
      decoder.push(bytesOf('a SUBSCRIBE "\xff"\r\nb ID ("name" "\xc3\xa4\xc3")\r\nc SUBSCRIBE {1+}\r\n\xff\r\nd NOOP\r\n'));
      return Array.from({ length: 4 }, () => decoder.next()).map((event) =>
        event?.type === "command" ? event.command.name : event?.type === "bad" && event.reason,
      );
    };
    expect(read()).toEqual(["SUBSCRIBE", "ID", "SUBSCRIBE", "NOOP"]);
    decoder.revision = "UTF8=ACCEPT";
    expect(read()).toEqual(["not-utf8", "not-utf8", "SUBSCRIBE", "NOOP"]);
  });

  test("of searches need no charset, and UTF8=ACCEPT allows none", () => {
    const search = (charset: string | null): Command =>
      ({ name: "SEARCH", charset, keys: [{ type: "TEXT", text: "ä" }] }) as unknown as Command;
    expect(said("IMAP4rev1", search(null))).toBe(`a SEARCH CHARSET UTF-8 TEXT {2+}\r\n${utf8("ä")}\r\n`);
    expect(said("UTF8=ACCEPT", search(null))).toBe(`a SEARCH TEXT "${utf8("ä")}"\r\n`);
    expect(said("IMAP4rev2", search("UTF-8"))).toBe(`a SEARCH CHARSET UTF-8 TEXT "${utf8("ä")}"\r\n`);
    expect(() => said("UTF8=ACCEPT", search("UTF-8"))).toThrow("CHARSET after ENABLE UTF8=ACCEPT");
  });

  test("of texts for people are said in IMAP4rev2", () => {
    const ok: Response = { type: "untagged", status: "OK", code: null, text: "Grüße" };
    expect(REVISIONS.map((revision) => answered(revision, ok))).toEqual(["* OK Gr??e\r\n", "* OK Gr??e\r\n", `* OK ${utf8("Grüße")}\r\n`]);
  });
});

describe("what IMAP4rev2 has no more is refused there, and only there", () => {
  test.each([
    ["CHECK", "CHECK"],
    ['LSUB "" *', "LSUB"],
    ["STATUS x (MESSAGES RECENT)", "STATUS RECENT"],
    ["SEARCH OR ALL NOT NEW", "NEW"],
    ["UID SEARCH (OLD)", "OLD"],
    ["SEARCH OR RECENT ALL", "RECENT"],
    ["FETCH 1 (UID RFC822.TEXT)", "RFC822.TEXT"],
    ["UID FETCH 1 RFC822", "RFC822"],
  ])("%s", (text, what) => {
    const decoder = new CommandDecoder();
    decoder.push(bytesOf(`a ${text}\r\n`));
    const event = decoder.next();
    const read = event?.type === "command" ? event.command : ({ name: "NOOP" } as const);
    expect(obsoleteCommand(read)).toBe(what);
    expect(() => said("IMAP4rev2", read)).toThrow(`IMAP cannot say this: ${what} in IMAP4rev2`);
    expect(said("UTF8=ACCEPT", read)).toContain(what.split(" ").at(-1) ?? what);
  });

  test.each([
    ["* SEARCH 1", "SEARCH"],
    ['* LSUB () "/" x', "LSUB"],
    ["* 1 RECENT", "RECENT"],
    ["* STATUS x (RECENT 1)", "STATUS RECENT"],
    ["* FLAGS (\\Seen \\recent)", "\\recent"],
    ["* 1 FETCH (FLAGS (\\Recent))", "\\Recent"],
    ["* 1 FETCH (RFC822.HEADER NIL)", "RFC822.HEADER"],
    ["* OK [UNSEEN 1] x", "[UNSEEN]"],
  ])("%s", (text, what) => {
    const decoder = new ResponseDecoder();
    decoder.push(bytesOf(`${text}\r\n`));
    const event = decoder.next();
    const read: Response = event?.type === "response" ? event.response : { type: "continuation", text: "" };
    expect(obsoleteResponse(read)).toBe(what);
    expect(() => answered("IMAP4rev2", read)).toThrow(`IMAP cannot say this: ${what} in IMAP4rev2`);
    expect(answered("UTF8=ACCEPT", read)).toBe(`${text}\r\n`);
  });
});

describe("in every revision, what is said is read as it was", () => {
  const revisions = fc.constantFrom("UTF8=ACCEPT" as const, "IMAP4rev2" as const);

  test("commands", () => {
    fc.assert(
      fc.property(command, revisions, (value, revision) => {
        fc.pre(obsoleteCommand(value) === undefined && !("charset" in value && value.charset !== null));
        const decoder = new CommandDecoder();
        decoder.revision = revision;
        decoder.push(written(encodeCommand("a", value, { revision, literals: "LITERAL+" })));
        let last = decoder.next();
        for (let event = last; event !== undefined; event = decoder.next()) {
          if (event.type === "append") decoder.accept();
          last = event;
        }
        expect(namesOnly(last?.type === "command" ? last.command : last)).toEqual(namesOnly(streamed(value).command));
      }),
      { numRuns: 300 },
    );
  });

  test("responses", () => {
    fc.assert(
      fc.property(response, revisions, (value, revision) => {
        fc.pre(obsoleteResponse(value) === undefined);
        const decoder = new ResponseDecoder();
        decoder.revision = revision;
        decoder.push(written(encodeResponse(value, { revision })));
        const event = decoder.next();
        expect(namesOnly(event?.type === "response" ? event.response : event)).toEqual(namesOnly(value));
      }),
      { numRuns: 300 },
    );
  });
});

/** A value with mailboxes by name only: what they are on the wire depends on the revision. */
function namesOnly(value: unknown): unknown {
  const plain = revealed(value);
  const walk = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(walk);
    if (one === null || typeof one !== "object" || one instanceof Uint8Array) return one;
    const entries = Object.entries(one);
    const isName = entries.length === 2 && typeof Reflect.get(one, "raw") === "string" && typeof Reflect.get(one, "name") === "string";
    return isName
      ? { mailbox: Reflect.get(one, "name") as unknown }
      : Object.fromEntries(entries.map(([name, member]) => [name, walk(member)]));
  };
  return walk(plain);
}
