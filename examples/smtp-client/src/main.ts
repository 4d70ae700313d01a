// Reference SMTP client: sends one message, from a file or from standard input.

import { createReadStream } from "node:fs";
import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, connectBy, runProgram, UsageError } from "example-client-options";
import { loginClient, plainClient } from "@mailwire/sasl";
import { type RecipientResult, SmtpClient, SmtpReplyError } from "@mailwire/smtp/client";
import { Secret } from "@mailwire/wire";

const USAGE = "smtp-client --host H --port P … --from A --to B [--to C]… [--hostname NAME] [FILE]";

await runProgram(USAGE, async () => {
  const own = {
    from: { type: "string" },
    to: { type: "string", multiple: true },
    hostname: { type: "string", default: "[127.0.0.1]" },
  } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { ...CONNECTION_FLAGS, ...own } });
  const { from, to, hostname } = values;
  if (from === undefined || to === undefined || positionals.length > 1)
    throw new UsageError("--from and --to are needed, and at most one file");
  const { transport, options, credentials } = await connectBy(values);
  // Files of this machine end lines as this machine does.
  const client = await SmtpClient.open(transport, { ...options, hostname, lineEnds: "normalize" });
  if (credentials !== undefined) {
    const login = { user: credentials.user, password: new Secret(credentials.password) };
    const offered = client.extensions.authMechanisms;
    await client.auth(offered.includes("PLAIN") || !offered.includes("LOGIN") ? plainClient(login) : loginClient(login));
  }
  const [file] = positionals;
  try {
    const { reply, recipients } = await client.sendMail({ from, to, body: file === undefined ? process.stdin : createReadStream(file) });
    report(recipients);
    console.log(`${reply.code} ${reply.lines.join(" ")}`);
  } catch (error) {
    if (error instanceof SmtpReplyError) report(error.recipients);
    throw error;
  } finally {
    await client.quit();
  }
});

/** Refused recipients make the program fail, though the others got the message. */
function report(recipients: readonly RecipientResult[]): void {
  for (const { address, status, reply } of recipients) {
    if (status === "accepted") continue;
    console.error(`<${address}> refused: ${reply.code} ${reply.lines.join(" ")}`);
    process.exitCode = 1;
  }
}
