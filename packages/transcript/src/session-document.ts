// Reads recorded sessions kept as Markdown documents: wire bytes in one fence, the events they must yield in the next.
// The format is described in this package's README.

import { ProtocolError } from "@mailwire/wire";
import type { WireLine } from "./transcript.ts";
import { readWireLine } from "./transcript.ts";

/** A ```` ```wire ```` fence and the ```` ```events ```` fence that follows it. */
export interface SessionPart {
  /** What crossed the wire, in order. */
  readonly wire: readonly WireLine[];
  /** The events that the client session yields for it, as `formatEvent` writes them; empty where no events fence follows. */
  readonly events: readonly string[];
  /** Line number of the wire fence in the document, from 1. */
  readonly line: number;
}

/** A recorded session that people read and tests run. */
export interface SessionDocument {
  /** Text of the first `# ` heading; empty where there is none. */
  readonly title: string;
  /** The fences in order. */
  readonly parts: readonly SessionPart[];
}

/**
 * Reads a session document; throws a local `ProtocolError` (`bad-document`, the message says which line) when a fence is not closed,
 * a wire line has no known form, or an events fence follows no wire fence. Text becomes
 * bytes by `readWireLine`.
 */
export function readSessionDocument(text: string): SessionDocument {
  let title: string | undefined;
  const parts: SessionPart[] = [];
  let answered = true; // no wire fence waits for its events
  for (const block of blocks(text)) {
    if (block.fence === undefined) {
      title ??= block.lines.map((line) => /^# +(.*)$/.exec(line)?.[1]?.trim()).find((heading) => heading !== undefined);
    } else if (block.fence === "wire") {
      const wire = block.lines.map((line, index) => readWireLine(line) ?? unknownForm(block.line + 1 + index));
      parts.push({ wire, events: [], line: block.line });
      answered = false;
    } else if (block.fence === "events") {
      const part = parts.at(-1);
      if (part === undefined || answered) throw bad(block.line, "an events fence must follow a wire fence");
      parts[parts.length - 1] = { ...part, events: block.lines.filter((line) => line.trim() !== "") };
      answered = true;
    }
  }
  return { title: title ?? "", parts };
}

/** Prose, or what stands between two fences. `line` is the number of its first line (of the fence's opening). */
interface Block {
  readonly fence: string | undefined;
  readonly lines: string[];
  readonly line: number;
}

function* blocks(text: string): Generator<Block> {
  let block: Block = { fence: undefined, lines: [], line: 1 };
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (!line.startsWith("```")) {
      block.lines.push(line);
      continue;
    }
    yield block;
    const opening = block.fence === undefined ? line.slice(3).trim() : undefined;
    block = { fence: opening, lines: [], line: index + 1 };
  }
  if (block.fence !== undefined) throw bad(block.line, "the fence is not closed");
  yield block;
}

function unknownForm(line: number): never {
  throw bad(line, "a wire line starts with C: S: C| S| C+ S+ or is -- tls --");
}

function bad(line: number, what: string): ProtocolError {
  return new ProtocolError("local", "bad-document", `line ${line}: ${what}`);
}
