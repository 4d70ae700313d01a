// Finds the lines in a stream of chunks without an object per line: one text per chunk, and where in it the current line stands.
// (wire's LineReader makes views; at several million lines a second the views cost more than the parsing.)

import { latin1 } from "@mailwire/wire";

const CR = 13;
const NOTHING = new Uint8Array();

/** Moves from line to line over chunks that were cut anywhere. LF ends a line; whether CR stood before it is told. Lines over the limit are cut short, never kept. */
export class LineCursor {
  /** Holds the current line, one character per byte. */
  text = "";
  /** Where the current line starts in {@link LineCursor.text}. */
  start = 0;
  /** Where it ends, without its line end. */
  end = 0;
  /** Where it ends, with its line end. */
  stop = 0;
  /** Offset of the current line in the stream. */
  offset = 0;
  /** True when the current line was longer than the limit, its line end included; {@link LineCursor.text} then holds only its beginning. */
  tooLong = false;

  /** The most bytes that a line may have, its line end included. */
  readonly maxLineBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #chunk: Uint8Array = NOTHING;
  /** Text of `#chunk` from `#from` on, as far as it was needed. */
  #window = "";
  #from = 0;
  /** The next unread character of `#window`. */
  #at = 0;
  /** The beginning of a line whose end has not come, at most `maxLineBytes + 1` of it; all of it counts in `#heldBytes`. */
  #held = "";
  #heldBytes = 0;
  /** Stream offset of `#chunk[0]`. */
  #base = 0;

  constructor(maxLineBytes: number) {
    this.maxLineBytes = maxLineBytes;
  }

  /** Adds bytes; they are kept as they are until {@link LineCursor.next} needs them. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#unread === 0 && this.#chunks.length === 0) this.#enter(chunk);
    else this.#chunks.push(chunk);
  }

  /** Moves to the next complete line; false when there is none. */
  next(): boolean {
    while (this.#at < this.#window.length || this.#read()) {
      const lf = this.#window.indexOf("\n", this.#at);
      if (lf !== -1) {
        this.#moveTo(lf + 1);
        return true;
      }
      this.#hold();
    }
    return false;
  }

  /** How many bytes wait: unread ones and those of an unfinished line. */
  get pending(): number {
    let bytes = this.#heldBytes + this.#unread;
    for (const chunk of this.#chunks) bytes += chunk.length;
    return bytes;
  }

  /** How many bytes of an unfinished line are kept in memory. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** Unread bytes as they came: a view of the first chunk that has some, empty when none wait. Only between lines. */
  peekBytes(): Uint8Array {
    if (this.#unread === 0) this.#open();
    return this.#chunk.subarray(this.#from + this.#at);
  }

  /** Steps over `count` of the bytes that {@link LineCursor.peekBytes} gave. */
  skipBytes(count: number): void {
    this.#at += count;
  }

  /** Offset in the stream of the next unread byte. */
  get position(): number {
    return this.#base + this.#from + this.#at;
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#base = this.position;
    this.#chunks.length = 0;
    this.#chunk = NOTHING;
    this.#window = this.#held = "";
    this.#from = this.#at = this.#heldBytes = 0;
  }

  get #unread(): number {
    return this.#chunk.length - this.#from - this.#at;
  }

  #moveTo(stop: number): void {
    if (this.#heldBytes === 0) {
      this.text = this.#window;
      this.start = this.#at;
      this.stop = stop;
      this.offset = this.#base + this.#from + this.#at;
      this.tooLong = stop - this.#at > this.maxLineBytes;
      if (this.tooLong) this.stop = this.#at + this.maxLineBytes;
    } else {
      const length = this.#heldBytes + stop - this.#at;
      this.offset = this.#base + this.#from + this.#at - this.#heldBytes;
      this.text = this.#held + this.#window.slice(this.#at, stop);
      this.start = 0;
      this.tooLong = length > this.maxLineBytes;
      this.stop = Math.min(length, this.maxLineBytes);
      this.#held = "";
      this.#heldBytes = 0;
    }
    this.#at = stop;
    if (this.tooLong) this.end = this.stop;
    else this.end = this.text.charCodeAt(this.stop - 2) === CR && this.stop - 2 >= this.start ? this.stop - 2 : this.stop - 1;
  }

  /** Puts aside what is left of the window: the beginning of a line. */
  #hold(): void {
    const room = this.maxLineBytes + 1 - this.#held.length;
    if (room > 0) this.#held += this.#window.slice(this.#at, this.#at + room);
    this.#heldBytes += this.#window.length - this.#at;
    this.#at = this.#window.length;
  }

  /** Makes a new window; false when there are no more bytes. */
  #read(): boolean {
    if (this.#unread === 0 && !this.#open()) return false;
    this.#from += this.#at;
    this.#at = 0;
    this.#window = latin1(this.#chunk, this.#from);
    return true;
  }

  #open(): boolean {
    const chunk = this.#chunks.shift();
    // What was read to its end is let go: its memory, and who knows what it is a view of.
    this.#enter(chunk ?? NOTHING);
    return chunk !== undefined;
  }

  #enter(chunk: Uint8Array): void {
    this.#base += this.#chunk.length;
    this.#chunk = chunk;
    this.#window = "";
    this.#from = this.#at = 0;
  }
}
