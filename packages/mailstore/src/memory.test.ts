import { fromLatin1, latin1, ProtocolError, Secret, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { internalDate } from "./internal-date.ts";
import { MemoryStore, USUAL_MAILBOXES } from "./memory.ts";
import type { Account, Mailbox, MailboxChange, MessageContent, StoredMessage } from "./store.ts";

async function* chunksOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield fromLatin1(text);
}

async function textOf(content: MessageContent, start?: number, end?: number): Promise<string> {
  let text = "";
  for await (const chunk of content.read(start, end)) text += latin1(chunk);
  return text;
}

const uidsOf = (messages: readonly StoredMessage[]): number[] => messages.map(({ uid }) => uid);

let store: MemoryStore;
let account: Account;
let inbox: Mailbox;
let content: MessageContent;

async function accountOf(user: string, of = store): Promise<Account> {
  const found = await of.account(user);
  if (found === undefined) throw new Error(`no account ${user}`);
  return found;
}

beforeEach(async () => {
  store = new MemoryStore({ now: () => 1_000_000 });
  store.addUser("ada", new Secret("engine"));
  account = await accountOf("ada");
  inbox = await account.mailbox("INBOX");
  content = await store.receive(chunksOf("Subject: x\r\n\r\n", "Hello\r\n"));
});

describe("users", () => {
  test("are found by their names in any case, and verified by their passwords", async () => {
    const verify = (user: string, password: string, authorizationIdentity?: string): Promise<string | undefined> =>
      store.verifyPassword({ user, password: new Secret(password), ...(authorizationIdentity !== undefined && { authorizationIdentity }) });
    expect(await verify("ADA", "engine")).toBe("ada");
    expect(await verify("ada", "engine", "Ada")).toBe("ada");
    expect(await verify("ada", "engine", "bob")).toBeUndefined();
    for (const wrong of ["", "engin", "engine2", "Engine"]) expect(await verify("ada", wrong)).toBeUndefined();
    expect(await verify("bob", "engine")).toBeUndefined();
    expect(await store.account("bob")).toBeUndefined();
    expect([store.passwordOf("Ada")?.reveal(), store.passwordOf("bob")]).toEqual(["engine", undefined]);
  });

  test("without a password have an account, and are let in by nobody here", async () => {
    store.addUser("eve");
    expect((await accountOf("eve")).user).toBe("eve");
    for (const guess of ["", "undefined"]) expect(await store.verifyPassword({ user: "eve", password: new Secret(guess) })).toBeUndefined();
    expect(store.passwordOf("eve")).toBeUndefined();
  });

  test("keep their mail when their password changes", async () => {
    await inbox.append(content);
    store.addUser("Ada", new Secret("new"));
    expect((await (await (await accountOf("ada")).mailbox("inbox")).status()).messages).toBe(1);
    expect(await store.verifyPassword({ user: "ada", password: new Secret("engine") })).toBeUndefined();
  });
});

describe("messages", () => {
  test("are received in chunks and read by ranges", async () => {
    expect(content.size).toBe(21);
    expect(await textOf(content)).toBe("Subject: x\r\n\r\nHello\r\n");
    expect([await textOf(content, 14), await textOf(content, 9, 10), await textOf(content, 21), await textOf(content, 50, 60)]).toEqual([
      "Hello\r\n",
      "x",
      "",
      "",
    ]);
  });

  test("do not change with the memory that they were received in", async () => {
    const lent = fromLatin1("abc");
    const received = await store.receive(
      (async function* () {
        yield lent;
        lent.fill(0);
      })(),
    );
    expect(await textOf(received)).toBe("abc");
  });

  test("have ascending UIDs that are never used again", async () => {
    const first = await inbox.append(content);
    const second = await inbox.append(content, { flags: ["\\deleted"], internalDate: internalDate(5) });
    expect([first, second]).toMatchObject([
      { uid: 1, flags: [], internalDate: { epochMs: 1_000_000, zoneMinutes: 0 } },
      { uid: 2, flags: ["\\Deleted"], internalDate: { epochMs: 5, zoneMinutes: 0 } },
    ]);
    expect(await inbox.expunge()).toEqual([2]);
    await inbox.remove([1, 7]);
    expect(await inbox.messages()).toEqual([]);
    expect((await inbox.append(content)).uid).toBe(3);
    expect(await textOf(first.content)).toContain("Hello");
  });

  test("are given by UID, ascending, those that exist, once", async () => {
    for (let count = 0; count < 3; count += 1) await inbox.append(content);
    expect(uidsOf(await inbox.messages([3, 1, 9, 1]))).toEqual([1, 3]);
  });

  test("are counted", async () => {
    await inbox.append(content, { flags: ["\\Seen", "Work"] });
    await inbox.append(content);
    expect(await inbox.status()).toMatchObject({ messages: 2, unseen: 1, recent: 2, uidNext: 3, keywords: ["Work"] });
  });
});

