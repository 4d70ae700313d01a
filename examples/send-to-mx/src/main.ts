// Sends one message straight to the servers of its recipients' domains, one domain after another.

import { readFile } from "node:fs/promises";
import { Resolver } from "node:dns/promises";
import { buffer } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { portBy, runProgram, tracer, UsageError } from "example-client-options";
import { type RecipientResult, SmtpReplyError } from "@mailwire/smtp/client";
import { domainOf, forwardPath } from "@mailwire/smtp/codec";
import { deliver } from "./delivery.ts";

const USAGE = "send-to-mx --from A --to B [--to C]… [FILE]";
const HELP = `  --from A --to B         the envelope; --to as often as there are recipients
  --hostname NAME         how to introduce oneself
  --tls starttls|none     how connections are secured (default: starttls)
  --ca FILE, --insecure   which certificates are trusted; any
  --port P                default: 25
  --dns ADDRESS[:PORT]    the name server to ask (default: that of the system)
  --trace                 print the dialogues on standard error`;

await runProgram(USAGE, main, HELP);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: "string" },
      to: { type: "string", multiple: true },
      hostname: { type: "string", default: "[127.0.0.1]" },
      tls: { type: "string", default: "starttls" },
      ca: { type: "string" },
      insecure: { type: "boolean", default: false },
      port: { type: "string", default: "25" },
      dns: { type: "string" },
      trace: { type: "boolean", default: false },
    },
  });
  const { from, to, hostname, tls, ca, insecure } = values;
  const [file] = positionals;
  if (from === undefined || to === undefined || positionals.length > 1)
    throw new UsageError("--from and --to are needed, and at most one file");
  if (tls !== "starttls" && tls !== "none") throw new UsageError("--tls is one of starttls, none");
  const port = portBy("--port", values.port);
  const dns = new Resolver();
  if (values.dns !== undefined) dns.setServers([values.dns]);
  const tlsOptions = { rejectUnauthorized: !insecure, ...(ca !== undefined && { ca: await readFile(ca) }) };
  // Several servers may have to be told, so it is read once; files of this machine end lines as this machine does.
  const body = file === undefined ? await buffer(process.stdin) : await readFile(file);
  for (const [domain, recipients] of byDomain(to)) {
    try {
      const { reply, recipients: results } = await deliver(
        domain,
        { from, to: recipients, body },
        {
          dns,
          port,
          connectTimeoutMs: 30_000,
          client: {
            hostname,
            allowPlaintext: tls === "none",
            tlsOptions,
            lineEnds: "normalize",
            ...(values.trace && { observe: tracer() }),
          },
          onFailure: (host, error) => console.error(`${host}: ${String(error)}`),
        },
      );
      report(results);
      console.log(`${domain}: ${reply.code} ${reply.lines.join(" ")}`);
    } catch (error) {
      if (error instanceof SmtpReplyError) report(error.recipients);
      console.error(`${domain}: not delivered: ${String(error)}`);
      process.exitCode = 1;
    }
  }
}

function byDomain(recipients: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const recipient of recipients) {
    const domain = domainOf(forwardPath(recipient))?.toLowerCase();
    if (domain === undefined) throw new UsageError(`--to ${recipient} has no domain`);
    groups.set(domain, [...(groups.get(domain) ?? []), recipient]);
  }
  return groups;
}

function report(recipients: readonly RecipientResult[]): void {
  for (const { address, status, reply } of recipients) {
    if (status === "accepted") continue;
    console.error(`<${address}> ${status}: ${reply.code} ${reply.lines.join(" ")}`);
    process.exitCode = 1;
  }
}
