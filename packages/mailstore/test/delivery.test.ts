import { servePop3 } from "@mailwire/pop3/server";
import { serveSmtp, type SmtpServerOptions } from "@mailwire/smtp/server";
import { memoryPair, type ServedConnection } from "@mailwire/transport";
import { fromLatin1, latin1, Secret } from "@mailwire/wire";
import { beforeEach, describe, expect, test } from "vitest";
import { MemoryStore, type MemoryStoreLimits } from "../src/memory.ts";
import { maildropOpener } from "../src/pop3.ts";
import { deliverInto } from "../src/smtp.ts";
import type { Account } from "../src/store.ts";
import { Talk } from "./talk.ts";

const LINE = /\d{3} .*\r\n/;
const POP_LINE = /(?:\+OK|-ERR).*\r\n/;
const POP_LINES = /(?:^|\r\n)\.\r\n/;
// 2026-11-21 15:00:00 UTC
const NOW = 1_795_273_200_000;

let store: MemoryStore;

function setUp(limits: Partial<MemoryStoreLimits> = {}): void {
  store = new MemoryStore({ limits });
  for (const user of ["ada", "Bob", "odd one", "postmaster"]) store.addUser(user, new Secret("secret"));
}

beforeEach(() => setUp());

async function accountOf(user: string): Promise<Account> {
  const account = await store.account(user);
  if (account === undefined) throw new Error(`no account ${user}`);
  return account;
}

async function mailOf(user: string): Promise<string[]> {
  const texts: string[] = [];
  for (const { content } of await (await accountOf(user)).mailbox("INBOX").then((inbox) => inbox.messages())) {
    let text = "";
    for await (const chunk of content.read()) text += latin1(chunk);
    texts.push(text.replaceAll("\r\n", "\n"));
  }
  return texts;
}

async function smtp(options: Partial<SmtpServerOptions> = {}): Promise<Talk> {
  const [ours, theirs] = memoryPair({ secure: true });
  const delivery = deliverInto(store, { hostname: "mx.example.com", domains: ["example.com", "Example.ORG"], now: () => NOW });
  serveSmtp(theirs, { hostname: "mx.example.com", ...delivery, ...options });
  const talk = new Talk(ours);
  await talk.hear(LINE);
  return talk;
}

async function pop3(user: string): Promise<{ talk: Talk; connection: ServedConnection; answer: string }> {
  const [ours, theirs] = memoryPair({ secure: true });
  const connection = servePop3(theirs, { verify: store.verifyPassword, open: maildropOpener(store) });
  const talk = new Talk(ours);
  await talk.hear(POP_LINE);
  await talk.ask(`USER ${user}`, POP_LINE);
  return { talk, connection, answer: await talk.ask("PASS secret", POP_LINE) };
}

