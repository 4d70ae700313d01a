// What the observer of a session sees: lines, steps of an exchange and bodies, with what is secret wrapped.

import { fromLatin1, latin1, Secret, type Unit, utf8 } from "@mailwire/wire";

const CRLF = utf8("\r\n");

/** A line that hides nothing. */
export function lineUnit(from: Unit["from"], line: Uint8Array): Unit {
  return { from, kind: "line", parts: [line] };
}

/** A line of which all but the line end is secret. */
export function secretLineUnit(from: Unit["from"], line: Uint8Array): Unit {
  return { from, kind: "line", parts: [new Secret(line)] };
}

/** An AUTH command: the initial response, and whatever else follows the mechanism, is secret. */
export function authUnit(from: Unit["from"], line: Uint8Array): Unit {
  const [, head = "", secret = "", lineEnd = ""] = /^([ \t]*\S*[ \t]+\S*[ \t]*)(.*?)(\r?\n)?$/s.exec(latin1(line)) ?? [];
  if (secret === "") return lineUnit(from, line);
  return { from, kind: "line", parts: [fromLatin1(head), new Secret(fromLatin1(secret)), fromLatin1(lineEnd)] };
}

/** The client's step of an exchange, without its line end. */
export function responseUnit(response: string): Unit {
  return { from: "client", kind: "sasl", parts: [new Secret(fromLatin1(response)), CRLF] };
}

/** The server's step of an exchange: `334` and what stands behind it. */
export function challengeUnit(line: Uint8Array): Unit {
  return { from: "server", kind: "sasl", parts: [line.subarray(0, 4), new Secret(line.subarray(4, -2)), CRLF] };
}

/** Bytes of a message as they crossed the wire. */
export function bodyUnit(bytes: Uint8Array): Unit {
  return { from: "client", kind: "body", parts: [bytes] };
}

/** The end of the handshake. */
export const TLS_UNIT: Unit = { from: "client", kind: "tls", parts: [] };
