// The flags that the reference clients share, the connection that they ask for, and how a client program ends.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { chooseMechanism, type MechanismName, type SaslChoice } from "@mailwire/sasl";
import type { SmtpClient } from "@mailwire/smtp/client";
import { connect, type ClientTlsOptions } from "@mailwire/tls";
import { Recorder, transcriptLine } from "@mailwire/transcript";
import { type ByteTransport, type Observer, ProtocolError, Secret } from "@mailwire/wire";

/** For the `options` of `parseArgs`, beside a program's own. */
export const CONNECTION_FLAGS = {
  host: { type: "string", default: "localhost" },
  port: { type: "string" },
  tls: { type: "string", default: "starttls" },
  insecure: { type: "boolean", default: false },
  ca: { type: "string" },
  user: { type: "string" },
  pass: { type: "string" },
  auth: { type: "string" },
  trace: { type: "boolean", default: false },
} as const;

/** What {@link CONNECTION_FLAGS} mean, for people. */
export const CONNECTION_HELP = `  --host H --port P              where to connect (default: localhost)
  --tls implicit|starttls|none   how the connection is secured (default: starttls)
  --ca FILE                      trust the certificates in FILE (PEM)
  --insecure                     accept any certificate
  --user U --pass X              who to log in as
  --auth MECHANISM               how to log in (default: the best that server and connection allow)
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
  readonly auth?: string | undefined;
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
  readonly credentials: Credentials | undefined;
}

/** Who to log in as, and how. */
export interface Credentials {
  readonly user: string;
  readonly password: Secret<string>;
  /** For AUTH and AUTHENTICATE. */
  readonly choice: SaslChoice;
  /** What to do where no mechanism is possible: the flags may have named one. */
  readonly otherwise: "own-command" | "fail";
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
  const { host, tls: mode } = values;
  if (mode !== "implicit" && mode !== "starttls" && mode !== "none") throw new UsageError("--tls is one of implicit, starttls, none");
  const port = portBy("--port", values.port);
  const tls: ClientTlsOptions = { rejectUnauthorized: !values.insecure, ...(values.ca !== undefined && { ca: readFileSync(values.ca) }) };
  const credentials = credentialsBy(values);
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

function credentialsBy({ user, pass, auth, tls }: ConnectionValues): Credentials | undefined {
  if ((user === undefined) !== (pass === undefined)) throw new UsageError("--user and --pass go together");
  if (user === undefined || pass === undefined) return undefined;
  const password = new Secret(pass);
  const forced = auth === undefined ? undefined : mechanismBy(auth);
  const allowed = forced === undefined ? { also: ["LOGIN"] as const } : { only: [forced] };
  // Whoever says --tls none knows that everybody can listen.
  const choice = chooseMechanism({ user, password }, { ...allowed, allowPasswordsInClear: tls === "none" });
  return { user, password, choice, otherwise: forced === undefined ? "own-command" : "fail" };
}

/** Those that a user and a password are enough for. */
const MECHANISMS = [
  "SCRAM-SHA-512-PLUS",
  "SCRAM-SHA-512",
  "SCRAM-SHA-256-PLUS",
  "SCRAM-SHA-256",
  "SCRAM-SHA-1-PLUS",
  "SCRAM-SHA-1",
  "PLAIN",
  "LOGIN",
  "CRAM-MD5",
  "ANONYMOUS",
] as const satisfies readonly MechanismName[];

function mechanismBy(auth: string): MechanismName {
  const mechanism = MECHANISMS.find((name) => name === auth.toUpperCase());
  if (mechanism === undefined) throw new UsageError(`--auth is one of ${MECHANISMS.join(", ")}`);
  return mechanism;
}

/** Logs an SMTP client in, when the flags say as whom. */
export async function logIn(client: SmtpClient, credentials: Credentials | undefined): Promise<void> {
  if (credentials !== undefined) await client.auth(credentials.choice);
}

/** Logs a POP3 or IMAP client in, when the flags say as whom: by SASL, or by the protocol's own command where that offers nothing. */
export async function logInToMailbox(client: MailboxClient, credentials: Credentials | undefined): Promise<void> {
  if (credentials === undefined) return;
  const { user, password, choice, otherwise } = credentials;
  try {
    await client.authenticate(choice);
  } catch (error) {
    const isImpossible = error instanceof ProtocolError && error.code === "no-mechanism";
    if (!isImpossible || otherwise === "fail") throw error;
    await client.login(user, password);
  }
}

/** What POP3 and IMAP clients have in common. */
interface MailboxClient {
  authenticate(choice: SaslChoice): Promise<unknown>;
  login(user: string, password: Secret<string>): Promise<unknown>;
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
