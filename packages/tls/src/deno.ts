/**
 * Deno's own connections for mailwire: `Deno.connect`, `Deno.startTls`, and what `Deno.listen` accepts. It needs nothing of Node's layer.
 *
 * Its limits are Deno's: a server cannot upgrade (`startTls` with side `server` rejects), the certificate is always checked and never told, and
 * there are no channel bindings.
 * @packageDocumentation
 */
import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, StartTls, TransportInfo } from "@mailwire/wire";
import { address } from "./address.ts";
import { bounded, typed } from "./bounded.ts";
import { ConnTransport } from "./deno-transport.ts";
import type { DenoConn, DenoTlsConn } from "./deno-transport.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

export type { DenoAddress, DenoConn, DenoTlsConn } from "./deno-transport.ts";

/** What a client chooses about TLS in Deno. */
export interface DenoTlsOptions {
  /** Authorities (PEM) that are trusted beside those of the platform. */
  readonly caCerts?: readonly string[];
}

/** How {@link fromConn} treats a connection. */
export interface FromConnOptions {
  /** TLS options for `startTls`, used when the call gives none. */
  readonly tls?: DenoTlsOptions;
  /** Milliseconds that a handshake may take; default 30,000. */
  readonly handshakeTimeoutMs?: number;
  /** Overrides what the connection tells about itself. */
  readonly info?: Partial<TransportInfo>;
}

/** Where and how {@link connect} connects. */
export interface DenoConnectOptions {
  /** A name or an IP address. */
  readonly host: string;
  /** The port there. */
  readonly port: number;
  /** `implicit`: TLS from the first byte. `starttls` (default) and `none`: in clear; an upgrade is up to the session. */
  readonly mode?: "none" | "starttls" | "implicit";
  /** The name that the certificate must carry, and SNI; default `host`. */
  readonly serverName?: string;
  /** What is trusted. */
  readonly tls?: DenoTlsOptions;
  /** Gives up connecting when aborted; it has no effect later. */
  readonly signal?: AbortSignal;
  /** Milliseconds for all of it: name lookup, connecting, implicit handshake; default 60,000. */
  readonly timeoutMs?: number;
}

/** What is used of the global `Deno`. */
interface DenoNet {
  connect(options: { hostname: string; port: number }): Promise<DenoConn>;
  startTls(conn: DenoConn, options: { hostname: string; caCerts: string[]; alpnProtocols?: string[] }): Promise<DenoTlsConn>;
}

/**
 * Connects, and with `mode: "implicit"` completes the handshake. Rejects with `ConnectionError`: `transport`, `tls`, `timeout`, `aborted`. Give the
 * result to a client's `open`.
 */
export async function connect(options: DenoConnectOptions): Promise<ByteTransport> {
  const { host, port, mode, serverName = host, signal, timeoutMs = DEFAULT_LIMITS.connectTimeoutMs, tls = {} } = options;
  const phase = `connecting to ${host}:${port}`;
  const connecting = deno().connect({ hostname: host, port });
  const opening = connecting.then((conn) => {
    const transport = fromConn(conn, { tls, handshakeTimeoutMs: timeoutMs });
    return mode === "implicit" ? upgraded(transport, { side: "client", serverName }) : transport;
  });
  try {
    return await bounded(opening, phase, { timeoutMs, signal });
  } catch (error) {
    // Deno may still get through, too late.
    connecting.then(close, ignore);
    throw typed("transport", phase, error);
  }
}

/** Wraps a connection in clear, connected or accepted, which nothing else may read from or write to from now on. */
export function fromConn(conn: DenoConn, options: FromConnOptions = {}): ByteTransport {
  return new UpgradableConn(conn, options);
}

/**
 * Completes the handshake of a connection that `Deno.listenTls` accepted, and wraps it. It is secure, and its client not authorized: Deno asks
 * for no certificate.
 */
export async function fromAcceptedTls(conn: DenoTlsConn, options: Omit<FromConnOptions, "tls"> = {}): Promise<ByteTransport> {
  const { handshakeTimeoutMs: timeoutMs = DEFAULT_LIMITS.handshakeTimeoutMs, info } = options;
  return secured(conn, { ...addresses(conn), ...info }, "server", { timeoutMs });
}

class UpgradableConn extends ConnTransport {
  readonly #conn: DenoConn;
  readonly #options: FromConnOptions;

  constructor(conn: DenoConn, options: FromConnOptions) {
    super(conn, { secure: false, ...addresses(conn), ...options.info });
    this.#conn = conn;
    this.#options = options;
  }

  /** No byte in clear is ever held here: what a peer says too early is in the way of the handshake, which then fails. */
  async startTls(options: StartTls): Promise<ByteTransport> {
    try {
      return await this.#upgrade(options);
    } catch (error) {
      this.abort(error);
      close(this.#conn);
      throw typed("tls", "TLS handshake", error);
    }
  }

  async #upgrade(options: StartTls): Promise<ByteTransport> {
    if (options.side === "server") throw new ProtocolError("local", "cannot-upgrade", "Deno has no STARTTLS for servers");
    const { serverName: hostname, alpn, signal, tls = this.#options.tls } = options;
    const { handshakeTimeoutMs: timeoutMs = DEFAULT_LIMITS.handshakeTimeoutMs } = this.#options;
    const choice = { hostname, caCerts: authorities(tls), ...(alpn !== undefined && { alpnProtocols: [...alpn] }) };
    await this.release();
    return secured(await deno().startTls(this.#conn, choice), this.info, "client", { timeoutMs, signal });
  }
}

function upgraded(transport: ByteTransport, options: StartTls): Promise<ByteTransport> | ByteTransport {
  return transport.startTls?.(options) ?? transport;
}

async function secured(
  conn: DenoTlsConn,
  info: Omit<TransportInfo, "secure">,
  side: "client" | "server",
  bounds: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<ByteTransport> {
  try {
    const { alpnProtocol: alpn } = await bounded(conn.handshake(), "TLS handshake", bounds);
    const channelBinding = (): Promise<undefined> => Promise.resolve(undefined);
    return new ConnTransport(conn, {
      ...info,
      secure: true,
      tls: { authorized: side === "client", alpn, channelBindings: [], channelBinding },
    });
  } catch (error) {
    close(conn);
    throw typed("tls", "TLS handshake", error);
  }
}

/** Only what Deno can do may be asked for: an option that was ignored might be the one that somebody relies on. */
function authorities(tls: unknown = {}): string[] {
  const { caCerts = [], ...unknown } = tls as DenoTlsOptions;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw new ProtocolError("local", "bad-tls-options", `Deno has no TLS option ${name}`);
  return [...caCerts];
}

function addresses({ remoteAddr, localAddr }: DenoConn): Pick<TransportInfo, "local" | "remote"> {
  const remote = address(remoteAddr.hostname, remoteAddr.port);
  const local = address(localAddr.hostname, localAddr.port);
  return { ...(remote !== undefined && { remote }), ...(local !== undefined && { local }) };
}

function deno(): DenoNet {
  const { Deno } = globalThis as { Deno?: DenoNet };
  if (Deno === undefined) throw new ConnectionError("transport", "this is not Deno");
  return Deno;
}

function close(conn: DenoConn): void {
  try {
    conn.close();
  } catch {
    // It is over, or was given away.
  }
}

function ignore(): void {
  // Told already.
}
