// Literals: strings announced by their size (RFC 3501 section 4.3, RFC 7888).

import { isDigit } from "./characters.ts";

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

/** A literal that the end of a line announces. */
export interface LiteralAnnouncement {
  /** Index of its opening brace. */
  readonly at: number;
  /** The size announced; Infinity for more than can be counted exactly (2^53 - 1). */
  readonly size: number;
  /** Whether the client waits for `+` before it sends it; of no meaning in responses. */
  readonly synchronizing: boolean;
}

const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const PLUS = 43;

/** "{" number ["+"] "}" at the end of the line that begins at `lineStart` and whose line end is at `lineEnd`. */
export function findAnnouncement(bytes: Uint8Array, lineStart: number, lineEnd: number): LiteralAnnouncement | undefined {
  if (lineEnd - lineStart < 3 || bytes[lineEnd - 1] !== CLOSE_BRACE) return undefined;
  const synchronizing = bytes[lineEnd - 2] !== PLUS;
  const digitsEnd = synchronizing ? lineEnd - 1 : lineEnd - 2;
  let first = digitsEnd;
  while (first > lineStart && isDigit(bytes[first - 1])) first -= 1;
  if (first === digitsEnd || first === lineStart || bytes[first - 1] !== OPEN_BRACE) return undefined;
  let size = 0;
  for (let at = first; at < digitsEnd; at += 1) size = size * 10 + ((bytes[at] ?? 0) - 48);
  return { at: first - 1, size: size > Number.MAX_SAFE_INTEGER ? Infinity : size, synchronizing };
}
