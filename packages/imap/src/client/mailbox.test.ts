import { describe, expect, test } from "vitest";
import { connected, failure, loggedIn, selected } from "../../test/client-fixture.ts";
import type { ImapClient } from "./imap-client.ts";
import type { UntaggedData } from "../session/untagged-data.ts";

describe("SELECT and EXAMINE", () => {
  test("tell what the mailbox is like", async () => {
    const { client, server } = await loggedIn();
    const opening = client.select("blurdy bloop");
    await server.answer(
      'SELECT "blurdy bloop"',
      "* 172 EXISTS",
      "* 1 RECENT",
      "* OK [UNSEEN 12] Message 12 is first unseen",
      "* OK [UIDVALIDITY 3857529045] UIDs valid",
      "* OK [UIDNEXT 4392] Predicted next UID",
      "* FLAGS (\\Answered \\Deleted)",
      "* OK [PERMANENTFLAGS (\\Deleted \\*)] Limited",
      "OK [READ-WRITE] SELECT completed",
    );
    const mailbox = await opening;
    expect(mailbox).toMatchObject({
      name: { name: "blurdy bloop" },
      exists: 172,
      recent: 1,
      firstUnseen: 12,
      uidValidity: 3857529045,
      uidNext: 4392,
      flags: ["\\Answered", "\\Deleted"],
      permanentFlags: ["\\Deleted", "\\*"],
      access: "read-write",
    });
    expect(client.mailbox).toBe(mailbox);
    expect(client.state).toBe("selected");
  });

  test("a server that says little", async () => {
    const { client, server } = await loggedIn();
    const opening = client.examine("INBOX");
    await server.answer("EXAMINE INBOX", "* 0 EXISTS", "* FLAGS (\\Seen)", "OK open");
    expect(await opening).toMatchObject({
      access: "read-only",
      permanentFlags: ["\\Seen"],
      firstUnseen: undefined,
      uidValidity: undefined,
      uidNext: undefined,
    });
    const again = client.select("INBOX");
    await server.answer("SELECT INBOX", "OK [READ-ONLY] somebody else writes");
    expect((await again).access).toBe("read-only");
  });

  test("the mailbox follows what the server tells later, and the caller hears it", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await selected("", { onUntagged: (response) => news.push(response) });
    await server.say("* 4 EXISTS", "* 1 RECENT", "* 2 EXPUNGE", "* FLAGS (\\Draft)", "* OK [UIDNEXT 9] next", "* 1 FETCH (FLAGS (\\Seen))");
    await server.say("* OK [ALERT] going down at noon", "* NO [X-FULL 90] nearly full", "* OK just so");
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
    expect(client.mailbox).toMatchObject({ exists: 3, recent: 1, flags: ["\\Draft"], uidNext: 9 });
    expect(news.map(({ type }) => type)).toEqual("EXISTS RECENT EXPUNGE FLAGS untagged FETCH untagged untagged untagged".split(" "));
    await server.say(...Array.from({ length: 5 }, () => "* 1 EXPUNGE"));
    const again = client.noop();
    await server.answer("NOOP", "OK");
    await again;
    expect(client.mailbox?.exists).toBe(0);
  });

  test("a refusal leaves nothing selected, also where nobody waits for it any more", async () => {
    const { client, server } = await selected();
    const refused = failure(client.select("Nowhere"));
    await server.answer("SELECT Nowhere", "NO [NONEXISTENT] none");
    expect(await refused).toMatchObject({ command: "SELECT", code: { type: "NONEXISTENT" } });
    expect(client.mailbox).toBeUndefined();
    const other = await selected();
    const controller = new AbortController();
    const aborted = failure(other.client.select("Nowhere", { signal: controller.signal }));
    const tag = await other.server.command("SELECT Nowhere");
    controller.abort();
    expect(await aborted).toMatchObject({ code: "aborted" });
    await other.server.say(`${tag} NO none`);
    const noop = other.client.noop();
    await other.server.answer("NOOP", "OK");
    await noop;
    expect(other.client.mailbox).toBeUndefined();
  });

  test("a SELECT that the server did not understand changes nothing", async () => {
    const { client, server } = await selected();
    const refused = failure(client.select("x"));
    await server.answer("SELECT x", "BAD what?");
    await refused;
    expect(client.mailbox?.name.name).toBe("INBOX");
  });

  test.each([
    ["CLOSE", (client: ImapClient) => client.close()],
    ["UNSELECT", (client: ImapClient) => client.unselect()],
    ["CLOSE", (client: ImapClient) => client.raw("close")],
    ["UNSELECT", (client: ImapClient) => client.raw("unselect")],
  ])("%s leaves it, said by %s", async (command, leave) => {
    const { client, server } = await selected();
    const refused = failure(leave(client));
    await server.answer(command, "NO not now");
    await refused;
    expect(client.mailbox?.name.name).toBe("INBOX");
    const leaving = leave(client);
    await server.answer(command, "OK");
    await leaving;
    expect(client.mailbox).toBeUndefined();
    expect(client.state).toBe("authenticated");
    await expect(leave(client)).rejects.toMatchObject({ side: "local", code: "illegal-now" });
  });
});

