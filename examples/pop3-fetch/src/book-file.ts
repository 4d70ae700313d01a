// The book on disk: one line for each message, replaced as a whole, so that it is never half written.

import { readFile, rename, writeFile } from "node:fs/promises";
import type { Book } from "./fetch-new.ts";

/** Reads the book; one that is not there yet is empty. */
export async function readBook(path: string): Promise<Book> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  return new Map(Array.from(text.matchAll(/^(\d+) ([!-~]+)$/gm), ([, fetched, uid = ""]) => [uid, Number(fetched)]));
}

/** Writes the book. */
export async function writeBook(path: string, book: Book): Promise<void> {
  await writeFile(`${path}.new`, Array.from(book, ([uid, fetched]) => `${fetched} ${uid}\n`).join(""));
  await rename(`${path}.new`, path);
}
