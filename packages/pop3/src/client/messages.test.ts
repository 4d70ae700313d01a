import { describe, expect, test } from "vitest";
import { memoryPair } from "@mailwire/transport";
import { Secret, latin1, utf8 } from "@mailwire/wire";
import { NotedMaildrop, peerPair, serving } from "../../test/fixture.ts";
import type { Peer } from "../../test/fixture.ts";
import { Pop3Client, Pop3ReplyError } from "../client.ts";
import type { ListedMessage, MessagesOptions, Pop3ClientOptions } from "../client.ts";
import { servePop3 } from "../server.ts";
import type { Pop3ServerOptions } from "../server.ts";

const TEXTS = Array.from({ length: 40 }, (_, index) => `Subject: ${index}\r\n\r\n${".line\r\n".repeat(index)}`);

async function openBoth(
  options: Pop3ClientOptions = {},
  server: Partial<Pop3ServerOptions> = {},
  maildrop = new NotedMaildrop(...TEXTS),
): Promise<{ client: Pop3Client; maildrop: NotedMaildrop }> {
  const [left, right] = memoryPair();
  servePop3(right, { ...serving(maildrop), ...server });
  const client = await Pop3Client.open(left, { allowPlaintext: true, ...options });
  await client.login("u", "hush");
  return { client, maildrop };
}

/** A client that is logged in, and its server played by hand. */
async function byHand(options: Pop3ClientOptions = {}): Promise<{ client: Pop3Client; peer: Peer }> {
  const [transport, peer] = peerPair();
  const opening = Pop3Client.open(transport, { allowPlaintext: true, pipelining: "always", ...options });
  await peer.say("+OK\r\n");
  expect(await peer.hear()).toBe("CAPA\r\n");
  await peer.say("+OK\r\n.\r\n");
  const client = await opening;
  const login = client.login("u", "hush");
  for (const line of ["USER u\r\n", "PASS hush\r\n"]) {
    expect(await peer.hear()).toBe(line);
    await peer.say("+OK\r\n");
  }
  await login;
  return { client, peer };
}

/** Hears a client ask for the lists, and answers them: sizes, and no unique-ids. */
async function list(peer: Peer, ...sizes: readonly number[]): Promise<void> {
  expect(await peer.hear()).toBe("LIST\r\n");
  expect(await peer.hear()).toBe("UIDL\r\n");
  await peer.say(`+OK\r\n${sizes.map((size, index) => `${index + 1} ${size}\r\n`).join("")}.\r\n-ERR no UIDL\r\n`);
}

async function read(client: Pop3Client, options?: MessagesOptions): Promise<[ListedMessage["uid"], string][]> {
  const all: [ListedMessage["uid"], string][] = [];
  for await (const { uid, body } of client.messages(options)) all.push([uid, latin1(await body.bytes())]);
  return all;
}

const WHOLE = TEXTS.map((text, index) => [`uid-${index}`, text]);