describe("flags", () => {
  test("are replaced, added and removed, whatever their case", async () => {
    await inbox.append(content, { flags: ["\\Seen", "Work"] });
    const change = async (action: "replace" | "add" | "remove", ...flags: string[]): Promise<readonly string[] | undefined> =>
      (await inbox.changeFlags([1, 2], action, flags))[0]?.flags;
    expect(await change("add", "\\FLAGGED", "work", "$Junk")).toEqual(["\\Seen", "Work", "\\Flagged", "$Junk"]);
    expect(await change("remove", "\\seen", "Other")).toEqual(["Work", "\\Flagged", "$Junk"]);
    expect(await change("replace", "\\Draft", "\\draft")).toEqual(["\\Draft"]);
  });

  test("are refused when they are none", async () => {
    for (const flag of ["\\Foo", "\\Recent", "\\*", "a b", "", "a]", "\xe9"]) {
      await expect(inbox.append(content, { flags: [flag] })).rejects.toMatchObject({ name: "StoreError", code: "cannot" });
    }
    expect(await inbox.messages()).toEqual([]);
  });
});

describe("\\Recent", () => {
  test("is given once", async () => {
    await inbox.append(content);
    expect((await inbox.status()).recentUids).toEqual({ first: 1, end: 2 });
    expect(await inbox.claimRecent()).toEqual({ first: 1, end: 2 });
    expect((await inbox.status()).recent).toBe(0);
    await inbox.append(content);
    expect(await inbox.claimRecent()).toEqual({ first: 2, end: 3 });
    expect(await inbox.claimRecent()).toEqual({ first: 3, end: 3 });
  });
});

describe("watching", () => {
  test("tells each change until it is given up", async () => {
    const changes: MailboxChange[] = [];
    const unwatch = inbox.watch((change) => changes.push(change));
    const message = await inbox.append(content);
    await inbox.changeFlags([1], "add", ["\\Seen"]);
    await inbox.changeFlags([1], "add", ["\\seen"]);
    await inbox.remove([1]);
    expect(changes).toEqual([
      { type: "appended", message },
      { type: "flagged", uid: 1, flags: ["\\Seen"] },
      { type: "removed", uid: 1 },
    ]);
    unwatch();
    await inbox.append(content);
    expect(changes).toHaveLength(3);
  });
});

describe("copies", () => {
  test("keep flags and internal date, and are all or none", async () => {
    await account.create("Archive");
    const archive = await account.mailbox("Archive");
    await inbox.append(content, { flags: ["\\Flagged", "Work"], internalDate: internalDate(7) });
    await inbox.append(content);
    expect(await inbox.copy([1, 2, 3], "Archive")).toMatchObject([
      { uid: 1, flags: ["\\Flagged", "Work"], internalDate: { epochMs: 7 } },
      { uid: 2, flags: [] },
    ]);
    expect(uidsOf(await archive.messages())).toEqual([1, 2]);
    await inbox.copy([1], "INBOX");
    expect(uidsOf(await inbox.messages())).toEqual([1, 2, 3]);
    await expect(inbox.copy([1], "None")).rejects.toMatchObject({ code: "nonexistent" });
  });
});

