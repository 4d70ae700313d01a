// A relay as a program: flags in, a line of JSON with the port out; SIGTERM drains.

import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, CONNECTION_HELP, connectorBy, logIn, portBy, runProgram, UsageError } from "example-client-options";
import { MailServer } from "@mailwire/server";
import { SmtpClient } from "@mailwire/smtp/client";
import { serveSmtp } from "@mailwire/smtp/server";
import { OFFERED } from "./parameters.ts";
import { relaying } from "./relay.ts";

const USAGE = "smtp-relay --listen P --host H --port P …";
const HELP = `  --listen P                     the port to take mail on (0: a free one)
  --listen-host A                the address to take mail on (default: 127.0.0.1)
  --hostname NAME                how this relay calls itself, on both sides
  --max-bytes N                  the largest message
and the next server:
${CONNECTION_HELP}`;

async function main(): Promise<void> {
  const own = {
    listen: { type: "string" },
    "listen-host": { type: "string", default: "127.0.0.1" },
    hostname: { type: "string", default: "localhost" },
    "max-bytes": { type: "string", default: "35651584" },
  } as const;
  const { values } = parseArgs({ options: { ...CONNECTION_FLAGS, ...own } });
  const { hostname } = values;
  const maxMessageBytes = Number(values["max-bytes"]);
  if (!Number.isSafeInteger(maxMessageBytes) || maxMessageBytes < 1) throw new UsageError("--max-bytes needs a number");
  const connectToNext = connectorBy(values);
  const onError = (error: unknown): void => console.error(String(error));
  const connect = async (): Promise<SmtpClient> => {
    const { transport, options, credentials } = await connectToNext();
    const client = await SmtpClient.open(transport, { ...options, hostname });
    await logIn(client, credentials);
    return client;
  };
  const server = new MailServer({ onError });
  const { port } = await server.listen(
    {
      protocol: "SMTP",
      serve: (transport, live) =>
        serveSmtp(transport, {
          hostname,
          extensions: OFFERED,
          limits: { maxMessageBytes },
          ...relaying({ hostname, connect, onError }),
          ...live,
          onError,
        }),
    },
    { host: values["listen-host"], port: portBy("--listen", values.listen) },
  );
  console.log(JSON.stringify({ smtp: port }));
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void server.close().then(() => process.exit(0)));
}

await runProgram(USAGE, main, HELP);
