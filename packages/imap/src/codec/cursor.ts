// The readers of strings and literals, on top of those of words (RFC 3501 section 9).

import { decodeUtf8, latin1 } from "@mailwire/wire";
import { ASTRING, ATOM, CLASSES, FLAG, isIn, QUOTED } from "./characters.ts";
import type { StreamedLiteral } from "./literal.ts";
import type { LongList } from "./long-list.ts";
import { LiteralAhead, Malformed } from "./malformed.ts";
import type { Revision } from "./revision.ts";
import type { SequenceRange } from "./sequence-range.ts";
import { WordCursor } from "./word-cursor.ts";

const LF = 10;
const CR = 13;
const SP = 32;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const TILDE = 126;

/** In one response; servers that do not escape quotes are few, and subjects in one response fewer. */
const MOST_REREADINGS = 16;

const NO_GAPS: readonly Gap[] = [];

/** Something that is not among the bytes because it streamed past: the body of a literal, or the numbers of a search. */
export interface Gap {
  /** Index in the bytes where it belongs. */
  readonly at: number;
  /** What it was. */
  readonly value: StreamedLiteral | { readonly numbers: number[] } | { readonly set: LongList<SequenceRange> };
}

/** Reads the words of IMAP. Every reader throws {@link Malformed} for bytes that are not its own, leaving `at` anywhere. */
export class Cursor extends WordCursor {
  /** How a backslash before a quote that looks like the last is read: some servers do not escape theirs. */
  backslash: "escapes" | "is-text" = "escapes";
  /** Where a string ends: at a quote before a space or a parenthesis, only at one before the beginning of another value, or at the first. */
  quote: "before-space" | "before-value" | "first" = "before-space";
  /** What is enabled: how mailbox names are encoded. */
  revision: Revision = "IMAP4rev1";
  /** How often more a value may be read in another way: each reading may go through all that follows. */
  rereadings = MOST_REREADINGS;
  /** What streamed past. */
  gaps: readonly Gap[] = NO_GAPS;
  /** Where secrets stand: pairs of indexes, first and behind the last byte. */
  secrets: (readonly [from: number, to: number])[] = [];

  /** Begins as {@link WordCursor.reset} does, with nothing that streamed past. */
  override reset(bytes: Uint8Array, start: number, end: number, available: number, offset: number): void {
    super.reset(bytes, start, end, available, offset);
    this.gaps = NO_GAPS;
    this.rereadings = MOST_REREADINGS;
    if (this.secrets.length > 0) this.secrets = [];
  }

  /** astring = 1*ASTRING-CHAR / string */
  astring(): string {
    return this.atString() ? this.string() : this.word(ASTRING);
  }

  /** True where a string begins that is no atom: a quote, the announcement of a literal. */
  atString(): boolean {
    const byte = this.peek();
    return byte === QUOTE || byte === OPEN_BRACE || (byte === TILDE && this.bytes[this.at + 1] === OPEN_BRACE);
  }

  /** string = quoted / literal ; as UTF-8 where it is, else one character per byte */
  string(): string {
    const byte = this.peek();
    if (byte === QUOTE) return this.#quoted();
    if (byte === TILDE) this.#noLiteral8();
    if (byte === OPEN_BRACE || byte === TILDE) return this.#literalText();
    if (this.peer === "client") throw new Malformed("no-string");
    if (this.nil()) {
      this.deviate("nil-for-string");
      return "";
    }
    const { at } = this;
    this.word(FLAG);
    this.deviate("atom-for-string");
    return this.text(at, this.at);
  }

  /** Bytes `from` to `to` as UTF-8 where they are, else one character per byte. */
  text(from: number, to: number): string {
    return decodeUtf8(this.view(from, to)) ?? this.slice(from, to);
  }

  /** nstring = string / nil ; `()` is taken for nil from servers */
  nstring(): string | null {
    if (this.bytes[this.at] === QUOTE) return this.#quoted();
    return this.nil() ? null : this.string();
  }

  /** nstring whose bytes are wanted: a view, null, or the size of what streamed past. */
  data(): Uint8Array | StreamedLiteral | null {
    if (this.peek() === TILDE) this.#noLiteral8();
    return this.data8();
  }

  /** nstring / literal8 (RFC 3516), as {@link data} gives them. */
  data8(): Uint8Array | StreamedLiteral | null {
    const byte = this.peek();
    if (byte === OPEN_BRACE || byte === TILDE) {
      const gap = this.#literalGap();
      if (gap !== undefined) return gap;
      const start = this.#literal();
      return this.view(start, this.at);
    }
    if (this.nil()) return null;
    const start = this.at + 1;
    if (byte !== QUOTE) throw new Malformed("no-string");
    const text = this.#quoted();
    const raw = this.view(start, this.at - 1);
    return text.length === raw.length ? raw : unescape(raw);
  }