describe("commands about mailboxes", () => {
  test("that only succeed", async () => {
    const { client, server } = await loggedIn();
    const said = [
      [client.create("Entw\u00fcrfe"), "CREATE Entw&APw-rfe"],
      [client.delete({ raw: "a b", name: "a b" }), 'DELETE "a b"'],
      [client.rename("a", "b"), "RENAME a b"],
      [client.subscribe("inbox"), "SUBSCRIBE INBOX"],
      [client.unsubscribe("x"), "UNSUBSCRIBE x"],
    ] as const;
    for (const [promise, command] of said) {
      await server.answer(command, "OK done");
      await promise;
    }
    expect(client.state).toBe("authenticated");
  });

  test("a name that cannot be said rejects, and throws nothing before", async () => {
    const { client } = await selected();
    const bad = "x\r\ny LOGOUT";
    const refused = [
      client.create(bad),
      client.delete(bad),
      client.rename("a", bad),
      client.subscribe(bad),
      client.unsubscribe(bad),
      client.list(bad),
      client.lsub("*", bad),
      client.status(bad, ["MESSAGES"]),
      client.select(bad),
      client.append(bad, new Uint8Array()),
      client.copy(1, bad),
      client.uidCopy("?", "x"),
      client.store("?", "add", []),
      client.store("\u0131", "add", []),
      client.store([], "add", []),
      client.search("NOTHING"),
      client.search("RETURN (COUNT) ALL"),
      client.uidSearch("ALL\r\nx LOGOUT"),
      client.raw(bad),
    ];
    for (const promise of refused) expect(await failure(promise)).toMatchObject({ side: "local", code: "bad-argument" });
  });

  test("LIST and LSUB", async () => {
    const { client, server } = await loggedIn();
    const listing = client.list();
    await server.answer('LIST "" "*"', '* LIST (\\Noselect) "/" foo', "* LSUB () NIL other", '* LIST () "/" "Entw&APw-rfe"', "OK done");
    expect(await listing).toMatchObject([
      { type: "LIST", attributes: ["\\Noselect"], delimiter: "/", mailbox: { raw: "foo" } },
      { mailbox: { name: "Entw\u00fcrfe" } },
    ]);
    const subscriptions = client.lsub("%", "foo/");
    await server.answer('LSUB foo/ "%"', '* LSUB () "/" foo/bar', "OK done");
    expect(await subscriptions).toMatchObject([{ type: "LSUB", mailbox: { name: "foo/bar" } }]);
    const nothing = client.lsub();
    await server.answer('LSUB "" "*"', "OK done");
    expect(await nothing).toEqual([]);
  });

  test("STATUS, of the mailbox that was asked for", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await loggedIn("", { onUntagged: (response) => news.push(response) });
    const asking = client.status("blurdy", ["MESSAGES", "UIDNEXT"]);
    await server.answer(
      "STATUS blurdy (MESSAGES UIDNEXT)",
      "* STATUS x (MESSAGES 1)",
      "* STATUS blurdy (MESSAGES 231 UIDNEXT 4)",
      "OK done",
    );
    expect((await asking).items).toEqual([
      { type: "MESSAGES", value: 231 },
      { type: "UIDNEXT", value: 4 },
    ]);
    expect(news).toMatchObject([{ type: "STATUS", mailbox: { raw: "x" } }]);
  });

  test("an OK to STATUS without figures rejects, and the session goes on", async () => {
    const { client, server } = await loggedIn();
    const asking = failure(client.status("x", ["MESSAGES"]));
    await server.answer("STATUS x (MESSAGES)", "OK done");
    expect(await asking).toMatchObject({ name: "ProtocolError", side: "remote", code: "missing-status" });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });
});

