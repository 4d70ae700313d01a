// Reference SMTP client: sends one message, from a file or from standard input.

import { open } from "node:fs/promises";
import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, connectBy, runProgram, UsageError } from "example-client-options";
import { loginClient, plainClient } from "@mailwire/sasl";
import { type RecipientResult, SmtpClient, SmtpReplyError } from "@mailwire/smtp/client";
import { Secret } from "@mailwire/wire";

const USAGE = "smtp-client --host H --port P … --from A --to B [--to C]… [--hostname NAME] [FILE]";

await runProgram(USAGE, async (signal) => {
  const own = {
    from: { type: "string" },
    to: { type: "string", multiple: true },
    hostname: { type: "string", default: "[127.0.0.1]" },
  } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { ...CONNECTION_FLAGS, ...own } });
  const { from, to, hostname } = values;
  if (from === undefined || to === undefined || positionals.length > 1)
    throw new UsageError("--from and --to are needed, and at most one file");
  const [file] = positionals;
  const body = file === undefined ? process.stdin : (await open(file)).createReadStream();
  const { transport, options, credentials } = await connectBy(values, signal);
  // Files of this machine end lines as this machine does.
  const client = await SmtpClient.open(transport, { ...options, hostname, lineEnds: "normalize" });
  if (credentials !== undefined) {
    const login = { user: credentials.user, password: new Secret(credentials.password) };
    const offered = client.extensions.authMechanisms;
    await client.auth(offered.includes("PLAIN") || !offered.includes("LOGIN") ? plainClient(login) : loginClient(login));
  }
  try {
    const { reply, recipients } = await client.sendMail({ from, to, body });
    report(recipients);
    console.log(`${reply.code} ${reply.lines.join(" ")}`);
  } catch (error) {
    if (!(error instanceof SmtpReplyError)) throw error;
    report(error.recipients);
    await client.quit();
    throw error;
  }
  await client.quit();
});

/** Refused recipients make the program fail, though the others got the message. */
function report(recipients: readonly RecipientResult[]): void {
  for (const { address, status, reply } of recipients) {
    if (status === "accepted") continue;
    console.error(`<${address}> refused: ${reply.code} ${reply.lines.join(" ")}`);
    process.exitCode = 1;
  }
}
