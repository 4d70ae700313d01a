// People at a telnet prompt forget the blank line after the header; a message that is delivered must have one.

import { concat, fromLatin1, latin1 } from "@mailwire/wire";

const LF = 0x0a;
const CRLF = fromLatin1("\r\n");

/** Enough to see that a line is a field: a name this long is in no header. */
const MAX_LOOKED_AT = 1000;

/** What a line, or the beginning of one, is. */
type Line = "field" | "blank" | "body" | "unfinished";

/**
 * The message with a blank line in front of the first line that can belong to no header, unless a blank line came before it; the rest is
 * passed on as it comes.
 */
export async function* endHeader(message: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting: Uint8Array = new Uint8Array();
  let line: Line = "unfinished";
  for await (const chunk of message) {
    if (line === "blank" || line === "body") {
      yield chunk;
      continue;
    }
    const bytes = waiting.length === 0 ? chunk : concat([waiting, chunk]);
    const found = skipFields(bytes, line);
    line = found.line;
    // A chunk is only lent until the next one.
    waiting = line === "unfinished" ? bytes.slice(found.at) : new Uint8Array();
    yield bytes.subarray(0, found.at);
    if (line === "body") yield CRLF;
    if (line !== "unfinished") yield bytes.subarray(found.at);
  }
  yield waiting;
}

/** Where the bytes stop to be whole lines of fields, and in what; `line` is what they begin in. */
function skipFields(bytes: Uint8Array, line: "field" | "unfinished"): { readonly at: number; readonly line: Line } {
  let at = 0;
  for (let kind: Line = line; ;) {
    if (kind === "field") {
      const lf = bytes.indexOf(LF, at);
      if (lf === -1) return { at: bytes.length, line: "field" };
      at = lf + 1;
    }
    kind = lineKind(latin1(bytes, at, Math.min(bytes.length, at + MAX_LOOKED_AT)));
    if (kind !== "field") return { at, line: kind };
  }
}

// field = field-name *WSP ":"; folded lines begin with WSP; the first line of a mailbox file is "From "
function lineKind(text: string): Line {
  if (/^\r?\n/.test(text)) return "blank";
  if (/^(?:[ \t]|>?From |[!-9;-~]+[ \t]*:)/.test(text)) return "field";
  return text.includes("\n") || text.length === MAX_LOOKED_AT ? "body" : "unfinished";
}
