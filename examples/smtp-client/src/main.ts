// Reference SMTP client: sends one message, from a file or from standard input; by LMTP on request.

import { open } from "node:fs/promises";
import { parseArgs } from "node:util";
import { CONNECTION_FLAGS, CONNECTION_HELP, connectBy, logIn, runProgram, UsageError } from "example-client-options";
import { type Mail, type RecipientResult, SmtpClient, SmtpReplyError } from "@mailwire/smtp/client";
import { NOTIFY_EVENTS } from "@mailwire/smtp/codec";

const USAGE = "smtp-client --host H --port P … --from A --to B [--to C]… [FILE]";
const HELP = `${CONNECTION_HELP}
  --from A --to B                the envelope; --to as often as there are recipients
  --hostname NAME                how to introduce oneself
  --lmtp                         speak LMTP: an answer for each recipient
  --bdat                         send the message in chunks, where the server takes them
  --dsn EVENTS                   ask for reports: success, failure and delay, with commas between, or never
  --ret full|hdrs --envid ID     what a report returns, and how it names the mail`;

async function main(signal: AbortSignal): Promise<void> {
  const own = {
    from: { type: "string" },
    to: { type: "string", multiple: true },
    hostname: { type: "string", default: "[127.0.0.1]" },
    lmtp: { type: "boolean", default: false },
    bdat: { type: "boolean", default: false },
    dsn: { type: "string" },
    ret: { type: "string" },
    envid: { type: "string" },
  } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { ...CONNECTION_FLAGS, ...own } });
  const { from, to, hostname, lmtp, bdat, dsn } = values;
  if (from === undefined || to === undefined || positionals.length > 1)
    throw new UsageError("--from and --to are needed, and at most one file");
  const notify = dsn === undefined ? undefined : notifyBy(dsn);
  const asked = { ...retBy(values.ret), ...(values.envid !== undefined && { envid: values.envid }) };
  const [file] = positionals;
  const body = file === undefined ? process.stdin : (await open(file)).createReadStream();
  const { transport, options, credentials } = await connectBy(values, signal);
  // Files of this machine end lines as this machine does.
  const client = await SmtpClient.open(transport, { ...options, hostname, lineEnds: "normalize", ...(lmtp && { protocol: "lmtp" }) });
  await logIn(client, credentials);
  try {
    const { reply, recipients } = await client.sendMail({
      from,
      to: to.map((address) => ({ address, ...(notify && { notify }) })),
      body,
      bodyCommand: bdat ? "BDAT" : "DATA",
      ...asked,
    });
    report(recipients);
    console.log(`${reply.code} ${reply.lines.join(" ")}`);
  } catch (error) {
    if (error instanceof SmtpReplyError) report(error.recipients);
    if (client.isOpen) await client.quit();
    throw error;
  }
  await client.quit();
}

function notifyBy(text: string): readonly (typeof NOTIFY_EVENTS)[number][] {
  if (text.toLowerCase() === "never") return [];
  return text.split(",").map((word) => {
    const event = NOTIFY_EVENTS.find((known) => known === word.toUpperCase());
    if (event === undefined) throw new UsageError(`--dsn: ${word} is not one of success, failure, delay, never`);
    return event;
  });
}

function retBy(text: string | undefined): Pick<Mail, "ret"> {
  const ret = text?.toUpperCase();
  if (ret === undefined) return {};
  if (ret !== "FULL" && ret !== "HDRS") throw new UsageError("--ret is full or hdrs");
  return { ret };
}

/** Refused recipients make the program fail, though the others got the message. */
function report(recipients: readonly RecipientResult[]): void {
  for (const { address, status, reply } of recipients) {
    if (status === "accepted") continue;
    console.error(`<${address}> ${status}: ${reply.code} ${reply.lines.join(" ")}`);
    process.exitCode = 1;
  }
}

await runProgram(USAGE, main, HELP);
