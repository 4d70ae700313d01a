// From a client's bytes, cut anywhere, to commands (RFC 3501 section 6).

import { keepOne, ProtocolError, utf8, withLimits } from "@mailwire/wire";
import type { CommandEvent, RawParts } from "./command-event.ts";
import { withSecrets } from "./command-event.ts";
import type { CommandReading } from "./command-reader.ts";
import { readCommand, readRestOfCommand } from "./command-reader.ts";
import { MessageAhead, takesMessages } from "./commands/append-reader.ts";
import type { Gap } from "./cursor.ts";
import { Cursor } from "./cursor.ts";
import type { Deviation } from "./deviation.ts";
import type { CommandLimits } from "./limits.ts";
import { DEFAULT_COMMAND_LIMITS } from "./limits.ts";
import type { LiteralAnnouncement } from "./literal.ts";
import { findAnnouncement } from "./literal.ts";
import { LiteralAhead, Malformed } from "./malformed.ts";
import type { Revision } from "./revision.ts";
import { WaitingBytes } from "./waiting-bytes.ts";

export type { CommandEvent, RawParts } from "./command-event.ts";

const NOTHING: readonly Deviation[] = [];
const EMPTY = new Uint8Array(0);
const CR = 13;
/** What has to be kept of a line that is dropped, to see whether it ends in a literal: `{`, 20 digits, `+}`, a line end. */
const TAIL_BYTES = 32;

const SP = 32;
/** How much of a line that is too long is shown. */
const SHOWN_BYTES = 1024;

/** What happens to the bytes that come next. */
type Mode =
  /** They are a command. */
  | { readonly type: "command" }
  /** They are a line of their own. */
  | { readonly type: "line" }
  /** They wait for the caller's answer about a literal; `append` for a message. */
  | { readonly type: "asked"; readonly literal: LiteralAnnouncement; readonly lf: number; readonly append: Appending | undefined }
  /** They are a message. */
  | { readonly type: "message"; remaining: number }
  /** They are dropped up to the end of the command: the rest of a literal, then lines. What is said of it then, unless the caller knows. */
  | { readonly type: "drain"; remaining: number; drained: number; readonly event: CommandEvent | undefined };

const COMMAND: Mode = { type: "command" };

/** A command whose messages pass: what stands behind one is read by itself. */
interface Appending {
  readonly tag: string;
  readonly verb: string;
  /** Bytes of it that were read, without the messages. */
  readonly bytes: number;
  readonly resume: MessageAhead["resume"];
}

/** A command that was read up to a literal, `bytes` of it. */
interface Known {
  readonly tag: string | null;
  readonly verb: string | null;
  readonly bytes: number;
}

/**
 * Decodes what a client sends. Give it bytes with {@link push}, then ask {@link next} until it has no more.
 *
 * What a client does wrong is a `bad` event; its bytes, literals included, are read to the end of the command and never run as commands. It
 * throws a remote `ProtocolError` (`too-much-refused`, with the reply to give) only when that is more than `maxDrainBytes`.
 */
export class CommandDecoder {
  #limits: CommandLimits;
  #cursor: Cursor;
  readonly #waiting = new WaitingBytes();
  #mode: Mode = COMMAND;
  #appending: Appending | undefined;
  #known: Known | undefined;
  /** From where a line end is to be looked for, and where the line begins that it ends; counted from the first waiting byte. */
  #scanned = 0;
  #line = 0;
  #literals = 0;

  constructor(limits?: Partial<CommandLimits>) {
    keepOne(CommandDecoder);
    this.#limits = withLimits(DEFAULT_COMMAND_LIMITS, limits);
    this.#cursor = cursorWithin(this.#limits);
  }

  /** The bounds; may be changed between commands (greater ones after authentication). */
  get limits(): CommandLimits {
    return this.#limits;
  }

  /** Takes bounds; those not given are the defaults. */
  set limits(limits: CommandLimits) {
    this.#limits = withLimits(DEFAULT_COMMAND_LIMITS, limits);
    const { revision } = this;
    this.#cursor = cursorWithin(this.#limits);
    this.revision = revision;
  }

  /** What was enabled: mailbox names are read accordingly. May be changed between commands. */
  get revision(): Revision {
    return this.#cursor.revision;
  }