describe("mailboxes", () => {
  const names = async (): Promise<string[]> => (await account.list()).map(({ name }) => name);

  test("are made, listed, renamed with those under them, and deleted", async () => {
    for (const name of ["b/x/y", "a", "b", "bc"]) await account.create(name);
    expect(await names()).toEqual(["INBOX", "a", "b", "b/x/y", "bc"]);
    await account.rename("b", "d");
    expect(await names()).toEqual(["INBOX", "a", "bc", "d", "d/x/y"]);
    await account.delete("d");
    expect(await names()).toEqual(["INBOX", "a", "bc", "d/x/y"]);
    await account.rename("d", "e");
    expect(await names()).toEqual(["INBOX", "a", "bc", "e/x/y"]);
  });

  test("cannot be what they cannot be", async () => {
    await account.create("a");
    await account.create("b/c");
    await account.create("a/c");
    const codes: [Promise<unknown>, string][] = [
      [account.create("a"), "already-exists"],
      [account.create("inbox"), "already-exists"],
      [account.create(""), "cannot"],
      [account.create("a//b"), "cannot"],
      [account.create("/a"), "cannot"],
      [account.create("a%"), "cannot"],
      [account.create("a\r\nb"), "cannot"],
      [account.create("x".repeat(1001)), "cannot"],
      [account.delete("Inbox"), "cannot"],
      [account.delete("none"), "nonexistent"],
      [account.rename("none", "x"), "nonexistent"],
      [account.rename("a", "b"), "already-exists"],
      [account.rename("INBOX", "a"), "already-exists"],
      [account.mailbox("none"), "nonexistent"],
      [account.unsubscribe("a"), "nonexistent"],
    ];
    for (const [result, code] of codes) await expect(result).rejects.toMatchObject({ name: "StoreError", code });
    expect(await names()).toEqual(["INBOX", "a", "a/c", "b/c"]);
  });

  test("renaming INBOX moves its messages and leaves it empty", async () => {
    await account.create("INBOX/sub");
    await inbox.append(content, { flags: ["\\Seen"] });
    await account.rename("inbox", "Old");
    expect(await inbox.messages()).toEqual([]);
    expect(await (await account.mailbox("Old")).messages()).toMatchObject([{ uid: 1, flags: ["\\Seen"] }]);
    expect(await names()).toEqual(["INBOX", "INBOX/sub", "Old"]);
    expect((await inbox.append(content)).uid).toBe(2);
  });

  test("a name never means the same UIDs again", async () => {
    const validity = async (name: string): Promise<number> => (await (await account.mailbox(name)).status()).uidValidity;
    await account.create("a");
    await account.create("b");
    const before = [await validity("a"), await validity("b")];
    await account.delete("b");
    await account.rename("a", "b");
    await account.create("a");
    expect(Math.min(await validity("a"), await validity("b"))).toBeGreaterThan(Math.max(...before));
  });

  test("once deleted are empty and take nothing", async () => {
    await account.create("a");
    const mailbox = await account.mailbox("a");
    await mailbox.append(content);
    await account.delete("a");
    expect(await mailbox.messages()).toEqual([]);
    for (const change of [mailbox.append(content), mailbox.remove([1]), mailbox.expectRoom(1)]) {
      await expect(change).rejects.toMatchObject({ code: "nonexistent" });
    }
    expect(await mailbox.changeFlags([1], "add", ["\\Seen"])).toEqual([]);
  });

  test("usual ones have their use, also under another name", async () => {
    const usual = new MemoryStore({ mailboxes: USUAL_MAILBOXES });
    usual.addUser("bob", new Secret(""));
    const bob = await accountOf("bob", usual);
    await bob.rename("Sent", "Sent/Old");
    await bob.delete("Junk");
    await bob.create("Junk");
    expect(await bob.list()).toEqual([
      { name: "INBOX", specialUse: null },
      { name: "Drafts", specialUse: "\\Drafts" },
      { name: "Junk", specialUse: null },
      { name: "Sent/Old", specialUse: "\\Sent" },
      { name: "Trash", specialUse: "\\Trash" },
    ]);
  });

  test("are subscribed to by name alone", async () => {
    await account.subscribe("not/there");
    await account.subscribe("inbox");
    await account.subscribe("INBOX");
    expect(await account.subscriptions()).toEqual(["INBOX", "not/there"]);
    await account.unsubscribe("Inbox");
    expect(await account.subscriptions()).toEqual(["not/there"]);
    await expect(account.subscribe("")).rejects.toMatchObject({ code: "cannot" });
  });
});

test("a maildrop is locked for one", async () => {
  const lock = await account.lockMaildrop();
  expect(await account.lockMaildrop()).toBeUndefined();
  await lock?.release();
  const next = await account.lockMaildrop();
  expect(next).toBeDefined();
  // Released already: the next one's lock stays.
  await lock?.release();
  expect(await account.lockMaildrop()).toBeUndefined();
});