describe("commands about messages", () => {
  test("SEARCH by words and by keys", async () => {
    const { client, server } = await selected();
    const first = client.search('UNSEEN SINCE 1-Feb-1994 NOT FROM "Smith"');
    await server.answer("SEARCH UNSEEN SINCE 1-Feb-1994 NOT FROM Smith", "* SEARCH 2 84", "* SEARCH 882", "OK done");
    expect(await first).toEqual([2, 84, 882]);
    const second = client.uidSearch([{ type: "SUBJECT", text: "gr\u00fcn" }]);
    const tag = await server.command("UID SEARCH CHARSET UTF-8 SUBJECT {5}");
    await server.say("+ go");
    expect(await server.line()).toBe("gr\u00c3\u00bcn");
    await server.say("* SEARCH", `${tag} OK done`);
    expect(await second).toEqual([]);
  });

  test("SEARCH of a server that answers with ESEARCH (RFC 9051 section 6.4.4)", async () => {
    const { client, server } = await selected(" IMAP4rev2");
    const some = client.uidSearch("UNSEEN");
    const tag = await server.command("UID SEARCH UNSEEN");
    await server.say(`* ESEARCH (TAG "${tag}") UID ALL 3,9:7,100`, `${tag} OK done`);
    expect(await some).toEqual([3, 7, 8, 9, 100]);
    const none = client.search("DELETED");
    const other = await server.command("SEARCH DELETED");
    await server.say(`* ESEARCH (TAG "${other}")`, `${other} OK done`);
    expect(await none).toEqual([]);
  });

  test("an ESEARCH is whose it says it is", async () => {
    const { client, server } = await selected(" ESEARCH");
    const counted: UntaggedData[] = [];
    const keys = [{ type: "SEEN" }] as const;
    const counting = client.run({
      command: { name: "SEARCH", charset: null, keys, returnOptions: [{ type: "ALL" }] },
      collect: (response, tag) => response.type === "ESEARCH" && response.tag === tag && counted.push(response) > 0,
      result: () => counted,
    });
    const first = await server.command("SEARCH RETURN (ALL) SEEN");
    const searching = client.search("ALL");
    const second = await server.command("SEARCH ALL");
    await server.say(
      "* SEARCH 1 2",
      `* ESEARCH (TAG "${second}") ALL 3`,
      `* ESEARCH (TAG "${first}") ALL 2`,
      `${second} OK`,
      `${first} OK`,
    );
    expect(await searching).toEqual([1, 2, 3]);
    expect(await counting).toMatchObject([{ type: "ESEARCH", all: [{ first: 2, last: 2 }] }]);
  });

  test("an ESEARCH that was asked for by a raw command", async () => {
    const { client, server } = await selected(" ESEARCH");
    const asking = client.raw("SEARCH RETURN (MIN COUNT) ALL");
    const tag = await server.command("SEARCH RETURN (MIN COUNT) ALL");
    await server.say(`* ESEARCH (TAG "${tag}") MIN 2 COUNT 3`, `${tag} OK done`);
    expect((await asking).untagged).toMatchObject([{ type: "ESEARCH", min: 2, count: 3 }]);
  });

  test("STORE gives the flags as they are told; the news of others go elsewhere", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await selected("", { onUntagged: (response) => news.push(response) });
    const storing = client.store("1:2", "add", ["\\Deleted"]);
    await server.answer(
      "STORE 1:2 +FLAGS (\\Deleted)",
      "* 1 FETCH (FLAGS (\\Deleted) UID 7)",
      "* 3 FETCH (FLAGS ())",
      '* 2 FETCH (BODY[1] "x")',
      "* 9 EXISTS",
      "OK done",
    );
    expect((await storing).map(({ sequenceNumber, uid, flags }) => ({ sequenceNumber, uid, flags }))).toEqual([
      { sequenceNumber: 1, uid: 7, flags: ["\\Deleted"] },
    ]);
    expect(news.map(({ type }) => type)).toEqual(["FETCH", "FETCH", "EXISTS"]);
    const silently = client.uidStore("7", "replace", ["\\Seen"], { silent: true });
    await server.answer("UID STORE 7 FLAGS.SILENT (\\Seen)", "OK done");
    expect(await silently).toEqual([]);
    const removing = client.uidStore(7, "remove", ["\\Seen"]);
    await server.answer("UID STORE 7 -FLAGS (\\Seen)", "* 1 FETCH (UID 7 FLAGS ())", "* 2 FETCH (UID 8 FLAGS ())", "OK done");
    expect((await removing).map(({ uid }) => uid)).toEqual([7]);
  });

  test("EXPUNGE tells the numbers, and the mailbox shrinks", async () => {
    const { client, server } = await selected();
    const expunging = client.expunge();
    await server.answer("EXPUNGE", "* 3 EXPUNGE", "* 1 EXPUNGE", "* 0 RECENT", "OK done");
    expect(await expunging).toEqual([3, 1]);
    expect(client.mailbox?.exists).toBe(1);
  });

  test("COPY, UID COPY and CHECK", async () => {
    const { client, server } = await selected();
    const said = [
      [client.copy("2:4", "MEETING"), "COPY 2:4 MEETING"],
      [client.uidCopy(7, "x y"), 'UID COPY 7 "x y"'],
      [client.check(), "CHECK"],
    ] as const;
    for (const [promise, command] of said) {
      await server.answer(command, "OK done");
      await promise;
    }
    const refused = failure(client.copy("2", "x"));
    await server.answer("COPY 2 x", "NO [TRYCREATE] none");
    expect(await refused).toMatchObject({ command: "COPY", code: { type: "TRYCREATE" } });
  });
});