  /** Takes what was enabled. */
  set revision(revision: Revision) {
    this.#cursor.revision = revision;
  }

  /** Bytes that were pushed and belong to no event yet: must be 0 before a TLS handshake. */
  get pending(): number {
    return this.#waiting.length;
  }

  /** Takes bytes; views of them are kept. */
  push(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
  }

  /** Takes the literal of the last `literal` or `append` event; throws a local `ProtocolError` (`illegal-now`) when none waits. */
  accept(): void {
    const { literal, lf, append } = this.#takeQuestion();
    if (append === undefined) this.#holdLiteral(lf, literal.size);
    else {
      const literals = this.#literals;
      this.#startAfter(lf);
      this.#literals = literals;
      this.#appending = append;
      this.#mode = { type: "message", remaining: literal.size };
    }
  }

  /**
   * Refuses it: the command is over for the caller. A literal that comes all the same is drained. Throws a local `ProtocolError`
   * (`illegal-now`) when none waits.
   */
  refuse(): void {
    const { literal, lf } = this.#takeQuestion();
    this.#drop(lf, literal, undefined);
  }

  /** Makes the next line a `line` event instead of a command: a step of AUTHENTICATE. */
  expectLine(): void {
    if (this.#mode.type !== "command" || this.#line > 0 || this.#appending !== undefined) {
      throw new ProtocolError("local", "illegal-now", "a command is being read");
    }
    this.#mode = { type: "line" };
  }