describe("delivery by SMTP", () => {
  test("puts Return-Path and Received in front", async () => {
    const talk = await smtp();
    await talk.ask("EHLO client.example.net", LINE);
    await talk.ask("MAIL FROM:<eve@example.net>", LINE);
    expect(await talk.ask("RCPT TO:<ada@EXAMPLE.org>", LINE)).toMatch(/^250 /);
    await talk.ask("DATA", LINE);
    expect(await talk.ask(["Subject: hello", "", "Greetings", "..dot", "."], LINE)).toMatch(/^250 /);
    expect(await mailOf("ada")).toEqual([
      "Return-Path: <eve@example.net>\n" +
        "Received: from client.example.net\n\tby mx.example.com with ESMTPS\n\tfor <ada@EXAMPLE.org>;\n\tSat, 21 Nov 2026 15:00:00 +0000\n" +
        "Subject: hello\n\nGreetings\n.dot\n",
    ]);
  });

  test("each user gets one copy, named in no field", async () => {
    const talk = await smtp();
    await talk.ask("HELO a(b)c", LINE);
    await talk.ask("MAIL FROM:<>", LINE);
    for (const recipient of ["ada@example.com", "ADA@example.org", "bob@example.com", "postmaster", '"odd one"@example.com']) {
      expect(await talk.ask(`RCPT TO:<${recipient}>`, LINE)).toMatch(/^250 /);
    }
    await talk.ask("DATA", LINE);
    await talk.ask(["Subject: hello", "Greetings", "."], LINE);
    const [mail = ""] = await mailOf("ada");
    // The name that the client gave itself cannot be written into a field, and the missing blank line is there.
    expect(mail).toMatch(
      /^Return-Path: <>\nReceived: from unknown\n\tby mx\.example\.com with SMTP;\n\t.*\nSubject: hello\n\nGreetings\n$/,
    );
    for (const user of ["Bob", "postmaster", "odd one", "ada"]) expect(await mailOf(user)).toEqual([mail]);
  });

  test("refuses strangers and other people's domains", async () => {
    const talk = await smtp();
    await talk.ask("EHLO x", LINE);
    await talk.ask("MAIL FROM:<eve@example.net>", LINE);
    expect(await talk.ask("RCPT TO:<nobody@example.com>", LINE)).toMatch(/^550 5\.1\.1 /);
    expect(await talk.ask("RCPT TO:<ada@example.net>", LINE)).toMatch(/^550 5\.7\.1 /);
  });

  test("delivers to all or to none", async () => {
    setUp({ maxAccountBytes: 300 });
    const bob = await (await accountOf("bob")).mailbox("INBOX");
    await bob.append(
      await store.receive(
        (async function* () {
          yield new Uint8Array(250);
        })(),
      ),
    );
    const talk = await smtp();
    await talk.ask("EHLO x", LINE);
    await talk.ask("MAIL FROM:<eve@example.net>", LINE);
    await talk.ask("RCPT TO:<ada@example.com>", LINE);
    await talk.ask("RCPT TO:<bob@example.com>", LINE);
    await talk.ask("DATA", LINE);
    expect(await talk.ask(["", "x", "."], LINE)).toMatch(/^452 4\.2\.2 /);
    expect(await mailOf("ada")).toEqual([]);
  });

  test("says that it is too much now where too much comes in at once", async () => {
    setUp({ maxIncomingBytes: 300 });
    const talk = await smtp();
    await talk.ask("EHLO x", LINE);
    await talk.ask("MAIL FROM:<eve@example.net>", LINE);
    await talk.ask("RCPT TO:<ada@example.com>", LINE);
    await talk.ask("DATA", LINE);
    expect(await talk.ask(["x".repeat(900), "."], LINE)).toMatch(/^452 4\.3\.1 /);
    expect(await mailOf("ada")).toEqual([]);
  });

  test("refuses what the store finds too large, and users that vanished; failures are no answer of the store's", async () => {
    setUp({ maxMessageBytes: 300 });
    const errors: unknown[] = [];
    const talk = await smtp({ onError: (error) => errors.push(error) });
    const send = async (recipient: string, line: string): Promise<string> => {
      await talk.ask("MAIL FROM:<eve@example.net>", LINE);
      await talk.ask(`RCPT TO:<${recipient}>`, LINE);
      await talk.ask("DATA", LINE);
      return talk.ask([line, "."], LINE);
    };
    await talk.ask("EHLO x", LINE);
    expect(await send("ada@example.com", "x".repeat(900))).toMatch(/^552 5\.3\.4 /);
    const known = store.account.bind(store);
    let asked = 0;
    store.account = async (user) => ((asked += 1) === 1 ? known(user) : undefined);
    expect(await send("ada@example.com", "")).toMatch(/^550 5\.1\.1 /);
    store.account = known;
    store.receive = async () => Promise.reject(new Error("disk on fire"));
    expect(await send("ada@example.com", "")).toMatch(/^451 /);
    expect(errors).toMatchObject([{ message: "disk on fire" }]);
    expect(await mailOf("ada")).toEqual([]);
  });
});

describe("delivery by LMTP", () => {
  test("answers for each recipient: one without room does not keep it from the others, and nobody gets it twice", async () => {
    setUp({ maxAccountBytes: 400 });
    const bob = await (await accountOf("bob")).mailbox("INBOX");
    await bob.append(
      await store.receive(
        (async function* () {
          yield new Uint8Array(390);
        })(),
      ),
    );
    const talk = await smtp({ protocol: "lmtp" });
    await talk.ask("LHLO relay.example", LINE);
    await talk.ask("MAIL FROM:<eve@example.net>", LINE);
    for (const recipient of ["ada@example.com", "bob@example.com", "ADA@example.org", "postmaster@example.com"]) {
      expect(await talk.ask(`RCPT TO:<${recipient}>`, LINE)).toMatch(/^250 /);
    }
    const known = store.account.bind(store);
    store.account = async (user) => (user === "postmaster" ? undefined : known(user));
    await talk.ask("DATA", LINE);
    const answers = await talk.ask(["", "x", "."], /(?:\d{3} .*\r\n){4}/);
    expect(answers).toMatch(/^250 2\.1\.5 .*\n452 4\.2\.2 .*\n250 2\.1\.5 .*\n550 5\.1\.1 .*\n$/);
    expect(await mailOf("ada")).toMatchObject([
      expect.stringMatching(/^Return-Path: <eve@example\.net>\n.*\n\tby mx\.example\.com with LMTPS;\n/),
    ]);
  });

  test("one answer that the store gives counts for all", async () => {
    setUp({ maxMessageBytes: 300 });
    const talk = await smtp({ protocol: "lmtp" });
    await talk.ask("LHLO relay.example", LINE);
    await talk.ask("MAIL FROM:<eve@example.net>", LINE);
    for (const recipient of ["ada", "bob"]) await talk.ask(`RCPT TO:<${recipient}@example.com>`, LINE);
    await talk.ask("DATA", LINE);
    expect(await talk.ask(["x".repeat(900), "."], /(?:\d{3} .*\r\n){2}/)).toMatch(/^552 5\.3\.4 .*\n552 5\.3\.4 .*\n$/);
  });

  test("a failure is no answer of the store's", async () => {
    const talk = await smtp({ protocol: "lmtp" });
    await talk.ask("LHLO relay.example", LINE);
    await talk.ask("MAIL FROM:<eve@example.net>", LINE);
    await talk.ask("RCPT TO:<ada@example.com>", LINE);
    await talk.ask("DATA", LINE);
    const account = await accountOf("ada");
    account.mailbox = async () => Promise.reject(new Error("disk on fire"));
    store.account = async () => account;
    expect(await talk.ask(["", "x", "."], LINE)).toMatch(/^451 /);
  });
});

