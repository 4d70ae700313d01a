/**
 * Sockets of the shape that WinterTC specifies, as in `cloudflare:sockets`, for mailwire. The runtime's `connect` is given by the caller, so that
 * this module needs none in particular.
 *
 * Its limits are those of that shape: no listening and no upgrade of a server, the certificate is always checked against the runtime's
 * authorities and never told, no version, no cipher, no choice of ALPN, and no channel bindings.
 * @packageDocumentation
 */
import { WebStreamTransport } from "@mailwire/transport";
import { ProtocolError } from "@mailwire/wire";
import type { ByteTransport, StartTls, TransportInfo } from "@mailwire/wire";
import { bounded, typed } from "./bounded.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

/** What is used of a socket. */
export interface WinterSocket {
  /** What the peer sends. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What is sent to the peer. */
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves when it is connected. */
  readonly opened: Promise<WinterSocketInfo>;
  /** Begins TLS on a socket that was made with `secureTransport: "starttls"`; this socket is closed then. */
  startTls(options?: { expectedServerHostname?: string }): WinterSocket;
  /** Drops it. */
  close(): Promise<unknown>;
}

/** What is used of what a socket tells when it is open. */
export interface WinterSocketInfo {
  /** Address of the peer. */
  readonly remoteAddress?: string | null;
  /** Address of this end. */
  readonly localAddress?: string | null;
}

/** The runtime's own `connect`, as `cloudflare:sockets` exports it. */
export type WinterConnect = (
  address: { hostname: string; port: number },
  options: { secureTransport: "off" | "on" | "starttls"; allowHalfOpen: boolean },
) => WinterSocket;

/** How {@link fromSocket} treats a socket. */
export interface FromSocketOptions {
  /** Milliseconds that a handshake may take; default 30,000. */
  readonly handshakeTimeoutMs?: number;
  /** Overrides what the socket tells about itself; `secure` where it was made with `secureTransport: "on"`. */
  readonly info?: Partial<TransportInfo>;
}

/** Where and how {@link connect} connects. */
export interface WinterConnectOptions {
  /** The runtime's own: `import { connect } from "cloudflare:sockets"`. */
  readonly connect: WinterConnect;
  /** A name or an IP address; it is also the name that the certificate must carry. */
  readonly host: string;
  /** The port there. */
  readonly port: number;
  /** `implicit`: TLS from the first byte. `starttls` (default): in clear, and the session may upgrade. `none`: in clear for ever. */
  readonly mode?: "none" | "starttls" | "implicit";
  /** Gives up connecting when aborted; it has no effect later. */
  readonly signal?: AbortSignal;
  /** Milliseconds for name lookup, connecting and implicit handshake; default 60,000. */
  readonly timeoutMs?: number;
}

const SECURE_TRANSPORT = { none: "off", starttls: "starttls", implicit: "on" } as const;

/**
 * Connects by the runtime's `connect`. Rejects with `ConnectionError`: `transport`, `timeout`, `aborted`. A runtime may tell only at the first read
 * that a handshake failed. Give the result to a client's `open`.
 */
export async function connect(options: WinterConnectOptions): Promise<ByteTransport> {
  const { host, port, mode = "starttls", signal, timeoutMs = DEFAULT_LIMITS.connectTimeoutMs } = options;
  const phase = `connecting to ${host}:${port}`;
  let socket: WinterSocket | undefined;
  try {
    socket = options.connect({ hostname: host, port }, { secureTransport: SECURE_TRANSPORT[mode], allowHalfOpen: true });
    const told = await bounded(socket.opened, phase, { timeoutMs, signal });
    const info = addresses(told);
    return mode === "starttls" ? fromSocket(socket, { info }) : plainOrSecure(socket, info, mode);
  } catch (error) {
    if (socket !== undefined) drop(socket);
    throw typed("transport", phase, error);
  }
}

/** Wraps a socket that was made with `secureTransport: "starttls"`, which nothing else may read from or write to from now on. */
export function fromSocket(socket: WinterSocket, options: FromSocketOptions = {}): ByteTransport {
  return new UpgradableSocket(socket, options);
}

function plainOrSecure(socket: WinterSocket, info: Partial<TransportInfo>, mode: "none" | "implicit"): ByteTransport {
  return mode === "implicit" ? secured(socket, info) : new WebStreamTransport(socket, { ...info, secure: false });
}

function secured(socket: WinterSocket, info: Partial<TransportInfo>): ByteTransport {
  const channelBinding = (): Promise<undefined> => Promise.resolve(undefined);
  return new WebStreamTransport(socket, { ...info, secure: true, tls: { authorized: true, channelBindings: [], channelBinding } });
}

class UpgradableSocket extends WebStreamTransport {
  readonly #socket: WinterSocket;
  readonly #options: FromSocketOptions;

  constructor(socket: WinterSocket, options: FromSocketOptions) {
    super(socket, { secure: false, ...options.info });
    this.#socket = socket;
    this.#options = options;
  }

  /** The runtime takes the bytes as they come from the network: what a peer says too early is in the way of the handshake, which then fails. */
  async startTls(options: StartTls): Promise<ByteTransport> {
    try {
      return await this.#upgrade(options);
    } catch (error) {
      this.abort(error);
      drop(this.#socket);
      throw typed("tls", "TLS handshake", error);
    }
  }

  async #upgrade(options: StartTls): Promise<ByteTransport> {
    if (options.side === "server") throw new ProtocolError("local", "cannot-upgrade", "these sockets have no TLS for servers");
    // An option that was ignored might be the one that somebody relies on.
    if (Object.keys(options.tls ?? {}).length > 0 || options.alpn !== undefined)
      throw new ProtocolError("local", "bad-tls-options", "these sockets take no TLS options");
    const { handshakeTimeoutMs: timeoutMs = DEFAULT_LIMITS.handshakeTimeoutMs } = this.#options;
    await this.release();
    const inside = this.#socket.startTls({ expectedServerHostname: options.serverName });
    try {
      await bounded(inside.opened, "TLS handshake", { timeoutMs, signal: options.signal });
    } catch (error) {
      drop(inside);
      throw error;
    }
    return secured(inside, this.info);
  }
}

function addresses({ remoteAddress, localAddress }: WinterSocketInfo): Partial<TransportInfo> {
  return {
    ...(typeof remoteAddress === "string" && { remote: remoteAddress }),
    ...(typeof localAddress === "string" && { local: localAddress }),
  };
}

function drop(socket: WinterSocket): void {
  socket.close().catch(() => undefined);
}
