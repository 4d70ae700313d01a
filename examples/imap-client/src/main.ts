// Reference IMAP client: one command on one account.

import { open } from "node:fs/promises";
import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, CONNECTION_HELP, connectBy, logInToMailbox, runProgram, UsageError, writeOut } from "example-client-options";
import { ImapClient, type ImapMessage } from "@mailwire/imap/client";
import { encodeResponse } from "@mailwire/imap/codec";
import { idle, patienceBy, type Patience } from "./idle.ts";

const USAGE = `imap-client --host H --port P … list [PATTERN]|status MAILBOX|search MAILBOX KEYS|fetch MAILBOX SET [ITEMS]|append MAILBOX FILE
         |store MAILBOX SET FLAG...|delete MAILBOX SET|idle MAILBOX [--for SECONDS] [--count N]|raw LINE`;

const HELP = `${CONNECTION_HELP}
  --for SECONDS                  end idle after that long (default: at SIGINT)
  --count N                      end idle after so many things were told`;

/** What a command does with its arguments. */
interface Command {
  /** How many arguments it needs at least. */
  readonly needs: number;
  run(client: ImapClient, args: readonly string[], patience: Patience): Promise<void>;
}

const COMMANDS = new Map(
  Object.entries<Command>({
    list: {
      needs: 0,
      run: async (client, [pattern]) => {
        for (const { mailbox, attributes } of await client.list(pattern)) console.log([mailbox.name, ...attributes].join(" "));
      },
    },
    status: {
      needs: 1,
      run: async (client, [mailbox = ""]) => {
        const { items } = await client.status(mailbox, ["MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN"]);
        for (const item of items) if ("value" in item) console.log(`${item.type} ${item.value}`);
      },
    },
    search: {
      needs: 2,
      run: async (client, [mailbox = "", ...keys]) => {
        await client.examine(mailbox);
        console.log((await client.search(keys.join(" "))).join(" "));
      },
    },
    fetch: {
      needs: 2,
      run: async (client, [mailbox = "", set = "", ...items]) => {
        await client.examine(mailbox);
        for await (const message of client.fetch(set, items.length === 0 ? "BODY.PEEK[]" : items.join(" "))) await print(message);
      },
    },
    append: {
      needs: 2,
      run: async (client, [mailbox = "", file = ""]) => {
        const handle = await open(file);
        const { size } = await handle.stat();
        await client.append(mailbox, handle.createReadStream(), { size });
      },
    },
    store: {
      needs: 3,
      run: async (client, [mailbox = "", set = "", ...flags]) => {
        await client.select(mailbox);
        for (const { sequenceNumber, flags: now = [] } of await client.store(set, "add", flags))
          console.log(`${sequenceNumber} ${now.join(" ")}`);
      },
    },
    delete: {
      needs: 2,
      run: async (client, [mailbox = "", set = ""]) => {
        await client.select(mailbox);
        await client.store(set, "add", ["\\Deleted"]);
        await client.close();
      },
    },
    idle: {
      needs: 1,
      run: (client, [mailbox = ""], patience) => idle(client, mailbox, patience),
    },
    raw: {
      needs: 1,
      run: async (client, words) => {
        const { untagged, response } = await client.raw(words.join(" "));
        for (const segment of [...untagged, response].flatMap((one) => encodeResponse(one)))
          if (segment.type === "bytes") process.stdout.write(segment.bytes);
      },
    },
  }),
);

const FLAGS = { ...CONNECTION_FLAGS, for: { type: "string" }, count: { type: "string" } } as const;

await runProgram(
  USAGE,
  async (signal) => {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: FLAGS });
    const patience = patienceBy(values);
    const [name, ...args] = positionals;
    if (name === undefined) throw new UsageError("say what to do");
    const command = COMMANDS.get(name);
    if (command === undefined) throw new UsageError(`there is no command ${name}`);
    if (args.length < command.needs) throw new UsageError(`${name} needs more arguments`);
    const { transport, options, credentials } = await connectBy(values, signal);
    const client = await ImapClient.open(transport, options);
    await logInToMailbox(client, credentials);
    await command.run(client, args, patience);
    await client.logout();
  },
  HELP,
);

/** Data as it is; of everything else what a person can read. */
async function print({ sequenceNumber, items }: ImapMessage): Promise<void> {
  for (const item of items) {
    if (!("data" in item)) console.log(sequenceNumber, item.type, JSON.stringify(item));
    else if (item.data instanceof Uint8Array) process.stdout.write(item.data);
    else if (item.data !== null) await writeOut(item.data);
  }
}
