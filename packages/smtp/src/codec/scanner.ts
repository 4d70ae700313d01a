// A place in a line and what was odd so far: what the parsers of commands, paths and parameters share.

/**
 * Something in a command that RFC 5321 does not allow but that real peers send, and whose meaning is clear: the line ended with LF alone,
 * spaces stood where none belong, an address had no brackets, came with a source route (allowed, but obsolete), had dots where a local part
 * has none or characters that a domain does not have, or a parameter's value held a `=`.
 */
export type Deviation =
  "bare-lf" | "extra-space" | "no-brackets" | "source-route" | "odd-local-part" | "odd-domain" | "odd-parameter" | "odd-argument";

/** A 1 for each code of a character that is in the set. */
export type CharacterSet = Readonly<Uint8Array>;

/** The ASCII characters that `pattern` matches. */
export function charactersOf(pattern: RegExp): CharacterSet {
  return Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
}

const NO_DEVIATIONS: readonly Deviation[] = [];

const SPACE = 32;
const TAB = 9;

/** A cursor in `text` that may move up to `end`. One character per byte when the text came from the wire. */
export class Scanner {
  text = "";
  at = 0;
  end = 0;
  deviations: readonly Deviation[] = NO_DEVIATIONS;

  /** Points it at another text. */
  reset(text: string, start: number, end: number): this {
    this.text = text;
    this.at = start;
    this.end = end;
    this.deviations = NO_DEVIATIONS;
    return this;
  }

  /** The character at the cursor; -1 at the end. */
  get code(): number {
    return this.at < this.end ? this.text.charCodeAt(this.at) : -1;
  }

  /** Steps over `code` if it stands here. */
  skip(code: number): boolean {
    if (this.code !== code) return false;
    this.at += 1;
    return true;
  }

  /** Steps over spaces and tabs; the number of them. */
  skipSpaces(): number {
    const start = this.at;
    while (this.code === SPACE || this.code === TAB) this.at += 1;
    return this.at - start;
  }

  /** Steps over characters whose codes are in `characters`, and gives them. For short words: a regular expression costs more to begin. */
  run(characters: CharacterSet): string {
    const { text, end, at: start } = this;
    let at = start;
    while (at < end && characters[text.charCodeAt(at)] === 1) at += 1;
    this.at = at;
    return text.slice(start, at);
  }

  /** Steps over what `pattern` (sticky) matches here; false when it matches nothing. */
  skipMatch(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  /** What `pattern` (sticky) matches here, and steps over it; empty when it matches nothing. */
  match(pattern: RegExp): string {
    const start = this.at;
    return this.skipMatch(pattern) ? this.from(start) : "";
  }

  /** The text from `start` to the cursor. */
  from(start: number): string {
    return this.text.slice(start, this.at);
  }

  /** All that is left, and steps over it. */
  rest(): string {
    const start = this.at;
    this.at = this.end;
    return this.from(start);
  }

  /** Notes something odd. */
  odd(deviation: Deviation): void {
    if (!this.deviations.includes(deviation)) this.deviations = [...this.deviations, deviation];
  }
}
