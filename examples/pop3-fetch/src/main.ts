// Fetches what is new in a maildrop into a folder, one file for each message, and leaves it on the server for some days.

import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, CONNECTION_HELP, connectBy, logInToMailbox, runProgram, UsageError } from "example-client-options";
import { Pop3Client } from "@mailwire/pop3/client";
import { readBook, writeBook } from "./book-file.ts";
import { fetchNew } from "./fetch-new.ts";

const USAGE = "pop3-fetch --host H --port P … --into FOLDER [--keep DAYS]";
const HELP = `${CONNECTION_HELP}
  --into FOLDER                  where the messages go, and the book of those that were fetched
  --keep DAYS                    how long they stay on the server (default: for ever)`;
const DAY_MS = 86_400_000;

await runProgram(
  USAGE,
  async (signal) => {
    const { values } = parseArgs({ options: { ...CONNECTION_FLAGS, into: { type: "string" }, keep: { type: "string" } } });
    const { into, keep = "Infinity" } = values;
    if (into === undefined) throw new UsageError("--into says where the messages go");
    if (keep !== "Infinity" && !/^\d{1,5}$/.test(keep)) throw new UsageError("--keep needs a number of days");
    await mkdir(into, { recursive: true });
    const bookPath = join(into, "fetched.txt");

    const { transport, options, credentials } = await connectBy(values, signal);
    const client = await Pop3Client.open(transport, options);
    await logInToMailbox(client, credentials);
    const book = await fetchNew(client, await readBook(bookPath), {
      keepMs: Number(keep) * DAY_MS,
      now: Date.now(),
      save: async ({ octets, body }, uid) => {
        // A unique-id may hold any printable character, `/` too.
        const path = join(into, `${createHash("sha256").update(uid).digest("hex").slice(0, 32)}.eml`);
        await writeFile(`${path}.new`, body);
        await rename(`${path}.new`, path);
        console.log(`${path} ${octets}`);
      },
    });
    await writeBook(bookPath, book);
    await client.quit();
  },
  HELP,
);
