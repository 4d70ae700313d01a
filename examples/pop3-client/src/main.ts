// Reference POP3 client: one command on one maildrop.

import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, connectBy, logInToMailbox, runProgram, UsageError, writeOut } from "example-client-options";
import { Pop3Client } from "@mailwire/pop3/client";

const USAGE = "pop3-client --host H --port P … capa|stat|list|uidl|fetch N|top N LINES|delete N";

/** What a command does; its arguments beside the client are numbers from the command line. */
type Command = (client: Pop3Client, first: number, second: number) => Promise<void>;

const COMMANDS = new Map(
  Object.entries<Command>({
    capa: async (client) => {
      for (const [name, parameters] of await client.capa()) console.log([name, ...parameters].join(" "));
    },
    stat: async (client) => {
      const { messages, octets } = await client.stat();
      console.log(`${messages} messages, ${octets} octets`);
    },
    list: async (client) => {
      for (const { message, octets } of await client.list()) console.log(`${message} ${octets}`);
    },
    uidl: async (client) => {
      for (const { message, uid } of await client.uidl()) console.log(`${message} ${uid}`);
    },
    fetch: (client, message) => writeOut(client.retr(message)),
    top: (client, message, lines) => writeOut(client.top(message, lines)),
    delete: async (client, message) => {
      await client.dele(message);
    },
  }),
);

await runProgram(USAGE, async (signal) => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: CONNECTION_FLAGS });
  const [command, ...args] = positionals;
  if (command === undefined) throw new UsageError("say what to do");
  const run = COMMANDS.get(command);
  if (run === undefined) throw new UsageError(`there is no command ${command}`);
  const [first = NaN, second = NaN] = args.map(Number);
  if (args.length !== run.length - 1 || args.some((argument) => !/^\d{1,9}$/.test(argument)))
    throw new UsageError(`${command} needs other arguments`);
  const { transport, options, credentials } = await connectBy(values, signal);
  const client = await Pop3Client.open(transport, options);
  await logInToMailbox(client, credentials);
  await run(client, first, second);
  await client.quit();
});
