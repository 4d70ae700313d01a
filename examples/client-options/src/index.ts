// The flags that the reference clients share, the connection that they ask for, and how a client program ends.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { loginClient, plainClient } from "@mailwire/sasl";
import type { SmtpClient } from "@mailwire/smtp/client";
import { connect, type ClientTlsOptions } from "@mailwire/tls";
import { Recorder, transcriptLine } from "@mailwire/transcript";
import { type ByteTransport, type Observer, Secret } from "@mailwire/wire";

/** For the `options` of `parseArgs`, beside a program's own. */
export const CONNECTION_FLAGS = {
  host: { type: "string", default: "localhost" },
  port: { type: "string" },
  tls: { type: "string", default: "starttls" },
  insecure: { type: "boolean", default: false },
  ca: { type: "string" },
  user: { type: "string" },
  pass: { type: "string" },
  trace: { type: "boolean", default: false },
} as const;

/** What {@link CONNECTION_FLAGS} mean, for people. */
export const CONNECTION_HELP = `  --host H --port P              where to connect (default: localhost)
  --tls implicit|starttls|none   how the connection is secured (default: starttls)
  --ca FILE                      trust the certificates in FILE (PEM)
  --insecure                     accept any certificate
  --user U --pass X              who to log in as
  --trace                        print the dialogue, without its secrets, on standard error
  --help                         print this`;

/** People wait at a terminal: much shorter than the library's default. A server that says nothing may be waiting for implicit TLS. */
const LIMITS = { greetingMs: 30_000 };

/** What `parseArgs` makes of {@link CONNECTION_FLAGS}. */
export interface ConnectionValues {
  readonly host: string;
  readonly port?: string | undefined;
  readonly tls: string;
  readonly insecure: boolean;
  readonly ca?: string | undefined;
  readonly user?: string | undefined;
  readonly pass?: string | undefined;
  readonly trace: boolean;
}

/** A connection as the flags ask for it. */
export interface Connection {
  readonly transport: ByteTransport;
  /** For the client's `open`. */
  readonly options: {
    readonly allowPlaintext: boolean;
    readonly serverName: string;
    readonly tlsOptions: ClientTlsOptions;
    readonly limits: typeof LIMITS;
    readonly signal?: AbortSignal;
    readonly observe?: Observer;
  };
  /** Who to log in as, when the flags say so. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}

/** The command line is wrong: the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Connects as the flags say; `signal` drops the connection. */
export function connectBy(values: ConnectionValues, signal: AbortSignal): Promise<Connection> {
  return connectorBy(values)(signal);
}

/** Looks at the flags now, and connects as they say whenever it is called. */
export function connectorBy(values: ConnectionValues): (signal?: AbortSignal) => Promise<Connection> {
  const { host, tls: mode, user, pass } = values;
  if (mode !== "implicit" && mode !== "starttls" && mode !== "none") throw new UsageError("--tls is one of implicit, starttls, none");
  const port = portBy("--port", values.port);
  if ((user === undefined) !== (pass === undefined)) throw new UsageError("--user and --pass go together");
  const tls: ClientTlsOptions = { rejectUnauthorized: !values.insecure, ...(values.ca !== undefined && { ca: readFileSync(values.ca) }) };
  const credentials = user === undefined || pass === undefined ? undefined : { user, password: pass };
  return async (signal) => {
    const dropped = signal && { signal };
    const transport = await connect({ host, port, mode, tls, ...dropped });
    const security = { allowPlaintext: mode === "none", serverName: host, tlsOptions: tls };
    const options = { ...security, limits: LIMITS, ...dropped, ...(values.trace && { observe: tracer() }) };
    return { transport, options, credentials };
  };
}

/** The value of a flag that is a port. */
export function portBy(flag: string, value: string | undefined): number {
  if (value === undefined || !/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new UsageError(`${flag} needs a number up to 65535`);
  return Number(value);
}

/** Logs an SMTP client in, when the flags say as whom. */
export async function logIn(client: SmtpClient, credentials: Connection["credentials"]): Promise<void> {
  if (credentials === undefined) return;
  const login = { user: credentials.user, password: new Secret(credentials.password) };
  const offered = client.extensions.authMechanisms;
  await client.auth(offered.includes("PLAIN") || !offered.includes("LOGIN") ? plainClient(login) : loginClient(login));
}

/** For the `observe` option: prints the dialogue, without its secrets, on standard error. */
export function tracer(): Observer {
  const recorder = new Recorder();
  recorder.subscribe((entry) => process.stderr.write(`${transcriptLine(entry)}\n`));
  return recorder.observe;
}

/** Writes to standard output as fast as that is read. */
export async function writeOut(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
}

/**
 * Runs a program, whose connections are to be dropped at the signal. The process ends with 0 when it resolves, with 1 when it rejects, with 2 when the
 * command line is wrong; why it failed is one line on standard error. `--help` only says how to call it: `flags` explains the flags.
 */
export async function runProgram(
  usage: string,
  program: (signal: AbortSignal) => Promise<void>,
  flags: string = CONNECTION_HELP,
): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) {
    console.log(`usage: ${usage}\n${flags}`);
    return;
  }
  const over = new AbortController();
  // Whoever reads the output may stop reading: there is nothing left to do.
  process.stdout.on("error", (error) => over.abort(error));
  try {
    await program(over.signal);
  } catch (error) {
    const misused = isMisuse(error);
    console.error(misused ? `${error.message} (--help tells more)` : describe(over.signal.reason ?? error));
    process.exitCode = misused ? 2 : 1;
  } finally {
    over.abort();
  }
}

function isMisuse(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.trim()}` : String(error);
}
