// Which bytes of a command line are secret: the password, the digest, the initial response. Traces are made of these parts.

import { Secret, latin1 } from "@mailwire/wire";

/**
 * Splits a command line, sent or received, into what may be shown and what may not: all behind `PASS`, behind the name of `APOP` and behind
 * the mechanism of `AUTH` is wrapped. It works on any line, however malformed.
 */
export function redactCommand(line: Uint8Array): readonly (Uint8Array | Secret<Uint8Array>)[] {
  const text = latin1(line);
  const start = matchLength(/^[ \t]*(?:PASS[ \t]|(?:APOP|AUTH)[ \t]+[^ \t\r\n]+[ \t])/i, text);
  const end = text.length - matchLength(/\r?\n?$/, text);
  return start === 0 ? [line] : split(line, start, end);
}

/** Splits a line of a SASL exchange: a server's `+ ` and the line end may be shown, what is between may not. */
export function redactSasl(line: Uint8Array): readonly (Uint8Array | Secret<Uint8Array>)[] {
  const text = latin1(line);
  return split(line, matchLength(/^\+[ \t]*/, text), text.length - matchLength(/\r?\n?$/, text));
}

function split(line: Uint8Array, start: number, end: number): readonly (Uint8Array | Secret<Uint8Array>)[] {
  const parts = [line.subarray(0, start), new Secret(line.subarray(start, Math.max(start, end))), line.subarray(Math.max(start, end))];
  return parts.filter((part) => part instanceof Secret || part.length > 0);
}

function matchLength(pattern: RegExp, text: string): number {
  return pattern.exec(text)?.[0].length ?? 0;
}