describe("messages()", () => {
  test.each<[string, Pop3ClientOptions, MessagesOptions]>([
    ["ahead", {}, {}],
    ["one by one", {}, { ahead: 0 }],
    ["all at once", {}, { ahead: 1000 }],
    ["from a server that does not pipeline", { pipelining: "never" }, {}],
    ["with hardly any room", { limits: { maxQueuedBytes: 600 } }, {}],
  ])("gives every message in order, %s", async (_, options, how) => {
    const { client } = await openBoth(options);
    expect(await read(client, how)).toEqual(WHOLE);
    await client.quit();
  });

  test("gives those that are wanted, by number, size or unique-id", async () => {
    const { client } = await openBoth();
    await client.dele(3);
    const listed: ListedMessage[] = [];
    const wanted = await read(client, {
      where: (message) => {
        listed.push(message);
        return message.uid === "uid-5" || message.message === 7 || message.octets === TEXTS[9]?.length;
      },
    });
    expect(wanted.map(([uid]) => uid)).toEqual(["uid-5", "uid-6", "uid-9"]);
    expect(listed).toHaveLength(TEXTS.length - 1);
    expect(await read(client, { where: () => false })).toEqual([]);
  });

  test("asks ahead, but for no more than that, nor for large ones", async () => {
    const { client, peer } = await byHand({ limits: { maxQueuedBytes: 4000 } });
    const messages = client.messages({ ahead: 3 });
    const first = messages.next();
    await list(peer, 5000, 100, 800, 200, 100, 100, 100);
    for (const line of ["RETR 1", "RETR 2", "RETR 3"]) expect(await peer.hear()).toBe(`${line}\r\n`);
    await peer.say("+OK\r\none\r\n.\r\n+OK\r\ntwo\r\n.\r\n");
    expect(latin1((await (await first).value?.body.bytes()) ?? new Uint8Array())).toBe("one\r\n");
    const second = await messages.next();
    expect(await peer.hear()).toBe("RETR 4\r\n");
    expect(second.value).toMatchObject({ message: 2, octets: 100, uid: undefined });
    await peer.say("+OK\r\nthree\r\n.\r\n");
    await messages.next();
    for (const line of ["RETR 5", "RETR 6"]) expect(await peer.hear()).toBe(`${line}\r\n`);
    client.abort();
  });

  test("commands inside the loop are answered", async () => {
    const { client, maildrop } = await openBoth();
    let all = 0;
    for await (const { message, body } of client.messages()) {
      all += (await body.bytes()).length;
      await client.dele(message);
    }
    await client.quit();
    expect(all).toBe(TEXTS.join("").length);
    expect(maildrop.notes).toEqual([`commit ${TEXTS.map((_, index) => index).join()}`, "release"]);
  });

  test("messages that are not read are skipped, and a loop that is left leaves nothing behind", async () => {
    const { client } = await openBoth();
    const read: string[] = [];
    for await (const { message, body } of client.messages()) {
      if (message === 5) read.push(latin1(await body.bytes()));
      if (message === 10) break;
    }
    expect(read).toEqual([TEXTS[4]]);
    expect(latin1(await client.retr(2).bytes())).toBe(TEXTS[1]);
    await client.quit();
  });

  test("a message that is refused is told where it is read, and the next one comes", async () => {
    const maildrop = new NotedMaildrop(...TEXTS);
    const rest = new NotedMaildrop(...TEXTS);
    const vanished = Object.assign(maildrop, { read: (index: number) => (index === 1 ? undefined : rest.read(index)) });
    const { client } = await openBoth({}, {}, vanished);
    const outcomes: string[] = [];
    for await (const { message, body } of client.messages({ where: ({ message: number }) => number < 4 })) {
      outcomes.push(`${message} ${await body.bytes().then(({ length }) => length, String)}`);
    }
    expect(outcomes[1]).toContain("Pop3ReplyError: RETR: [SYS/PERM] message 2 is not there any more");
    expect(outcomes).toHaveLength(3);
  });

  test("a list that is refused, or a lost connection, is told by the loop", async () => {
    const one = await byHand();
    const listing = one.client.messages().next();
    for (const line of ["LIST\r\n", "UIDL\r\n"]) expect(await one.peer.hear()).toBe(line);
    await one.peer.say("-ERR no\r\n-ERR no\r\n");
    await expect(listing).rejects.toMatchObject({ name: "Pop3ReplyError", verb: "list" });
    const two = await byHand();
    const lost = two.client.messages().next();
    await two.peer.transport.end();
    await expect(lost).rejects.toMatchObject({ name: "ConnectionError" });
    await expect(two.client.messages({ ahead: -1 }).next()).rejects.toMatchObject({ side: "local", code: "bad-argument" });
  });
});

