// The contract of every duplex byte stream that a session can be driven over.

/** Whoever is told what a {@link ByteTransport} reads. */
export interface ByteReader {
  /** The next bytes, or `null` at the end. */
  onBytes(chunk: Uint8Array | null): void;
  /** There are none to be had. */
  onReadFailure(error: unknown): void;
}

/** Any duplex byte stream. Pull-based: at most one read outstanding, and no pump running behind it. */
export interface ByteTransport {
  /** The next bytes, or `null` at the end; a second concurrent read rejects. */
  read(): Promise<Uint8Array | null>;
  /**
   * As {@link ByteTransport.read}, but tells `reader`, perhaps at once: a promise costs half a kilobyte while the peer says nothing. Absent where it
   * would be no cheaper.
   */
  readFor?(reader: ByteReader): void;
  /** Writes the chunks in order; resolves when more may be written, and is `undefined` where that is now. */
  write(chunks: readonly Uint8Array[]): Promise<void> | undefined;
  /** Says that nothing more will be written; resolves when all is handed over. */
  end(): Promise<void>;
  /** Drops the connection at once; pending reads and writes reject with `reason`. */
  abort(reason?: unknown): void;
  /** Who is at the other end, and how safe the way there is. */
  readonly info: TransportInfo;
  /** Upgrades to TLS and consumes this transport; absent where that is impossible. */
  startTls?(options: StartTls): Promise<ByteTransport>;
}

/** Who is at the other end of a {@link ByteTransport}, and how safe the way there is. */
export interface TransportInfo {
  /** True inside TLS, or where the creator of the transport vouches for the way (a Unix socket, a tunnel). */
  readonly secure: boolean;
  /** Address of the peer, as `host:port` where it has one. */
  readonly remote?: string;
  /** Address of this end. */
  readonly local?: string;
  /** Facts about the TLS connection; absent outside TLS. */
  readonly tls?: TlsInfo;
}

/** What {@link ByteTransport.startTls} is asked to do, by side of the handshake. `tls` is passed to the platform's TLS. */
export type StartTls =
  | {
      readonly side: "client";
      /** The name that the certificate must carry, and SNI. */
      readonly serverName: string;
      readonly alpn?: readonly string[];
      readonly tls?: unknown;
      readonly signal?: AbortSignal;
    }
  | {
      readonly side: "server";
      /** The positive reply in clear; written only after leftover bytes were ruled out. */
      readonly reply: Uint8Array;
      readonly tls: unknown;
      readonly signal?: AbortSignal;
    };

/** A kind of channel binding: RFC 9266, RFC 5929 section 4. */
export type ChannelBindingType = "tls-exporter" | "tls-server-end-point";

/** Facts about a TLS connection. */
export interface TlsInfo {
  /** For example `TLSv1.3`. */
  readonly protocol?: string;
  /** Name of the cipher suite. */
  readonly cipher?: string;
  /** The protocol agreed by ALPN; `null` when none was. */
  readonly alpn?: string | null;
  /** True when the peer's certificate was checked and found good. */
  readonly authorized: boolean;
  /** The peer's certificate, DER. */
  readonly peerCertificate?: Uint8Array;
  /** What {@link TlsInfo.channelBinding} can give here, best first. */
  readonly channelBindings: readonly ChannelBindingType[];
  /** Channel binding data; `undefined` where the platform or the connection does not give it. */
  channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined>;
}
