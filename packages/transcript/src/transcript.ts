// A dialogue as lines of text, `C: ` and `S: `: written from what a recorder kept, read back as bytes.

import type { Unit } from "@mailwire/wire";
import type { Entry } from "./entry.ts";
import { readWireText } from "./wire-text.ts";

/** One line of a transcript: bytes that one side said, or the moment at which the TLS handshake was done. */
export type WireLine = { readonly from: Unit["from"]; readonly bytes: Uint8Array } | { readonly from: "tls" };

const TLS_LINE = "-- tls --";
const MARKS = { "\r\n": ":", "\n": "|", "": "+" } as const;
const LINE_ENDS: Readonly<Record<string, string>> = { ":": "\r\n", "|": "\n", "+": "" };

/**
 * An entry as a line of a transcript, without a line end: `C: text` for a line that ended with CRLF, `C| text` with LF, `C+ text` with nothing;
 * `-- tls --`; `-- 112 bytes of body from the client --` for what was only counted.
 */
export function transcriptLine(entry: Entry): string {
  if (entry.kind === "tls") return TLS_LINE;
  if (entry.text === undefined) return `-- ${entry.bytes} bytes of ${entry.kind} from the ${entry.from} --`;
  const mark = (entry.from === "client" ? "C" : "S") + MARKS[entry.lineEnd];
  return entry.text === "" ? mark : `${mark} ${entry.text}`;
}

/** Entries as a transcript, ready for a ```` ```wire ```` fence once nothing in it is only counted. */
export function writeTranscript(entries: readonly Entry[]): string {
  return entries.map((entry) => `${transcriptLine(entry)}\n`).join("");
}

/**
 * Reads a transcript back. Lines that are neither wire lines nor `-- tls --` (notes, empty lines) are left out. What was secret comes back as
 * the stars that stand for it.
 */
export function readTranscript(text: string): WireLine[] {
  return text.split(/\r?\n/).flatMap((line) => readWireLine(line) ?? []);
}

/** One line of a transcript as bytes, `\xNN` being one byte; `undefined` when it has no known form. One space after the mark is not part of the text. */
export function readWireLine(line: string): WireLine | undefined {
  if (line.trim() === TLS_LINE) return { from: "tls" };
  const [, side, mark = "", text = ""] = /^([CS])([:|+]) ?(.*)$/s.exec(line) ?? [];
  if (side === undefined) return undefined;
  return { from: side === "C" ? "client" : "server", bytes: readWireText(text + (LINE_ENDS[mark] ?? "")) };
}