describe("limits", () => {
  test("bound what comes in at once, and there is room again when some of it has come, or failed", async () => {
    const small = new MemoryStore({ limits: { maxMessageBytes: 10, maxIncomingBytes: 12 } });
    const waiting: (() => void)[] = [];
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield utf8("12345678");
      await new Promise<void>((resolve) => void waiting.push(resolve));
    };
    const first = small.receive(slow());
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    await expect(small.receive(chunksOf("1234", "5"))).rejects.toMatchObject({ code: "busy" });
    expect(await small.receive(chunksOf("1234"))).toMatchObject({ size: 4 });
    waiting[0]?.();
    expect(await first).toMatchObject({ size: 8 });
    expect(await small.receive(chunksOf("1234567890"))).toMatchObject({ size: 10 });
  });

  test("a message is read in pieces that are not large", async () => {
    const content = await store.receive([new Uint8Array(150_000).fill(1), new Uint8Array(50_000).fill(2)]);
    const sizes: number[] = [];
    for await (const piece of content.read(10, 199_990)) sizes.push(piece.length);
    expect(sizes).toEqual([65_536, 65_536, 65_536, 199_980 - 3 * 65_536]);
  });

  test("bound messages, accounts, mailboxes and keywords", async () => {
    const small = new MemoryStore({ limits: { maxMessageBytes: 10, maxAccountBytes: 25, maxMailboxes: 2, maxKeywords: 1 } });
    small.addUser("bob", new Secret(""));
    const bob = await accountOf("bob", small);
    const mailbox = await bob.mailbox("INBOX");
    await expect(small.receive(chunksOf("123456", "78901"))).rejects.toMatchObject({ code: "too-large" });
    const ten = await small.receive(chunksOf("1234567890"));
    await mailbox.append(ten);
    await mailbox.append(ten);
    await expect(mailbox.expectRoom(11)).rejects.toMatchObject({ code: "too-large" });
    await expect(mailbox.expectRoom(6)).rejects.toMatchObject({ code: "over-quota" });
    await mailbox.expectRoom(5);
    await expect(mailbox.append(ten)).rejects.toMatchObject({ code: "over-quota" });
    await bob.create("a");
    await expect(mailbox.copy([1], "a")).rejects.toMatchObject({ code: "over-quota" });
    await mailbox.remove([1]);
    await mailbox.copy([2], "a");
    await bob.delete("a");
    await mailbox.append(ten);
    await bob.create("b");
    await expect(bob.create("c")).rejects.toMatchObject({ code: "over-quota" });
    await bob.subscribe("b");
    await bob.subscribe("c");
    await expect(bob.subscribe("d")).rejects.toMatchObject({ code: "over-quota" });
    await mailbox.changeFlags([2], "add", ["one"]);
    await expect(mailbox.changeFlags([2], "add", ["two"])).rejects.toMatchObject({ code: "over-quota" });
  });

  test("are checked", () => {
    expect(() => new MemoryStore({ limits: { maxMailboxes: 0 } })).toThrow(ProtocolError);
  });
});

test("whatever is done, UIDs ascend in the order of arrival and none comes twice", async () => {
  const operation = fc.oneof(
    fc.constant("append" as const),
    fc.constant("expunge" as const),
    fc.record({ delete: fc.nat({ max: 12 }) }),
    fc.record({ copy: fc.nat({ max: 12 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
      const other = new MemoryStore();
      other.addUser("x", new Secret(""));
      const mailbox = await (await accountOf("x", other)).mailbox("INBOX");
      const seen: number[] = [];
      mailbox.watch((change) => change.type === "appended" && seen.push(change.message.uid));
      for (const one of operations) {
        if (one === "append") await mailbox.append(content);
        else if (one === "expunge") await mailbox.expunge();
        else if ("delete" in one) await mailbox.changeFlags([one.delete], "add", ["\\Deleted"]);
        else await mailbox.copy([one.copy], "INBOX");
        const uids = uidsOf(await mailbox.messages());
        expect(uids).toEqual([...uids].sort((a, b) => a - b));
      }
      expect(seen).toEqual(seen.map((_, index) => index + 1));
      expect((await mailbox.status()).uidNext).toBe(seen.length + 1);
    }),
  );
});