describe("a maildrop by POP3", () => {
  beforeEach(async () => {
    const inbox = await (await accountOf("ada")).mailbox("INBOX");
    for (const text of ["Subject: one\r\n\r\n1\r\n", "Subject: two\r\n\r\n2\r\n"]) {
      await inbox.append(
        await store.receive(
          (async function* () {
            yield fromLatin1(text);
          })(),
        ),
      );
    }
  });

  test("lists and reads INBOX, and removes at QUIT what was marked", async () => {
    const { talk, connection } = await pop3("ada");
    expect(await talk.ask("LIST", POP_LINES)).toMatch(/\n1 19\n2 19\n\.\n$/);
    const [, uidl = ""] = /^1 (.*)$/m.exec(await talk.ask("UIDL", POP_LINES)) ?? [];
    expect(await talk.ask("RETR 2", POP_LINES)).toMatch(/\nSubject: two\n\n2\n\.\n$/);
    await talk.ask("DELE 2", POP_LINE);
    expect(await mailOf("ada")).toHaveLength(2);
    await talk.ask("QUIT", POP_LINE);
    talk.hangUp();
    await connection.closed;
    expect(await mailOf("ada")).toEqual(["Subject: one\n\n1\n"]);
    const again = await pop3("ada");
    expect(await again.talk.ask("UIDL 1", POP_LINE)).toContain(` 1 ${uidl}\n`);
  });

  test("is for one session at a time, and a lost session removes nothing", async () => {
    const { talk, connection } = await pop3("ada");
    await talk.ask("DELE 1", POP_LINE);
    expect((await pop3("ada")).answer).toMatch(/^-ERR \[IN-USE\]/);
    talk.hangUp();
    await connection.closed;
    expect(await mailOf("ada")).toHaveLength(2);
    expect((await pop3("ada")).answer).toMatch(/^\+OK/);
  });

  test("does not change while it is open", async () => {
    const { talk } = await pop3("ada");
    const inbox = await (await accountOf("ada")).mailbox("INBOX");
    await inbox.remove([1]);
    await inbox.append(await store.receive((async function* () {})()));
    expect(await talk.ask("STAT", POP_LINE)).toBe("+OK 2 38\n");
    expect(await talk.ask("RETR 1", POP_LINES)).toContain("Subject: one");
    await talk.ask("DELE 1", POP_LINE);
    expect(await talk.ask("QUIT", POP_LINE)).toMatch(/^\+OK/);
  });

  test("needs a user, and is free again when it could not be opened", async () => {
    await expect(maildropOpener(store)("nobody")).rejects.toMatchObject({ code: "nonexistent" });
    const account = await accountOf("ada");
    const mailbox = account.mailbox.bind(account);
    account.mailbox = async () => Promise.reject(new Error("disk on fire"));
    await expect(maildropOpener(store)("ada")).rejects.toThrow("disk on fire");
    account.mailbox = mailbox;
    const maildrop = await maildropOpener(store)("ada");
    expect(maildrop).not.toBe("in-use");
    expect(maildrop === "in-use" || maildrop.read(99)).toBeUndefined();
  });

  test.each([
    ["Subject: \xc3\xa4\r\n\r\nbody\r\n", true],
    ["Subject: \xc3\xa4\n\nbody\n", true],
    ["Subject: \xc3\xa4\r\n", true],
    ["Subject: \xe4 of an old program\r\n\r\nbody\r\n", false],
    ["Subject: a\r\n\r\n\xc3\xa4\r\n", false],
    ["", false],
  ])("%j is for UTF-8 mode: %s", async (text, isFor) => {
    const inbox = await (await accountOf("Bob")).mailbox("INBOX");
    await inbox.append(await store.receive([fromLatin1(text)]));
    const maildrop = await maildropOpener(store)("Bob");
    expect(maildrop !== "in-use" && (await maildrop.requiresUtf8?.(0))).toBe(isFor);
  });
});