  /** The next thing found; `undefined` when more bytes are needed, or an answer to `literal` or `append`. */
  next(): CommandEvent | undefined {
    if (this.#mode.type === "asked") return undefined;
    if (this.#mode.type === "message") return this.#nextChunk(this.#mode);
    if (this.#mode.type === "drain") return this.#drain(this.#mode);
    const waiting = this.#waiting;
    while (!this.#isDraining()) {
      const lf = waiting.indexOfLf(waiting.start + this.#scanned);
      const lineBytes = (lf === -1 ? waiting.length : lf + 1 - waiting.start) - this.#line;
      if (lineBytes > this.#limits.maxLineBytes) return this.#startDrain("line-too-long");
      if (lf === -1) {
        this.#scanned = Math.max(this.#scanned, waiting.length);
        if (waiting.length === 0) this.#rest();
        return undefined;
      }
      const event = this.#mode.type === "line" ? this.#finishLine(lf) : this.#endLine(lf);
      if (event !== undefined) return event;
    }
    return this.next();
  }

  /** Lets go of what was read, which may have been a password. */
  #rest(): void {
    this.#waiting.release();
    this.#cursor.reset(EMPTY, 0, 0, 0, 0);
  }

  #isDraining(): boolean {
    return this.#mode.type === "drain";
  }

  /** What the line that ends at `lf` completes; `undefined` when the command goes on. */
  #endLine(lf: number): CommandEvent | undefined {
    const waiting = this.#waiting;
    const lineStart = waiting.start + this.#line;
    const lineEnd = waiting.bytes[lf - 1] === CR && lf > lineStart ? lf - 1 : lf;
    const literal = findAnnouncement(waiting.bytes, lineStart, lineEnd);
    return literal === undefined ? this.#finish(lf, lineEnd) : this.#announce(lf, literal);
  }

  /** Decides about a literal that the line which ends at `lf` announces. */
  #announce(lf: number, literal: LiteralAnnouncement): CommandEvent | undefined {
    const { size, synchronizing } = literal;
    const bytes = this.#waiting.bytes.subarray(this.#waiting.start, lf + 1);
    const reading = this.#readAhead(bytes, size);
    const { tag, verb, result } = reading;
    if (!(result instanceof MessageAhead)) this.#literals += 1;
    const reason = this.#refusal(result, size, bytes.length);
    if (tag === null || verb === null || reason !== undefined) {
      return this.#drop(lf, literal, bad({ tag, verb, result: new Malformed(reason ?? "bad-arguments") }, bytes));
    }
    const parts = shown(reading, bytes);
    if (result instanceof MessageAhead) {
      const append = { tag, verb, bytes: this.#passed + bytes.length, resume: result.resume };
      this.#mode = { type: "asked", literal, lf, append };
      return { type: "append", tag, ...result.announced, synchronizing, raw: [bytes], parts };
    }
    if (!synchronizing) {
      this.#holdLiteral(lf, size);
      return undefined;
    }
    this.#mode = { type: "asked", literal, lf, append: undefined };
    return { type: "literal", tag, verb, size, parts };
  }

  /** Why a literal of `size` bytes behind `held` ones cannot be taken; `undefined` when it can. */
  #refusal(result: CommandReading["result"], size: number, held: number): string | undefined {
    const { maxAppendBytes, maxLiteralBytes, maxLiterals, maxCommandBytes } = this.#limits;
    const bytes = this.#passed + held;
    if (result instanceof MessageAhead)
      return size > maxAppendBytes ? "literal-too-big" : bytes > maxCommandBytes ? "command-too-big" : undefined;
    if (!(result instanceof LiteralAhead)) return "bad-arguments";
    if (size > maxLiteralBytes) return "literal-too-big";
    if (this.#literals > maxLiterals) return "too-many-literals";
    return bytes + size > maxCommandBytes ? "command-too-big" : undefined;
  }

  /** Bytes of the command before what waits, without its messages. */
  get #passed(): number {
    return this.#appending?.bytes ?? 0;
  }

  /** Reads the command whose last line ends at `lf`. */
  #finish(lf: number, lineEnd: number): CommandEvent {
    const bytes = this.#waiting.bytes.subarray(this.#waiting.start, lf + 1);
    const reading = this.#read(bytes, bytes.length - (lf + 1 - lineEnd), []);
    this.#startAfter(lf);
    const { tag, result } = reading;
    if (tag === null || result instanceof Malformed) return bad(reading, bytes);
    if (lineEnd === lf) this.#cursor.deviate("bare-lf");
    const parts = withSecrets(bytes, this.#cursor.secrets);
    return { type: "command", tag, command: result, deviations: this.#cursor.deviations ?? NOTHING, raw: [bytes], parts };
  }

  /** A line that announces a literal is a command out of place: what belongs to it is never run as commands, either. */
  #finishLine(lf: number): CommandEvent | undefined {
    const raw = this.#waiting.bytes.subarray(this.#waiting.start, lf + 1);
    const bytes = raw.subarray(0, raw[raw.length - 2] === CR ? -2 : -1);
    const literal = findAnnouncement(bytes, 0, bytes.length);
    if (literal !== undefined)
      return this.#drop(lf, literal, bad({ tag: null, verb: null, result: new Malformed("literal-out-of-place") }, raw));
    this.#startAfter(lf);
    return { type: "line", bytes };
  }

  /**
   * Reads the command up to a literal, which need not be all there is. It is not read anew before it has doubled: many literals must not
   * cost their square. What is wrong is then found later, at the end at the latest.
   */
  #readAhead(bytes: Uint8Array, size: number): CommandReading {
    const known = this.#known;
    if (known !== undefined && bytes.length < 2 * known.bytes) return { ...known, result: new LiteralAhead() };
    const reading = this.#read(bytes, bytes.length, [{ at: bytes.length, value: { size } }]);
    const { tag, verb, result } = reading;
    // Where messages may come, each literal may be one.
    if (result instanceof LiteralAhead && !takesMessages(verb)) this.#known = { tag, verb, bytes: bytes.length };
    return reading;
  }

  #read(bytes: Uint8Array, end: number, gaps: readonly Gap[]): CommandReading {
    const cursor = this.#cursor;
    cursor.reset(bytes, 0, end, bytes.length, this.#waiting.offset + this.#waiting.start);
    cursor.gaps = gaps;
    const appending = this.#appending;
    return appending === undefined ? readCommand(cursor) : readRestOfCommand(cursor, appending);
  }