describe("leaving a message early", () => {
  const LONG = `Subject: long\r\n\r\n${"text\r\n".repeat(50_000)}`;

  async function leave(options: Pop3ClientOptions, leaving?: "drain" | "close"): Promise<Pop3Client> {
    const { client } = await openBoth(options, {}, new NotedMaildrop(LONG, "short\r\n"));
    for await (const chunk of client.retr(1, leaving && { leaving })) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    return client;
  }

  test.each<[string, Pop3ClientOptions, "drain" | undefined]>([
    ["by default", {}, undefined],
    ["as the command says", { leaving: "close" }, "drain"],
  ])("drains the rest, %s", async (_, options, leaving) => {
    const client = await leave(options, leaving);
    expect(latin1(await client.retr(2).bytes())).toBe("short\r\n");
    await client.quit();
  });

  test.each<[string, Pop3ClientOptions, "close" | undefined]>([
    ["as the options say", { leaving: "close" }, undefined],
    ["as the command says", {}, "close"],
  ])("closes the connection, %s", async (_, options, leaving) => {
    const client = await leave(options, leaving);
    expect((await client.closed).reason).toBe("aborted");
    await expect(client.noop()).rejects.toMatchObject({ name: "ConnectionError" });
  });

  test("with close, a message that was read to its end, or refused, leaves nothing to close for", async () => {
    const { client } = await openBoth({ leaving: "close" }, {}, new NotedMaildrop("short\r\n"));
    const body = client.retr(1);
    await body.bytes();
    body.leave();
    const refused = client.retr(9);
    await expect(refused.bytes()).rejects.toMatchObject({ name: "Pop3ReplyError" });
    refused.leave();
    for await (const { body: unread } of client.messages()) await unread.bytes();
    await client.quit();
  });

  test("leave() does without a message before any of it was read, and ends who is reading it", async () => {
    const { client, peer } = await byHand();
    const unread = client.retr(1);
    unread.leave();
    const noop = client.noop();
    for (const line of ["RETR 1\r\n", "NOOP\r\n"]) expect(await peer.hear()).toBe(line);
    await peer.say("+OK\r\nnobody reads this\r\n.\r\n+OK noop\r\n");
    expect((await noop).text).toBe("noop");
    const body = client.top(2, 1);
    const step = body[Symbol.asyncIterator]().next();
    body.leave();
    expect(await step).toEqual({ value: undefined, done: true });
    expect(await peer.hear()).toBe("TOP 2 1\r\n");
    await peer.say("+OK\r\n.\r\n");
    const last = client.noop();
    expect(await peer.hear()).toBe("NOOP\r\n");
    await peer.say("+OK\r\n");
    await last;
  });

  test("steps may be asked for before the last one came", async () => {
    const { client, peer } = await byHand();
    const steps = client.retr(1)[Symbol.asyncIterator]();
    const both = [steps.next(), steps.next(), steps.next()];
    expect(await peer.hear()).toBe("RETR 1\r\n");
    await peer.transport.write([utf8("+OK\r\n"), utf8("one\r\n")]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await peer.transport.write([utf8("two\r\n"), utf8(".\r\n")]);
    expect(await Promise.all(both)).toEqual([
      { value: utf8("one\r\n"), done: false },
      { value: utf8("two\r\n"), done: false },
      { value: undefined, done: true },
    ]);
  });
});

describe("UTF-8 and languages", () => {
  const LANGUAGES: Pop3ServerOptions["languages"] = {
    offered: [{ tag: "es", description: "Espa\u00f1ol" }],
    translate: ({ text }) => `\u00a1${text}!`,
  };

  async function open(server: Partial<Pop3ServerOptions>): Promise<Pop3Client> {
    const [left, right] = memoryPair();
    servePop3(right, { ...serving(new NotedMaildrop()), ...server });
    return Pop3Client.open(left, { allowPlaintext: true });
  }

  test("languages are listed and chosen", async () => {
    const client = await open({ languages: LANGUAGES });
    expect(await client.languages()).toEqual([{ tag: "es", description: "Espa\u00f1ol" }]);
    expect(await client.lang("*")).toEqual({ tag: "es", description: "\u00a1is the language now!" });
    expect((await client.login("u", "hush")).text).toBe("\u00a10 messages (0 octets)!");
    await expect(client.lang("uga")).rejects.toMatchObject({ verb: "lang", message: "LANG: \u00a1that language is not spoken here!" });
  });

  test("UTF8 opens the mode, and a name beyond ASCII goes where the server takes it", async () => {
    const seen: string[] = [];
    const verify: Pop3ServerOptions["verify"] = ({ user }) => {
      seen.push(user);
      return Promise.resolve(user);
    };
    const client = await open({ utf8: { user: true }, verify });
    expect(client.capabilities?.utf8).toEqual({ user: true });
    await client.utf8();
    await client.login("J\u00f6rg", "gr\u00fcn");
    const refused = await open({ utf8: { user: false }, verify });
    await expect(refused.login("J\u00f6rg", "x")).rejects.toMatchObject({ side: "local", code: "utf8-refused" });
    expect(seen).toEqual(["J\u00f6rg"]);
  });

  test("APOP is made of what is prepared", async () => {
    const apopSecret = (user: string): Promise<Secret<string> | undefined> =>
      Promise.resolve(user === "J\u00f6rg" ? new Secret("gr\u00fcn") : undefined);
    const client = await open({ utf8: { user: true }, apopSecret });
    await expect(client.apop("\ue000", "x")).rejects.toMatchObject({ side: "local", code: "bad-argument" });
    await client.apop("J\u006f\u0308rg", new Secret("gru\u0308n"));
  });

  test("a refusal is compared by its code", async () => {
    const client = await open({});
    const refusal: unknown = await client.login("u", "wrong").catch((error: unknown) => error);
    expect(refusal instanceof Pop3ReplyError && [refusal.code, refusal.has("AUTH"), refusal.has("SYS")]).toEqual(["AUTH", true, false]);
  });
});
