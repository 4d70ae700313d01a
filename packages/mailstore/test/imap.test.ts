import { dateTime, decodeMailboxName, mailboxName, type Section, type SectionText } from "@mailwire/imap/codec";
import type { FetchedItem, ImapAccount, ImapBackend, ImapMailbox, MailboxAccess, MessageAttribute } from "@mailwire/imap/server";
import { fromLatin1, latin1, Secret } from "@mailwire/wire";
import { beforeEach, describe, expect, test } from "vitest";
import { imapBackend } from "../src/imap.ts";
import { MemoryStore, USUAL_MAILBOXES } from "../src/memory.ts";
import type { Mailbox } from "../src/store.ts";

const MESSAGE = "From: ada@example.com\r\nSubject: hello\r\n\r\nGreetings\r\n";
const INBOX = mailboxName("INBOX");

let store: MemoryStore;
let backend: ImapBackend;
let account: ImapAccount;
/** The same mailbox from the other side. */
let inbox: Mailbox;

async function* chunksOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield fromLatin1(text);
}

async function add(...flags: string[]): Promise<void> {
  await inbox.append(await store.receive(chunksOf(MESSAGE)), { flags });
}

beforeEach(async () => {
  store = new MemoryStore({ mailboxes: USUAL_MAILBOXES, now: () => 1_000_000_000, limits: { maxMessageBytes: 1000 } });
  store.addUser("ada", new Secret("secret"));
  backend = imapBackend(store, { verifyPassword: store.verifyPassword });
  account = await backend.openAccount("ada");
  inbox = (await (await store.account("ada"))?.mailbox("INBOX")) ?? expect.fail("no INBOX");
});

const select = (access: MailboxAccess = "read-write"): Promise<ImapMailbox> => account.open(INBOX, access);

describe("accounts", () => {
  test("are of users", async () => {
    expect(await backend.verifyPassword({ user: "ada", password: new Secret("secret") })).toBe("ada");
    await expect(backend.openAccount("eve")).rejects.toMatchObject({ name: "ImapRefusal", code: { type: "AUTHORIZATIONFAILED" } });
  });

  test("have mailboxes with Unicode names and special uses", async () => {
    await account.create(decodeMailboxName("Entw&APw-rfe"));
    await account.rename(mailboxName("Trash"), mailboxName("A/B"));
    await account.delete(mailboxName("Junk"));
    expect((await account.list()).map(({ mailbox, attributes }) => [mailbox.raw, ...attributes])).toEqual([
      ["INBOX"],
      ["A/B", "\\Trash"],
      ["Drafts", "\\Drafts"],
      ["Entw&APw-rfe"],
      ["Sent", "\\Sent"],
    ]);
    await account.subscribe(mailboxName("Entwürfe"));
    await account.subscribe(mailboxName("x"));
    await account.unsubscribe(mailboxName("x"));
    expect(await account.listSubscribed()).toEqual([{ mailbox: { raw: "Entw&APw-rfe", name: "Entwürfe" }, attributes: [] }]);
    expect(account.delimiter).toBe("/");
  });

  test("refuse in the words of IMAP", async () => {
    const none = mailboxName("none");
    const refusals: [Promise<unknown>, string][] = [
      [account.open(none, "read-only"), "NONEXISTENT"],
      [account.create(mailboxName("Sent")), "ALREADYEXISTS"],
      [account.create(mailboxName("a//b")), "CANNOT"],
      [account.append(none, { size: 1, flags: [], date: null, body: chunksOf("x") }), "NONEXISTENT"],
      [account.append(INBOX, { size: 1001, flags: [], date: null, body: chunksOf("x") }), "LIMIT"],
    ];
    for (const [result, type] of refusals) await expect(result).rejects.toMatchObject({ name: "ImapRefusal", code: { type } });
  });

  test("failures of the store stay what they are", async () => {
    store.receive = async () => Promise.reject(new Error("disk on fire"));
    await expect(account.append(INBOX, { size: 1, flags: [], date: null, body: chunksOf("x") })).rejects.toThrow("disk on fire");
  });

  test("take messages with flags and dates, and tell figures", async () => {
    const date = dateTime({ year: 1996, month: 7, day: 17, hour: 2, minute: 44, second: 25, zoneMinutes: -420 });
    await account.append(INBOX, { size: 4, flags: ["\\seen", "Work"], date, body: chunksOf("ab", "cd") });
    await account.append(INBOX, { size: 4, flags: [], date: null, body: chunksOf("efgh") });
    expect(await account.status(INBOX, ["MESSAGES"])).toMatchObject({ messages: 2, unseen: 1, recent: 2, uidNext: 3 });
    const mailbox = await select();
    expect(await fetched(mailbox, [1, 2], { type: "INTERNALDATE" }, { type: "FLAGS" })).toEqual([
      [
        { type: "INTERNALDATE", date },
        { type: "FLAGS", flags: ["\\Seen", "Work", "\\Recent"] },
      ],
      [
        { type: "INTERNALDATE", date: expect.objectContaining({ text: "12-Jan-1970 13:46:40 +0000" }) as unknown },
        { type: "FLAGS", flags: ["\\Recent"] },
      ],
    ]);
  });
});

