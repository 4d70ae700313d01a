// The flags that the reference clients share, the connection that they ask for, and how a client program ends.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type ClientTlsOptions } from "@mailwire/tls";
import { Recorder, transcriptLine } from "@mailwire/transcript";
import type { ByteTransport, Observer } from "@mailwire/wire";

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

const CONNECTION_HELP = `  --host H --port P              where to connect (default: localhost)
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
    readonly signal: AbortSignal;
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
export async function connectBy(values: ConnectionValues, signal: AbortSignal): Promise<Connection> {
  const { host, tls: mode, user, pass } = values;
  const port = Number(values.port);
  if (mode !== "implicit" && mode !== "starttls" && mode !== "none") throw new UsageError("--tls is one of implicit, starttls, none");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UsageError("--port needs a number from 1 to 65535");
  if ((user === undefined) !== (pass === undefined)) throw new UsageError("--user and --pass go together");
  const tls: ClientTlsOptions = { rejectUnauthorized: !values.insecure, ...(values.ca !== undefined && { ca: readFileSync(values.ca) }) };
  const transport = await connect({ host, port, mode, tls, signal });
  const security = { allowPlaintext: mode === "none", serverName: host, tlsOptions: tls };
  const options = { ...security, limits: LIMITS, signal, ...(values.trace && { observe: tracer() }) };
  return { transport, options, credentials: user === undefined || pass === undefined ? undefined : { user, password: pass } };
}

function tracer(): Observer {
  const recorder = new Recorder();
  recorder.subscribe((entry) => process.stderr.write(`${transcriptLine(entry)}\n`));
  return recorder.observe;
}

/** Writes to standard output as fast as that is read. */
export async function writeOut(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
}

/**
 * Runs a client program, which is to drop its connection at the signal. The process ends with 0 when it resolves, with 1 when it rejects, with
 * 2 when the command line is wrong; why it failed is one line on standard error.
 */
export async function runProgram(usage: string, program: (signal: AbortSignal) => Promise<void>): Promise<void> {
  if (process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) {
    console.log(`usage: ${usage}\n${CONNECTION_HELP}`);
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
