// Types what a recorded person typed into a live server, as the person did: each line once the one before was answered.

import type { ByteTransport, StartTls } from "@mailwire/wire";
import { ConnectionError, latin1 } from "@mailwire/wire";
import { recordedExchanges } from "./recorded-exchange.ts";
import type { SessionDocument } from "./session-document.ts";

/** One client line of a recording, typed again. The first of a session has `said: ""`: it is the greeting. */
export interface TypedExchange {
  /** What was typed, with its line end, one character per byte. */
  readonly said: string;
  /** What the recorded server said next, before the person said more; empty where the person went on at once (in a message, say). */
  readonly recorded: string;
  /** What the live server said. */
  readonly answered: string;
}

/** Options of {@link typeSession}. */
export interface TypeSessionOptions {
  /** For the upgrade where the recording has `-- tls --`. */
  readonly startTls?: Extract<StartTls, { readonly side: "client" }>;
  /** True once `answered` is a whole answer; by default {@link isAnsweredAlike}. Not asked where nothing is recorded. */
  readonly isAnswered?: (exchange: TypedExchange) => boolean;
  /** Hears of each exchange as soon as it is over. */
  readonly onExchange?: (exchange: TypedExchange) => void;
}

/**
 * Types the client's lines of `document` over `transport`, and ends it. A server that closes ends the session early; what it said until then is
 * in the last exchange. Rejects as the transport does, and with `ConnectionError` (`tls`) where it cannot be upgraded.
 */
export async function typeSession(
  document: SessionDocument,
  transport: ByteTransport,
  options: TypeSessionOptions = {},
): Promise<TypedExchange[]> {
  const { isAnswered = isAnsweredAlike, onExchange = () => undefined } = options;
  const exchanges: TypedExchange[] = [];
  for (const { said, recorded, then } of recordedExchanges(document)) {
    await transport.write([said]);
    let exchange: TypedExchange = { said: latin1(said), recorded, answered: "" };
    let chunk: Uint8Array | null = said;
    while (recorded !== "" && chunk !== null && !isAnswered(exchange)) {
      chunk = await transport.read();
      if (chunk !== null) exchange = { ...exchange, answered: exchange.answered + latin1(chunk) };
    }
    exchanges.push(exchange);
    onExchange(exchange);
    if (chunk === null) break;
    if (then === "tls") transport = await upgraded(transport, options.startTls);
  }
  await transport.end();
  return exchanges;
}

/**
 * True when the last line of the answer is of the same kind as that of the recorded one: a final SMTP reply line (`250 `), the dot that ends a
 * POP3 listing (or `-ERR` in its place), a POP3 status, or a line with the same IMAP tag.
 */
export function isAnsweredAlike({ recorded, answered }: Pick<TypedExchange, "recorded" | "answered">): boolean {
  if (!answered.endsWith("\n")) return false;
  const [theirs, ours] = [lastLine(recorded), lastLine(answered)];
  if (theirs === ".") return ours === "." || ours.startsWith("-ERR");
  const kind = [/^\d{3}( |$)/, /^(\+OK|-ERR)/].find((pattern) => pattern.test(theirs));
  return kind === undefined ? firstWord(ours) === firstWord(theirs) : kind.test(ours);
}

function lastLine(text: string): string {
  return text.trimEnd().split(/\r?\n/).at(-1) ?? "";
}

function firstWord(line: string): string {
  return line.replace(/ .*/s, "");
}

async function upgraded(transport: ByteTransport, startTls: TypeSessionOptions["startTls"]): Promise<ByteTransport> {
  if (transport.startTls === undefined || startTls === undefined)
    throw new ConnectionError("tls", "the recording goes on inside TLS, this connection cannot");
  return transport.startTls(startTls);
}
