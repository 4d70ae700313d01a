// What others delivered into a Maildir, waited for: delivery goes on after the answer.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 20_000;

/** What `look` finds, asked again and again until it finds something; `undefined` when it did not in time. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (const until = Date.now() + PATIENCE_MS; ;) {
    const found = await look();
    if (found !== undefined || Date.now() > until) return found;
    await sleep(50);
  }
}

/** The messages of a Maildir that nobody has seen, as latin1 text, in no order. */
export async function messagesIn(maildir: string): Promise<string[]> {
  const fresh = join(maildir, "new");
  const names = await readdir(fresh).catch(() => []);
  return Promise.all(names.map((name) => readFile(join(fresh, name), "latin1")));
}

/** The message of a Maildir that matches, once it is there. */
export async function delivered(maildir: string, pattern: RegExp): Promise<string> {
  const found = await eventually(async () => (await messagesIn(maildir)).find((message) => pattern.test(message)));
  if (found === undefined) throw new Error(`no message in ${maildir} matches ${String(pattern)}`);
  return found;
}