  #takeQuestion(): Extract<Mode, { type: "asked" }> {
    const mode = this.#mode;
    if (mode.type !== "asked") throw new ProtocolError("local", "illegal-now", "no literal waits for an answer");
    this.#mode = COMMAND;
    return mode;
  }

  /** The literal behind `lf` is part of the command and waits with it. */
  #holdLiteral(lf: number, size: number): void {
    this.#line = lf + 1 + size - this.#waiting.start;
    this.#scanned = this.#line;
  }

  #nextChunk(mode: { remaining: number }): CommandEvent | undefined {
    if (mode.remaining === 0) {
      this.#mode = COMMAND;
      return { type: "literal-end" };
    }
    const count = Math.min(mode.remaining, this.#waiting.length);
    if (count === 0) return undefined;
    mode.remaining -= count;
    return { type: "literal-chunk", bytes: this.#waiting.take(count) };
  }

  /** All up to `lf` is done with. */
  #startAfter(lf: number): void {
    this.#mode = COMMAND;
    this.#waiting.start = lf + 1;
    this.#line = this.#scanned = 0;
    this.#literals = 0;
    this.#appending = this.#known = undefined;
  }

  /** Drops a command at the literal behind `lf`; gives `event` now when the client waits, else once its bytes are dropped, too. */
  #drop(lf: number, { size, synchronizing }: LiteralAnnouncement, event: CommandEvent | undefined): CommandEvent | undefined {
    this.#startAfter(lf);
    if (synchronizing) return event;
    this.#mode = { type: "drain", remaining: size, drained: 0, event };
    return undefined;
  }

  /** Drops a command in the middle of a line that is too long. */
  #startDrain(reason: string): CommandEvent | undefined {
    const { bytes, start } = this.#waiting;
    const shown = Math.min(SHOWN_BYTES, this.#line + this.#limits.maxLineBytes);
    const beginning = bytes.slice(start, start + shown);
    const { tag, verb } = this.#read(beginning, beginning.length, []);
    const event = bad({ tag, verb, result: new Malformed(reason) }, beginning);
    this.#startAfter(start + this.#line - 1);
    this.#mode = { type: "drain", remaining: 0, drained: 0, event };
    return this.next();
  }

  #drain(mode: Extract<Mode, { type: "drain" }>): CommandEvent | undefined {
    const waiting = this.#waiting;
    for (;;) {
      this.#checkDrain(mode.remaining);
      mode.remaining -= this.#discard(mode, Math.min(mode.remaining, waiting.length));
      if (mode.remaining > 0) return undefined;
      const lf = waiting.indexOfLf(waiting.start + this.#scanned);
      if (lf === -1) {
        this.#discard(mode, Math.max(0, waiting.length - TAIL_BYTES));
        this.#scanned = waiting.length;
        return undefined;
      }
      const lineEnd = waiting.bytes[lf - 1] === CR && lf > waiting.start ? lf - 1 : lf;
      const literal = findAnnouncement(waiting.bytes, Math.max(waiting.start, lf - TAIL_BYTES), lineEnd);
      this.#discard(mode, lf + 1 - waiting.start);
      this.#scanned = 0;
      if (literal === undefined || literal.synchronizing) break;
      mode.remaining = literal.size;
    }
    this.#mode = COMMAND;
    return mode.event ?? this.next();
  }

  #discard(mode: { drained: number }, count: number): number {
    mode.drained += count;
    this.#checkDrain(mode.drained);
    this.#waiting.start += count;
    return count;
  }

  #checkDrain(size: number): void {
    if (size <= this.#limits.maxDrainBytes) return;
    throw new ProtocolError("remote", "too-much-refused", `more than ${this.#limits.maxDrainBytes} bytes of a refused command`, {
      offset: this.#waiting.offset + this.#waiting.start,
      reply: utf8("* BYE Too much data in a refused command\r\n"),
    });
  }
}

/** The event for bytes that are no command. */
function bad(reading: CommandReading, bytes: Uint8Array): CommandEvent {
  const { tag, verb, result } = reading;
  const reason = result instanceof Malformed ? result.reason : "bad-arguments";
  return { type: "bad", tag, verb, reason, raw: [bytes], parts: shown(reading, bytes) };
}

/** Bytes that are no whole command. What may be a password in them is secret: all of it, when not even the verb is known. */
function shown({ tag, verb }: CommandReading, bytes: Uint8Array): RawParts {
  const from = verb === null ? 0 : verb === "LOGIN" || verb === "AUTHENTICATE" ? bytes.indexOf(SP, (tag ?? "").length + 1) : -1;
  return withSecrets(bytes, from === -1 ? [] : [[from, bytes.length]]);
}

function cursorWithin(limits: CommandLimits): Cursor {
  return new Cursor("client", { maxTokenBytes: limits.maxCommandBytes, maxNesting: limits.maxNesting });
}
