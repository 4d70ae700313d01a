// The reference server as a program: flags in, a line of JSON with the ports out, then a log; SIGTERM drains.

import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import type { LiveSession, MailServer } from "@mailwire/server";
import { MdaemonLog } from "@mailwire/transcript";
import { ConnectionError, ProtocolError } from "@mailwire/wire";
import { SERVICE_NAMES, type ServiceName, startMailServer } from "./index.ts";
import { LogOutput } from "./log-output.ts";
import { serveSessions } from "./session-page.ts";

const USAGE = `usage: mail-server [--host 127.0.0.1] [--smtp P] [--submission P] [--smtps P] [--lmtp P|PATH] [--pop3 P] [--pop3s P]
         [--imap P] [--imaps P] [--http P] [--domain D]... [--user NAME:PASSWORD]... [--cert FILE --key FILE] [--store memory] [--allow-plaintext-auth]
         [--max-connections N] [--max-connections-per-address N]
         [--clear-passwords]   keeps passwords in clear, and offers APOP and CRAM-MD5`;

/** Ends the program: 2 when the command line is wrong, 1 when what it asks for cannot be done. */
function end(code: 1 | 2, error: unknown): never {
  const problem = error instanceof Error ? error.message : String(error);
  console.error(code === 2 ? `${problem} (--help tells more)` : problem);
  process.exit(code);
}

/** The command line is wrong: says how. */
function misused(problem: string): never {
  return end(2, problem);
}

function flags(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    return end(2, error);
  }
}

const port = { type: "string" } as const;

function parse() {
  return parseArgs({
    options: {
      host: { type: "string", default: "127.0.0.1" },
      smtp: port,
      submission: port,
      smtps: port,
      lmtp: port,
      pop3: port,
      pop3s: port,
      imap: port,
      imaps: port,
      http: port,
      domain: { type: "string", multiple: true, default: ["localhost"] },
      user: { type: "string", multiple: true, default: [] },
      cert: { type: "string" },
      key: { type: "string" },
      store: { type: "string", default: "memory" },
      "allow-plaintext-auth": { type: "boolean", default: false },
      "max-connections": { type: "string" },
      "max-connections-per-address": { type: "string" },
      "clear-passwords": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  }).values;
}

const values = flags();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (values.store !== "memory") misused("the only store is memory");
if ((values.cert === undefined) !== (values.key === undefined)) misused("--cert and --key go together");

function portOf(name: ServiceName | "http"): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) misused(`--${name} ${text} is not a port`);
  return Number(text);
}

const ports: Partial<Record<ServiceName, number>> = {};
const lmtpPath = values.lmtp?.includes("/") === true ? values.lmtp : undefined;
for (const name of SERVICE_NAMES) {
  if (name === "lmtp" && lmtpPath !== undefined) continue;
  const number = portOf(name);
  if (number !== undefined) ports[name] = number;
}
if (Object.keys(ports).length === 0 && lmtpPath === undefined) misused("there is no port to serve");
const users = values.user.map((user) => {
  const colon = user.indexOf(":");
  if (colon < 1) misused(`--user ${user} is not NAME:PASSWORD`);
  return { name: user.slice(0, colon), password: user.slice(colon + 1) };
});
const { cert, key } = values;

function countOf(name: "max-connections" | "max-connections-per-address"): number | undefined {
  const text = values[name];
  if (text !== undefined && !/^[1-9]\d{0,6}$/.test(text)) misused(`--${name} ${text} is not a number of connections`);
  return text === undefined ? undefined : Number(text);
}

const maxConnections = countOf("max-connections");
const maxConnectionsPerAddress = countOf("max-connections-per-address");

async function start(): Promise<{ server: MailServer; page: Server | undefined }> {
  const { server, ports: actual } = await startMailServer({
    host: values.host,
    ports,
    ...(lmtpPath !== undefined && { lmtpPath }),
    domains: values.domain,
    users,
    allowPlaintextAuth: values["allow-plaintext-auth"],
    keep: values["clear-passwords"] ? "clear-passwords" : "keys",
    limits: {
      ...(maxConnections !== undefined && { maxConnections }),
      ...(maxConnectionsPerAddress !== undefined && { maxConnectionsPerAddress }),
    },
    onError,
    ...(cert !== undefined && key !== undefined && { keyPair: { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") } }),
  });
  const httpPort = portOf("http");
  const page = httpPort === undefined ? undefined : await serveSessions(server.sessions, values.host, httpPort);
  const http = page === undefined ? {} : { http: (page.address() as AddressInfo).port };
  console.log(JSON.stringify({ ...actual, ...(lmtpPath !== undefined && { lmtp: lmtpPath }), ...http }));
  return { server, page };
}

/** What peers do wrong is a line; anything else is a fault of this program. */
function onError(error: unknown): void {
  const remote = error instanceof ConnectionError || error instanceof ProtocolError;
  console.error(remote ? `${error.name}: ${error.message.trim()}` : error);
}

const output = new LogOutput(process.stdout);
const { server, page } = await start().catch((error: unknown) => end(1, error));

server.sessions.watch((news) => {
  if (news.type === "joined") log(news.session);
});

/** Prints a session as it goes on. */
function log({ id, protocol, info, since, dialogue, closed }: LiveSession): void {
  const lines = new MdaemonLog({ protocol, number: id, ...(info.remote !== undefined && { remote: info.remote }) });
  const print = (text: string): void => output.print(`[${id}] ${text}`);
  // The greeting may have been said by now.
  [...lines.opening(since), ...dialogue.entries.map((entry) => lines.line(entry))].forEach(print);
  dialogue.subscribe((entry) => print(lines.line(entry)));
  void closed.then(({ reason }) => {
    const bytes = { in: dialogue.clientBytes, out: dialogue.serverBytes };
    lines.closing(Date.now(), bytes, reason === "done" ? "successful" : reason).forEach(print);
  });
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    page?.close();
    void server.close().then(() => process.exit(0));
  });
}
