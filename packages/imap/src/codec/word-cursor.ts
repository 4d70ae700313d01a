// The readers of words and lists, as far as they hold no strings: parentheses, atoms, flags, keywords, NIL (RFC 3501 section 9).

import { ATOM, CLASSES, FLAG, FLAG_REST, isIn, KEYWORD, UPPER } from "./characters.ts";
import { InternTable, KeywordTable } from "./intern.ts";
import { Malformed } from "./malformed.ts";
import { Scanner } from "./scanner.ts";

const TAB = 9;
const SP = 32;
const OPEN = 40;
const CLOSE = 41;
const BACKSLASH = 92;

const ATOMS = /* @__PURE__ */ new InternTable();
const KEYWORDS = /* @__PURE__ */ new KeywordTable();

/** Bounds of what a cursor reads. */
export interface CursorLimits {
  /** Bytes of an atom or a quoted string. */
  readonly maxTokenBytes: number;
  /** Parentheses within parentheses. */
  readonly maxNesting: number;
}

/** Reads words. Every reader throws {@link Malformed} for bytes that are not its own, leaving `at` anywhere. */
export class WordCursor extends Scanner {
  /** Whose words are read: servers' deviations are tolerated and noted, clients' strings must follow the grammar. */
  readonly peer: "server" | "client";
  /** Parentheses that are open. */
  depth = 0;
  /** The bounds. */
  protected readonly limits: CursorLimits;

  constructor(peer: "server" | "client", limits: CursorLimits) {
    super();
    this.peer = peer;
    this.limits = limits;
  }

  /** Begins as {@link Scanner.reset} does, with nothing open. */
  override reset(bytes: Uint8Array, start: number, end: number, available: number, offset: number): void {
    super.reset(bytes, start, end, available, offset);
    this.depth = 0;
  }

  /** "(" : a list begins. */
  open(): void {
    if (!this.skip(OPEN)) throw new Malformed("no-list");
    this.nest();
  }

  /** "(" and the spaces behind it, which some servers write: where the first element is not preceded by {@link closes}. */
  openElement(): void {
    this.open();
    this.noSpace();
  }

  /** Goes one level deeper, in a list or in what else nests; `depth` goes down with its end. */
  nest(): void {
    this.depth += 1;
    if (this.depth > this.limits.maxNesting) throw new Malformed("too-deep");
  }

  /** ")" : true and past it when the list ends here; otherwise past the space before its next element. */
  closes(): boolean {
    const spaced = this.bytes[this.at] === SP;
    if (spaced) this.space();
    const byte = this.bytes[this.at];
    if (byte !== CLOSE) {
      if (!spaced && byte !== OPEN) this.#noteMissingSpace();
      return false;
    }
    if (spaced) this.deviate("extra-space");
    this.at += 1;
    this.depth -= 1;
    return true;
  }

  /** Between elements there is a space; servers may forget it, or write a tab. */
  #noteMissingSpace(): void {
    const before = this.bytes[this.at - 1];
    if (before === OPEN || before === SP || this.at >= this.end) return;
    if (this.peer === "client") throw new Malformed("no-space");
    if (this.peek() === TAB) this.otherSpace();
    else this.deviate("missing-space");
  }

  protected override otherSpace(): void {
    if (this.peer === "client" || (this.peek() !== TAB && this.peek() !== OPEN)) super.otherSpace();
    // A list tells by itself where it begins.
    this.deviate(this.peek() === OPEN ? "missing-space" : "tab-for-space");
    while (this.peek() === TAB || this.peek() === SP) this.at += 1;
  }

  /** The end of the command or response; spaces before it are tolerated, other bytes are where servers are read. */
  finish(): void {
    if (this.at === this.end) return;
    this.noSpace();
    if (this.at === this.end) return;
    if (this.peer === "client") throw new Malformed("trailing-data");
    this.deviate("trailing-data");
    this.at = this.end;
  }

  /** atom = 1*ATOM-CHAR */
  atom(): string {
    return this.word(ATOM);
  }

  /** A flag as servers write them: 1*<any but CTL, SP and parentheses>, or "\" and as many without another backslash */
  flag(): string {
    return this.peek() === BACKSLASH ? this.word(FLAG_REST, 1) : this.word(FLAG);
  }

  /** A word of one class of characters, of which the first `any` may be of any class. */
  protected word(characters: number, any = 0): string {
    const { bytes, at: start } = this;
    let at = start + any;
    let hash = any;
    for (; ; at += 1) {
      const byte = bytes[at] ?? 0;
      if (((CLASSES[byte] ?? 0) & characters) === 0) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    this.#advanceToken(start, at);
    return ATOMS.get(bytes, start, at, hash);
  }

  /** The name of a command, a response, an item: ATOM-CHARs up to `[` or `<`, in upper case. */
  keyword(): string {
    const { bytes, at: start } = this;
    let at = start;
    let hash = 0;
    for (; ; at += 1) {
      const byte = bytes[at] ?? 0;
      if (((CLASSES[byte] ?? 0) & KEYWORD) === 0) break;
      hash = (Math.imul(hash, 31) + (UPPER[byte] ?? 0)) | 0;
    }
    this.#advanceToken(start, at);
    return KEYWORDS.get(bytes, start, at, hash);
  }

  /** Moves over `keyword`, which is in upper case, when it is the next one; tells whether it was. */
  skipKeyword(keyword: string): boolean {
    const { bytes, at: start } = this;
    const { length } = keyword;
    for (let index = 0; index < length; index += 1) {
      if (UPPER[bytes[start + index] ?? 0] !== keyword.charCodeAt(index)) return false;
    }
    if (isIn(bytes[start + length], KEYWORD)) return false;
    this.at = start + length;
    return true;
  }

  #advanceToken(start: number, end: number): void {
    if (end === start) throw new Malformed("no-atom");
    if (end - start > this.limits.maxTokenBytes) throw new Malformed("token-too-long");
    this.at = end;
  }

  /** nil = "NIL" */
  nil(): boolean {
    const { bytes, at } = this;
    const first = this.peek();
    if (first === 78 || first === 110) {
      if (UPPER[bytes[at + 1] ?? 0] !== 73 || UPPER[bytes[at + 2] ?? 0] !== 76 || isIn(bytes[at + 3], ATOM)) return false;
      this.at = at + 3;
      return true;
    }
    if (first !== OPEN || bytes[at + 1] !== CLOSE || this.peer === "client") return false;
    this.deviate("empty-list-for-nil");
    this.at = at + 2;
    return true;
  }
}
