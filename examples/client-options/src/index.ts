// The flags that the reference clients share, the connection that they ask for, and how a client program ends.

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
  --trace                        print the dialogue, without its secrets, on standard error`;

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
    readonly observe?: Observer;
  };
  /** Who to log in as, when the flags say so. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}

/** The command line is wrong: the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Connects as the flags say. */
export async function connectBy(values: ConnectionValues): Promise<Connection> {
  const { host, tls: mode, user, pass } = values;
  if (mode !== "implicit" && mode !== "starttls" && mode !== "none") throw new UsageError("--tls is one of implicit, starttls, none");
  if (values.port === undefined || !/^\d{1,5}$/.test(values.port)) throw new UsageError("--port needs a number");
  if ((user === undefined) !== (pass === undefined)) throw new UsageError("--user and --pass go together");
  const tls: ClientTlsOptions = { rejectUnauthorized: !values.insecure, ...(values.ca !== undefined && { ca: readFileSync(values.ca) }) };
  const transport = await connect({ host, port: Number(values.port), mode, tls });
  const options = { allowPlaintext: mode === "none", serverName: host, tlsOptions: tls, ...(values.trace && { observe: tracer() }) };
  return { transport, options, credentials: user === undefined || pass === undefined ? undefined : { user, password: pass } };
}

function tracer(): Observer {
  const recorder = new Recorder();
  recorder.subscribe((entry) => process.stderr.write(`${transcriptLine(entry)}\n`));
  return recorder.observe;
}

/** Runs a client program: the process ends with 0 when it resolves, with 1 when it rejects, with 2 when the command line is wrong. */
export async function runProgram(usage: string, program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    const misused =
      error instanceof UsageError || (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
    if (misused) console.error(`usage: ${usage}\n${CONNECTION_HELP}`);
    process.exitCode = misused ? 2 : 1;
  }
}