/** The items of each message, data read into text. */
async function fetched(mailbox: ImapMailbox, uids: readonly number[], ...attributes: MessageAttribute[]): Promise<unknown[][]> {
  const all: unknown[][] = [];
  for await (const { items } of mailbox.fetch(uids, attributes)) all.push(await Promise.all(items.map(shown)));
  return all;
}

async function shown(item: FetchedItem): Promise<unknown> {
  if (!("data" in item) || item.data === null) return item;
  if (item.data instanceof Uint8Array) return { ...item, data: latin1(item.data) };
  let text = "";
  for await (const chunk of item.data.chunks) text += latin1(chunk);
  expect(text).toHaveLength(item.data.size);
  return { ...item, data: text };
}

const section = (text: SectionText, part: number[] = [], fields: string[] = []): Section => ({ part, text, fields });

describe("a selected mailbox", () => {
  test("says what SELECT tells", async () => {
    for (const flags of [["\\Seen"], ["Work"], []]) await add(...flags);
    const { opened, uids } = await select();
    expect(uids).toEqual([1, 2, 3]);
    expect(opened).toMatchObject({ access: "read-write", recent: 3, firstUnseen: 2, uidNext: 4 });
    expect(opened.flags).toEqual(["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "Work"]);
    expect(opened.permanentFlags).toEqual([...opened.flags, "\\*"]);
    expect((await select()).opened.recent).toBe(0);
  });

  test("that is empty, or read-only", async () => {
    expect((await select("read-only")).opened).toMatchObject({
      access: "read-only",
      recent: 0,
      firstUnseen: null,
      uidNext: 1,
      permanentFlags: [],
    });
    const looking = await select("read-only");
    await add();
    expect(await looking.poll("with-expunges")).toEqual([
      { type: "EXISTS", count: 1 },
      { type: "RECENT", count: 1 },
    ]);
    // Looking takes \Recent from nobody.
    expect((await select("read-only")).opened.recent).toBe(1);
    expect((await select()).opened.recent).toBe(1);
    expect((await select()).opened.recent).toBe(0);
  });

  test("answers every attribute", async () => {
    await add("\\Seen");
    const mailbox = await select();
    const [items = []] = await fetched(
      mailbox,
      [1, 7],
      ...(
        ["UID", "FLAGS", "RFC822.SIZE", "ENVELOPE", "BODY", "BODYSTRUCTURE", "RFC822", "RFC822.HEADER", "RFC822.TEXT", "MODSEQ"] as const
      ).map((type) => ({ type })),
    );
    const header = MESSAGE.slice(0, -"Greetings\r\n".length);
    expect(items).toMatchObject([
      { type: "UID", uid: 1 },
      { type: "FLAGS", flags: ["\\Seen", "\\Recent"] },
      { type: "RFC822.SIZE", octets: MESSAGE.length },
      { type: "ENVELOPE", envelope: { subject: "hello" } },
      { type: "BODY", structure: { kind: "text", octets: 11, lines: 1 } },
      { type: "BODYSTRUCTURE", structure: { kind: "text", disposition: null } },
      { type: "RFC822", data: MESSAGE },
      { type: "RFC822.HEADER", data: header },
      { type: "RFC822.TEXT", data: "Greetings\r\n" },
    ]);
    expect(items[4]).not.toHaveProperty("structure.disposition");
  });

  test("answers sections and partials", async () => {
    await add();
    const body = (wanted: Section, offset?: number, length = 4): MessageAttribute => ({
      type: "BODY.PEEK[]",
      section: wanted,
      partial: offset === undefined ? null : { offset, length },
    });
    const [items = []] = await fetched(
      await select(),
      [1],
      body(section("")),
      body(section(""), 6),
      body(section(""), 49),
      body(section(""), 99),
      body(section("TEXT"), 1),
      body(section("TEXT"), 99),
      body(section("HEADER.FIELDS", [], ["subject"])),
      body(section("MIME", [1]), 0, 5),
      body(section("", [2])),
      body(section("", [2]), 3),
    );
    expect(items).toMatchObject([
      { type: "BODY[]", origin: null, data: MESSAGE },
      { origin: 6, data: "ada@" },
      { origin: 49, data: "s\r\n" },
      { origin: 99, data: "" },
      { origin: 1, data: "reet" },
      { origin: 99, data: "" },
      { origin: null, data: "Subject: hello\r\n\r\n" },
      { section: { part: [1] }, origin: 0, data: "From:" },
      { origin: null, data: null },
      { origin: 3, data: null },
    ]);
  });

  test("changes flags, which other sessions are told and this one is not", async () => {
    await add();
    const [one, other] = [await select(), await select()];
    expect(await one.store([1, 9], "add", ["\\Flagged"])).toEqual([{ uid: 1, flags: ["\\Flagged", "\\Recent"] }]);
    expect(await one.poll("without-expunges")).toEqual([]);
    expect(await other.poll("without-expunges")).toEqual([{ type: "flags", uid: 1, flags: ["\\Flagged"] }]);
    await one.store([1], "remove", ["\\Flagged"]);
    // The server fetches flags for itself, too: what it fetched is not yet told.
    await fetched(other, [1], { type: "FLAGS" });
    expect(await other.poll("with-expunges")).toEqual([{ type: "flags", uid: 1, flags: [] }]);
    await expect(one.store([1], "add", ["\\Wrong"])).rejects.toMatchObject({ code: { type: "CANNOT" } });
  });

  test("shows expunges of others only when it may, and has no data of what is gone", async () => {
    for (let count = 0; count < 3; count += 1) await add();
    const [one, other] = [await select(), await select()];
    await one.store([2], "add", ["\\Deleted"]);
    await one.expunge();
    await add();
    expect(await one.poll("with-expunges")).toMatchObject([
      { type: "EXPUNGE", sequenceNumber: 2 },
      { type: "EXISTS", count: 3 },
      { type: "RECENT", count: 3 },
    ]);
    expect(await other.poll("without-expunges")).toEqual([
      { type: "EXISTS", count: 4 },
      { type: "RECENT", count: 0 },
    ]);
    expect(other.uids).toEqual([1, 2, 3, 4]);
    expect(await fetched(other, other.uids, { type: "UID" })).toHaveLength(3);
    expect(await other.search([{ type: "ALL" }])).toEqual([1, 3, 4]);
    expect(await other.poll("with-expunges")).toEqual([{ type: "EXPUNGE", sequenceNumber: 2 }]);
    expect(other.uids).toEqual([1, 3, 4]);
  });

  test("copies, all or none", async () => {
    await add("\\Seen");
    const mailbox = await select();
    await mailbox.copy([1], mailboxName("Sent"));
    expect(await account.status(mailboxName("Sent"), [])).toMatchObject({ messages: 1, unseen: 0 });
    await expect(mailbox.copy([1], mailboxName("none"))).rejects.toMatchObject({ code: { type: "NONEXISTENT" } });
  });

  test("searches what is in view, reading messages only where it must", async () => {
    await add("\\Seen");
    await add();
    let read = 0;
    const messages = inbox.messages.bind(inbox);
    inbox.messages = async (uids) =>
      (await messages(uids)).map((stored) => ({
        ...stored,
        content: {
          size: stored.content.size,
          read: (start?: number, end?: number) => {
            read += 1;
            return stored.content.read(start, end);
          },
        },
      }));
    const mailbox = await select();
    expect(await mailbox.search([{ type: "UNSEEN" }])).toEqual([2]);
    expect(read).toBe(0);
    expect(await mailbox.search([{ type: "UNSEEN" }, { type: "BODY", text: "GREETINGS" }])).toEqual([2]);
    expect(read).toBe(1);
    expect(await mailbox.search([{ type: "SUBJECT", text: "nothing" }])).toEqual([]);
  });

  test("that others delete loses its messages", async () => {
    await account.append(mailboxName("Sent"), { size: 1, flags: [], date: null, body: chunksOf("x") });
    const mailbox = await account.open(mailboxName("Sent"), "read-write");
    await account.delete(mailboxName("Sent"));
    expect(await mailbox.poll("with-expunges")).toEqual([
      { type: "EXPUNGE", sequenceNumber: 1 },
      { type: "RECENT", count: 0 },
    ]);
  });

  test("hears nothing after it was closed", async () => {
    const mailbox = await select();
    await mailbox.close();
    await add();
    expect(await mailbox.poll("with-expunges")).toEqual([]);
  });

  test("misses nothing that happens while it opens, and keeps no watch when it cannot open", async () => {
    const messages = inbox.messages.bind(inbox);
    inbox.messages = async (uids) => {
      await add();
      return messages(uids);
    };
    const mailbox = await select();
    inbox.messages = messages;
    expect(mailbox.uids).toEqual([1]);
    expect(mailbox.opened).toMatchObject({ recent: 0, uidNext: 2 });
    await add();
    expect(await mailbox.poll("with-expunges")).toEqual([
      { type: "EXISTS", count: 2 },
      { type: "RECENT", count: 2 },
    ]);
    let watching = 0;
    const watch = inbox.watch.bind(inbox);
    inbox.watch = (listener) => {
      watching += 1;
      const unwatch = watch(listener);
      return () => {
        watching -= 1;
        unwatch();
      };
    };
    inbox.messages = async () => Promise.reject(new Error("disk on fire"));
    await expect(select()).rejects.toThrow("disk on fire");
    expect(watching).toBe(0);
  });
});
