// The one error type for broken protocol, by the peer (remote) or by the caller (local).

/** Where a {@link ProtocolError} happened and what a server may answer. */
export interface ProtocolErrorDetails {
  /** Offset in the stream of bytes received, where known. */
  readonly offset?: number;
  /** For servers: the complete reply to give before closing, line end included. */
  readonly reply?: Uint8Array;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/**
 * The protocol was broken: by the peer (`side: "remote"`) or by the caller of this library (`side: "local"`).
 *
 * `code` is stable and meant for programs; the message is meant for people and may change.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  /** Who broke it. */
  readonly side: "remote" | "local";
  /** Stable kebab-case name of what is wrong (`line-too-long`, `bad-reply`, `illegal-now` …). */
  readonly code: string;
  /** Offset of the offending byte in the stream of bytes received, where known. */
  readonly offset: number | undefined;
  /** For servers: the reply to give. */
  readonly reply: Uint8Array | undefined;

  constructor(side: "remote" | "local", code: string, message: string, details: ProtocolErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.side = side;
    this.code = code;
    this.offset = details.offset;
    this.reply = details.reply;
  }
}