  /** number ; from servers also in quotes */
  looseNumber(max?: number): number {
    const { at } = this;
    const quoted = this.peer === "server" && this.skip(QUOTE);
    const value = this.number(max);
    if (quoted) {
      this.expect(QUOTE);
      this.deviate("string-for-number");
    }
    return this.bytes[this.at] === DOT && this.peer === "server" ? this.#floatingNumber(at) : value;
  }

  /** A number as some servers write it when it is large: `1.86931e+06` */
  #floatingNumber(start: number): number {
    this.at = start;
    const text = this.run(ATOM);
    if (!/^\d{1,9}\.\d{1,16}(?:e\+?\d{1,2})?$/i.test(text) || !(Number(text) <= Number.MAX_SAFE_INTEGER)) throw new Malformed("no-number");
    this.deviateAt(start, "floating-number");
    return Math.round(Number(text));
  }

  /** number that is of no weight: what servers say instead of one (NIL, a negative one) is taken for 0 */
  count(): number {
    if (this.peer === "server" && (this.peek() === MINUS || this.nil())) {
      this.deviate(this.peek() === MINUS ? "negative-number" : "nil-for-number");
      if (this.skip(MINUS)) this.number(Infinity);
      return 0;
    }
    return this.looseNumber(Number.MAX_SAFE_INTEGER);
  }

  /** string, as one character per byte whatever it holds. */
  bytesString(): string {
    const data = this.data();
    if (data instanceof Uint8Array) return latin1(data);
    throw data === null ? new Malformed("no-string") : new LiteralAhead();
  }

  /** quoted = DQUOTE *QUOTED-CHAR DQUOTE */
  #quoted(maxBytes: number = this.limits.maxTokenBytes): string {
    const { bytes } = this;
    const start = this.at + 1;
    let at = start;
    let beyondAscii = false;
    let escaped = false;
    for (; ; at += 1) {
      // Four at a time: most of what strings hold is plain.
      while ((classOf(bytes, at) & classOf(bytes, at + 1) & classOf(bytes, at + 2) & classOf(bytes, at + 3) & QUOTED) !== 0) at += 4;
      while ((classOf(bytes, at) & QUOTED) !== 0) at += 1;
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE && this.#endsQuoted(at)) break;
      if (byte > 127) beyondAscii = true;
      else if (byte === BACKSLASH) {
        escaped = true;
        at = this.#skipEscape(at);
      } else if (byte !== QUOTE) this.#controlInQuotes(at);
    }
    if (at - start > maxBytes) throw new Malformed("token-too-long");
    if (at >= this.end) throw new Malformed("open-quote");
    this.at = at + 1;
    const text = beyondAscii ? this.#textInQuotes(start, at) : this.slice(start, at);
    return escaped ? text.replace(/\\(["\\])/g, "$1") : text;
  }

  /** QUOTED-CHAR =/ UTF8-2 / UTF8-3 / UTF8-4 (RFC 9755 section 3), and nothing else beyond ASCII once a client may say that */
  #textInQuotes(from: number, to: number): string {
    if (this.peer === "server" || this.revision === "IMAP4rev1") return this.text(from, to);
    const text = decodeUtf8(this.view(from, to));
    if (text === undefined) throw new Malformed("not-utf8");
    return text;
  }

  /** A control character within quotes, also a line end where the response goes on behind it; the end of it is none. */
  #controlInQuotes(at: number): void {
    if (this.peer === "client" || at >= this.end) throw new Malformed("open-quote");
    this.deviateAt(at, "control-in-string");
  }

  /** Whether the quote at index `at` is the last: one before anything but an end was not escaped, as some servers do. */
  #endsQuoted(at: number): boolean {
    if (this.peer === "client") return true;
    if (this.quote === "before-space" ? isAfterString(this.bytes[at + 1]) : this.quote === "first" || this.#isBeforeValue(at + 1))
      return true;
    this.deviateAt(at, "unescaped-quote");
    return false;
  }

  /** Whether another value begins at index `at`, behind a space, or a list ends. */
  #isBeforeValue(at: number): boolean {
    const { bytes, end } = this;
    if (at >= end || bytes[at] === CLOSE || bytes[at] === OPEN) return true;
    const next = bytes[at + 1] ?? 0;
    return bytes[at] === SP && (next === QUOTE || next === OPEN || next === CLOSE || next === OPEN_BRACE || isNilOrNumber(bytes, at + 1));
  }

  /** The index of what the backslash at index `at` escapes; its own when it is text. */
  #skipEscape(at: number): number {
    const escaped = this.bytes[at + 1];
    if (escaped === QUOTE && this.backslash === "is-text" && isAfterString(this.bytes[at + 2])) return at;
    if (escaped === QUOTE || escaped === BACKSLASH) return at + 1;
    if (this.peer === "client") throw new Malformed("bad-escape");
    this.deviateAt(at, "bad-escape");
    return at;
  }

  /** A literal8 where the grammar has only literals. */
  #noLiteral8(): void {
    if (this.peer === "client") throw new Malformed("literal8");
    this.deviate("literal8-for-literal");
  }

  #literalText(): string {
    if (this.#literalGap() !== undefined) throw new LiteralAhead();
    const start = this.#literal();
    for (let at = start; at < this.at; at += 1) {
      if ((this.bytes[at] ?? 0) > 127) return this.text(start, this.at);
    }
    return this.slice(start, this.at);
  }

  /**
   * literal = "{" number ["+"] "}" CRLF *CHAR8 (RFC 7888), "~" literal (RFC 3516): gives the index of its first byte, moves behind its
   * last. The framing has made sure that it is all here.
   */
  #literal(): number {
    const { start, size } = this.#literalHead();
    if (start + size > this.end) throw new Malformed("bad-literal");
    this.at = start + size;
    return start;
  }

  #literalHead(): { readonly start: number; readonly size: number } {
    this.skip(TILDE);
    const size = this.announcement();
    return { start: this.at, size };
  }

  /** "{" number64 ["+"] "}" CRLF : the size of the literal that follows */
  announcement(): number {
    this.expect(OPEN_BRACE);
    const size = this.peek() === MINUS ? this.#noSize() : this.number(Number.MAX_SAFE_INTEGER);
    const { at } = this;
    if (this.skip(PLUS) && this.peer === "server") this.deviateAt(at, "non-synchronizing-literal");
    this.expect(CLOSE_BRACE);
    if (this.peer === "server") this.noSpace();
    this.skip(CR);
    this.expect(LF);
    return size;
  }

  /** The size of a literal that some servers announce where they have no data: -1 */
  #noSize(): number {
    if (this.peer === "client") throw new Malformed("no-number");
    this.count();
    return 0;
  }

  /** The literal here, when its bytes are not. */
  #literalGap(): StreamedLiteral | undefined {
    if (this.gaps.length === 0) return undefined;
    const { at } = this;
    const { start } = this.#literalHead();
    const gap = this.gap(start);
    if (gap !== undefined && this.peer === "client") throw new LiteralAhead();
    if (gap !== undefined && "size" in gap) return gap;
    this.at = at;
    return undefined;
  }

  /** What streamed past at index `at`. */
  gap(at: number = this.at): Gap["value"] | undefined {
    for (const gap of this.gaps) if (gap.at === at) return gap.value;
    return undefined;
  }

  /** Moves over any value, however long: an atom with its brackets, a string, a list of values. */
  skipValue(): void {
    const { depth } = this;
    do {
      const byte = this.peek();
      if (byte === OPEN) this.open();
      else if (byte === CLOSE) {
        if (this.depth === depth) return;
        this.at += 1;
        this.depth -= 1;
      } else if (byte === QUOTE) this.#quoted(Infinity);
      else if (byte === OPEN_BRACE || byte === TILDE) this.#skipLiteral();
      else if (byte === SP) this.at += 1;
      else if (this.at >= this.end) throw new Malformed("open-list");
      else this.#skipAtom();
    } while (this.depth > depth);
  }

  #skipLiteral(): void {
    if (this.peek() === TILDE && this.bytes[this.at + 1] !== OPEN_BRACE) this.#skipAtom();
    else this.data8();
  }

  #skipAtom(): void {
    const { at: start, end } = this;
    for (let bracket = false; this.at < end; this.at += 1) {
      const byte = this.bytes[this.at];
      if (byte === OPEN_BRACKET) bracket = true;
      else if (byte === CLOSE_BRACKET) bracket = false;
      else if (!bracket && (byte === QUOTE || !isIn(byte, FLAG))) break;
    }
    if (this.at === start) throw new Malformed("bad-character");
  }
}

/** What stands behind a string; a quote before anything else was not escaped. */
function isAfterString(byte: number | undefined): boolean {
  return byte === undefined || byte === SP || byte === CLOSE || byte === OPEN || byte === CR || byte === LF || byte === CLOSE_BRACKET;
}

/** Whether NIL or a number is all of the word at index `at`. */
function isNilOrNumber(bytes: Uint8Array, at: number): boolean {
  let end = at;
  while (isIn(bytes[end], ATOM)) end += 1;
  const word = latin1(bytes, at, end);
  return /^(?:nil|\d+)$/i.test(word);
}

function unescape(raw: Uint8Array): Uint8Array {
  const out = new Uint8Array(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at += 1) {
    const next = raw[at + 1];
    if (raw[at] === BACKSLASH && (next === QUOTE || next === BACKSLASH)) at += 1;
    out[length] = raw[at] ?? 0;
    length += 1;
  }
  return out.subarray(0, length);
}

function classOf(bytes: Uint8Array, at: number): number {
  return CLASSES[bytes[at] ?? 0] ?? 0;
}
