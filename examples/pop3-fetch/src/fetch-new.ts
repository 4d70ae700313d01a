// What "leave mail on the server" takes: a book of the unique-ids that were fetched before (RFC 1939 sections 7 and 8).

import type { FetchedMessage, ListedMessage, Pop3Client } from "@mailwire/pop3/client";

/** When each message that is still on the server was fetched, in milliseconds since 1970, by unique-id. */
export type Book = ReadonlyMap<string, number>;

/** The server knows no UIDL, so nobody can tell what is new. */
class NoUniqueIdsError extends Error {
  override readonly name = "NoUniqueIdsError";
}

/** How to fetch. */
export interface FetchOptions {
  /** Stores a message; what it does not take is not noted, and comes again next time. */
  readonly save: (message: FetchedMessage, uid: string) => Promise<void>;
  /** How long a fetched message stays on the server. */
  readonly keepMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Fetches what is not in the book, marks what was kept for long enough, and resolves to the new book, without those that the server does not list any
 * more. Write the book down before `quit()`: what is marked goes only then.
 */
export async function fetchNew(client: Pop3Client, book: Book, { save, keepMs, now }: FetchOptions): Promise<Book> {
  const listed = new Map<string, number>();
  const old: number[] = [];
  const isNew = ({ message, uid }: ListedMessage): boolean => {
    if (uid === undefined) throw new NoUniqueIdsError("the server has no unique-ids");
    // Copies of one message may share a unique-id: one of them will do.
    const fetched = listed.get(uid) ?? book.get(uid);
    listed.set(uid, fetched ?? now);
    if (fetched !== undefined && now - fetched >= keepMs) old.push(message);
    return fetched === undefined;
  };
  for await (const message of client.messages({ where: isNew })) await save(message, message.uid ?? "");
  await Promise.all(old.map((message) => client.dele(message)));
  return listed;
}
