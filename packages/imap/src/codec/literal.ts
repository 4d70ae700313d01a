// Literals: strings announced by their size (RFC 3501 section 4.3, RFC 7888).

/** A literal whose bytes are not here: they passed (or will pass) as chunks of a stream. */
export interface StreamedLiteral {
  /** Size in bytes, as announced. */
  readonly size: number;
}

/** Bytes of a string, or where they went: null is NIL. */
export type LiteralData = Uint8Array | StreamedLiteral | null;

/**
 * How a client may send literals: `synchronizing` waits for the server's `+` before each; `LITERAL-` may send up to 4096 bytes without
 * waiting; `LITERAL+` never needs to wait.
 */
export type LiteralMode = "synchronizing" | "LITERAL-" | "LITERAL+";

/** The fastest mode that a server with these capabilities allows. */
export function literalMode(capabilities: Iterable<string>): LiteralMode {
  let mode: LiteralMode = "synchronizing";
  for (const capability of capabilities) {
    const name = capability.toUpperCase();
    if (name === "LITERAL+") return "LITERAL+";
    if (name === "LITERAL-") mode = "LITERAL-";
  }
  return mode;
}

/** A piece of an encoded command or response, in the order to send. */
export type Segment =
  /** Bytes to send; `secret` ones (a password) must not be shown. */
  | { readonly type: "bytes"; readonly bytes: Uint8Array; readonly secret?: true }
  /** Commands only: send the rest once the server has answered `+`; give up when it answers with the command's tag. */
  | { readonly type: "wait-for-continuation" }
  /** Send exactly `size` bytes of the body that the message left out (a {@link StreamedLiteral}). */
  | { readonly type: "stream"; readonly size: number };