describe("answers without end", () => {
  test("are bounded: the command fails, and the session goes on", async () => {
    const { client, server } = await loggedIn("", { maxCollectedBytes: 500 });
    const listing = failure(client.list());
    await server.answer('LIST "" "*"', ...Array.from({ length: 100 }, (_, index) => `* LIST () "/" mailbox${index}`), "OK done");
    expect(await listing).toMatchObject({ name: "ProtocolError", side: "local", code: "too-much-data" });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("the numbers of a search count, however they are read", async () => {
    const { client, server } = await selected("", { maxCollectedBytes: 100_000 });
    const numbers = Array.from({ length: 8000 }, (_, index) => index + 1);
    const few = client.search("ALL");
    await server.answer("SEARCH ALL", `* SEARCH ${numbers.join(" ")}`, "OK done");
    expect(await few).toEqual(numbers);
    const many = failure(client.search("ALL"));
    await server.answer("SEARCH ALL", `* SEARCH ${numbers.join(" ")}`, `* SEARCH ${numbers.join(" ")}`, "OK done");
    expect(await many).toMatchObject({ code: "too-much-data" });
  });

  test.each(["1:12501", "1:4294967295", "9000:1,1:9000"])("so do those of the set %s, which is short to say", async (set) => {
    const { client, server } = await selected("", { maxCollectedBytes: 100_000 });
    const many = failure(client.search("ALL"));
    await server.answer("SEARCH ALL", `* ESEARCH ALL ${set}`, "OK done");
    expect(await many).toMatchObject({ code: "too-much-data" });
    const few = client.search("ALL");
    await server.answer("SEARCH ALL", "* ESEARCH ALL 2:3", "OK done");
    expect(await few).toEqual([2, 3]);
  });
});

describe("raw commands", () => {
  test("give all that was said", async () => {
    const { client, server } = await selected();
    const asking = client.raw("namespace");
    await server.answer("NAMESPACE", '* NAMESPACE (("" "/")) NIL NIL', "* 4 EXISTS", "OK [X-DONE] done");
    const { response, untagged } = await asking;
    expect(client.mailbox?.exists).toBe(4);
    expect(response).toMatchObject({ status: "OK", code: { type: "unknown", name: "X-DONE" } });
    expect(untagged).toMatchObject([{ type: "NAMESPACE" }, { type: "EXISTS", count: 4 }]);
    const more = client.raw("uid expunge 7:9");
    await server.answer("UID EXPUNGE 7:9", "* 2 EXPUNGE", "OK");
    expect((await more).untagged).toEqual([{ type: "EXPUNGE", sequenceNumber: 2 }]);
    expect(client.mailbox?.exists).toBe(3);
  });

  test("are held to the state, where it is known", async () => {
    const { client, server } = await connected();
    await expect(client.raw("SELECT INBOX")).rejects.toMatchObject({ side: "local", code: "illegal-now" });
    const refused = failure(client.raw("xyzzy"));
    await server.answer("XYZZY", "BAD [CLIENTBUG] what?");
    expect(await refused).toMatchObject({ command: "XYZZY", message: "XYZZY: BAD [CLIENTBUG] what?" });
  });
});
