// A capture server: takes every mail, prints or saves it, and misbehaves where a rule says so.

import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { portBy, runProgram, UsageError } from "example-client-options";
import { MailServer } from "@mailwire/server";
import { serveSmtp } from "@mailwire/smtp/server";
import { type Fault, faultOf, Faults } from "./faults.ts";

const USAGE = "capture-server [--host 127.0.0.1] [--port 2525] [--save DIRECTORY] [--fault RULE]…";
const HELP = `  --port P                    0 picks a free one
  --save DIRECTORY            each message becomes a file there instead of being printed
  --fault "421 after 3"       no more than 3 messages in a connection
  --fault "550 rcpt No you"   a reply of your own to connect, to a command or to the message
  --fault "delay mail 5000"   an answer that takes 5 seconds
  --fault "drop data"         a connection that breaks: at connect, at a command (data: in the middle of it), or at the message`;

await runProgram(USAGE, main, HELP);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "2525" },
      save: { type: "string" },
      fault: { type: "string", multiple: true, default: [] },
    },
  });
  const rules = values.fault.map(faultBy);
  const server = new MailServer({ onError: console.error });
  let messages = 0;
  const { port } = await server.listen(
    {
      protocol: "SMTP",
      serve: (transport, live) => {
        const faults = new Faults(rules, live.signal, () => transport.abort());
        return serveSmtp(transport, {
          hostname: "localhost",
          ...live,
          onError: (error) => console.error(error),
          onConnect: () => faults.at("connect"),
          onCommand: ({ command: { verb } }) => faults.at(verb.toLowerCase()),
          onMessage: async ({ from, recipients }, body) => {
            await faults.inside(body);
            messages += 1;
            const file = values.save && join(values.save, `${String(messages).padStart(4, "0")}.eml`);
            console.log(
              `--- from <${from}> to ${recipients.map(({ path }) => `<${path}>`).join(", ")}${file === undefined ? "" : ` in ${file}`}`,
            );
            if (file === undefined) for await (const chunk of body) process.stdout.write(chunk);
            else await pipeline(body, createWriteStream(file));
            return faults.afterMessage();
          },
        });
      },
    },
    { host: values.host, port: portBy("--port", values.port) },
  );
  console.log(JSON.stringify({ smtp: port }));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void server.close().then(() => process.exit(0)));
}

function faultBy(rule: string): Fault {
  const fault = faultOf(rule);
  if (fault === undefined) throw new UsageError(`--fault ${JSON.stringify(rule)} is no rule`);
  return fault;
}
