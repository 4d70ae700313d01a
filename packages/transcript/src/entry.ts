// One line of a recorded dialogue, redacted: what recorders keep and writers print.

import type { Unit } from "@mailwire/wire";
import { Secret } from "@mailwire/wire";
import { writeWireText } from "./wire-text.ts";

/** One line of a recorded dialogue. It holds no secret: where one was said, `text` has `*****`. */
export interface Entry {
  /** When it was said, in milliseconds since 1970 by the recorder's clock. */
  readonly at: number;
  /** Who said it; for `tls` the side that tells of it. */
  readonly from: Unit["from"];
  /** What it is part of. */
  readonly kind: Unit["kind"];
  /** The line without its end, printable; `undefined` for a body or literal that is only counted, and for `tls`. */
  readonly text: string | undefined;
  /** How the line ended; nothing for the last piece of a body or literal. */
  readonly lineEnd: "\r\n" | "\n" | "";
  /** Its size on the wire, secrets and line end included. */
  readonly bytes: number;
}

/** How many bytes a unit is on the wire. */
export function unitBytes(unit: Unit): number {
  return unit.parts.reduce((sum, part) => sum + (part instanceof Secret ? part.reveal().length : part.length), 0);
}

/** A line as it is printed, before it has a time. */
export type Line = Pick<Entry, "text" | "lineEnd" | "bytes"> & { readonly text: string };

/**
 * The lines of a unit, secrets as stars. Only what is not secret is looked at for line ends; a unit that ends with a secret is taken to
 * end with CRLF, unless it is a literal.
 */
export function unitLines(unit: Unit): Line[] {
  const lines: Line[] = [];
  let text = "";
  let bytes = 0;
  for (const part of unit.parts) {
    if (part instanceof Secret) {
      text += String(part);
      bytes += part.reveal().length;
      continue;
    }
    const pieces = splitLines(part);
    for (const piece of pieces) {
      text += writeWireText(piece.bytes);
      bytes += piece.bytes.length + piece.lineEnd.length;
      if (piece.lineEnd === "") continue;
      lines.push({ text, lineEnd: piece.lineEnd, bytes });
      text = "";
      bytes = 0;
    }
  }
  if (text !== "") lines.push({ text, lineEnd: unit.parts.at(-1) instanceof Secret && unit.kind !== "literal" ? "\r\n" : "", bytes });
  return lines;
}

/** Bytes cut after each line end; the last piece has none and may be empty. */
export function* splitLines(bytes: Uint8Array): Generator<{ readonly bytes: Uint8Array; readonly lineEnd: Line["lineEnd"] }> {
  let start = 0;
  for (let lf = bytes.indexOf(0x0a); lf >= 0; lf = bytes.indexOf(0x0a, start)) {
    const crlf = lf > start && bytes[lf - 1] === 0x0d;
    yield { bytes: bytes.subarray(start, crlf ? lf - 1 : lf), lineEnd: crlf ? "\r\n" : "\n" };
    start = lf + 1;
  }
  yield { bytes: bytes.subarray(start), lineEnd: "" };
}
