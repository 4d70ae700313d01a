import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Pop3Client } from "@mailwire/pop3/client";
import { type Maildrop, servePop3 } from "@mailwire/pop3/server";
import { memoryPair } from "@mailwire/transport";
import { latin1, utf8 } from "@mailwire/wire";
import { readBook, writeBook } from "../src/book-file.ts";
import { type Book, type FetchOptions, fetchNew } from "../src/fetch-new.ts";

/** A maildrop that lasts: text by unique-id; copies share one. */
class Mail {
  texts: (readonly [string, string])[];

  constructor(...texts: readonly (readonly [string, string])[]) {
    this.texts = [...texts];
  }

  open(): Maildrop {
    const { texts } = this;
    return {
      messages: texts.map(([uid, text]) => ({ uid, size: text.length })),
      read: (index) => [utf8(texts[index]?.[1] ?? "")],
      commit: (indexes) => {
        this.texts = texts.filter((_, index) => !indexes.includes(index));
        return Promise.resolve();
      },
      release: () => Promise.resolve(),
    };
  }
}

/** One session: what was saved, and the new book. */
async function session(mail: Mail, book: Book, options: Partial<FetchOptions> = {}): Promise<{ book: Book; saved: [string, string][] }> {
  const [left, right] = memoryPair({ secure: true });
  servePop3(right, { verify: ({ user }) => Promise.resolve(user), open: () => Promise.resolve(mail.open()) });
  const client = await Pop3Client.open(left);
  await client.login("u", "p");
  const saved: [string, string][] = [];
  const save: FetchOptions["save"] = async ({ body }, uid) => {
    saved.push([uid, latin1(await body.bytes())]);
  };
  const after = await fetchNew(client, book, { save, keepMs: Infinity, now: 0, ...options });
  await client.quit();
  return { book: after, saved };
}

const [ONE, TWO, THREE] = [["one", "1\r\n"] as const, ["two", "2\r\n"] as const, ["three", "3\r\n"] as const];

test("what is new is fetched once, and stays on the server", async () => {
  const mail = new Mail(ONE, TWO);
  const first = await session(mail, new Map());
  expect(first.saved).toEqual([ONE, TWO]);
  mail.texts.push(THREE);
  const second = await session(mail, first.book);
  expect(second.saved).toEqual([THREE]);
  expect((await session(mail, second.book)).saved).toEqual([]);
  expect(mail.texts).toEqual([ONE, TWO, THREE]);
});

test("it goes when it was kept for long enough, whatever comes and goes meanwhile", async () => {
  const mail = new Mail(ONE, TWO);
  const first = await session(mail, new Map(), { keepMs: 10, now: 0 });
  mail.texts = [THREE, TWO, ONE];
  const second = await session(mail, first.book, { keepMs: 10, now: 10 });
  expect(second.saved).toEqual([THREE]);
  expect(mail.texts).toEqual([THREE]);
  const third = await session(mail, second.book, { keepMs: 10, now: 11 });
  expect([...third.book]).toEqual([["three", 10]]);
});

test("with no days at all it goes in the next session, for only then it is known to be safe", async () => {
  const mail = new Mail(ONE);
  const { book } = await session(mail, new Map(), { keepMs: 0 });
  expect(mail.texts).toEqual([ONE]);
  await session(mail, book, { keepMs: 0 });
  expect(mail.texts).toEqual([]);
});

test("copies with one unique-id are fetched once, and go together", async () => {
  const mail = new Mail(ONE, TWO, ONE);
  const { book, saved } = await session(mail, new Map());
  expect(saved).toEqual([ONE, TWO]);
  expect([...book.keys()]).toEqual(["one", "two"]);
  await session(mail, book, { keepMs: 10, now: 10 });
  expect(mail.texts).toEqual([]);
});

test("what could not be saved comes again", async () => {
  const mail = new Mail(ONE, TWO);
  await expect(session(mail, new Map(), { save: () => Promise.reject(new Error("disk full")) })).rejects.toThrow("disk full");
  expect((await session(mail, new Map())).saved).toEqual([ONE, TWO]);
});

test("the book is read as it was written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "book-"));
  const path = join(folder, "fetched.txt");
  expect(await readBook(path)).toEqual(new Map());
  const book = new Map([
    ["a/../b~!", 1],
    ["x".repeat(70), 1_700_000_000_000],
  ]);
  await writeBook(path, book);
  expect(await readBook(path)).toEqual(book);
  await expect(readBook(folder)).rejects.toThrow("EISDIR");
  await rm(folder, { recursive: true });
});
