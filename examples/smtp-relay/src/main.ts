// A relay as a program: flags in, a line of JSON with the ports out; SIGTERM drains.

import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, CONNECTION_HELP, connectorBy, logIn, runProgram, UsageError } from "example-client-options";
import { MailServer, type Service } from "@mailwire/server";
import { SmtpClient } from "@mailwire/smtp/client";
import { serveSmtp } from "@mailwire/smtp/server";
import { LISTENING_FLAGS, LISTENING_HELP, listeningBy } from "./listening.ts";
import { OFFERED } from "./parameters.ts";
import { relaying } from "./relay.ts";

const USAGE = "smtp-relay --listen P --host H --port P …";
const HELP = `${LISTENING_HELP}
  --hostname NAME                how this relay calls itself, on both sides
  --max-bytes N                  the largest message
and the next server:
${CONNECTION_HELP}`;

async function main(): Promise<void> {
  const own = {
    hostname: { type: "string", default: "localhost" },
    "max-bytes": { type: "string", default: "35651584" },
  } as const;
  const { values } = parseArgs({ options: { ...CONNECTION_FLAGS, ...LISTENING_FLAGS, ...own } });
  const { hostname } = values;
  const maxMessageBytes = Number(values["max-bytes"]);
  if (!Number.isSafeInteger(maxMessageBytes) || maxMessageBytes < 1) throw new UsageError("--max-bytes needs a number");
  const { ports, tls } = listeningBy(values);
  const connectToNext = connectorBy(values);
  const onError = (error: unknown): void => console.error(String(error));
  const connect = async (): Promise<SmtpClient> => {
    const { transport, options, credentials } = await connectToNext();
    const client = await SmtpClient.open(transport, { ...options, hostname });
    await logIn(client, credentials);
    return client;
  };
  const service: Service = {
    protocol: "SMTP",
    serve: (transport, live) =>
      serveSmtp(transport, {
        hostname,
        extensions: OFFERED,
        limits: { maxMessageBytes },
        ...(tls && { tls }),
        ...relaying({ hostname, connect, onError }),
        ...live,
        onError,
      }),
  };
  const server = new MailServer({ onError });
  try {
    const listening = await Promise.all(
      ports.map(async ([name, options]) => [name, (await server.listen(service, options)).port] as const),
    );
    console.log(JSON.stringify(Object.fromEntries(listening)));
  } catch (error) {
    await server.close();
    throw error;
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void server.close().then(() => process.exit(0)));
}

await runProgram(USAGE, main, HELP);
