// A place in the bytes of one command or response, and what is read without knowing more: single bytes, spaces, numbers
// (RFC 3501 section 9). Text is sliced from one string for the whole chunk.

import { latin1 } from "@mailwire/wire";
import { isIn } from "./characters.ts";
import type { Deviation } from "./deviation.ts";
import { Malformed } from "./malformed.ts";

const SP = 32;

/** The largest `number`, `nz-number`: 32 bits. */
const MAX_NUMBER = 0xffff_ffff;
/** The largest modification sequence and `number64`: 63 bits. */
const MAX_NUMBER_63 = 0x7fff_ffff_ffff_ffffn;
/** The largest unsigned number of 64 bits. */
const MAX_NUMBER_64 = 0xffff_ffff_ffff_ffffn;

/** Reads bytes one after the other. Every reader throws {@link Malformed} for bytes that are not its own, leaving `at` anywhere. */
export class Scanner {
  /** The bytes around the command or response. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Index of the next byte. */
  at = 0;
  /** Index behind the last byte, where the line ends. */
  end = 0;
  #offset = 0;
  #deviations: Deviation[] | undefined;
  #text = "";
  #textOf: Uint8Array | undefined;
  #textStart = 0;
  #textEnd = 0;

  /** Begins with bytes `start` to `end`; `offset` is that of `bytes[0]` in the stream, `available` where `bytes` end. */
  reset(bytes: Uint8Array, start: number, end: number, available: number, offset: number): void {
    if (this.#textOf !== bytes || start < this.#textStart || end > this.#textEnd) {
      this.#text = latin1(bytes, start, available);
      this.#textOf = bytes;
      this.#textStart = start;
      this.#textEnd = available;
    }
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.#offset = offset;
    this.#deviations = undefined;
  }

  /** What was tolerated since {@link reset}. */
  get deviations(): readonly Deviation[] | undefined {
    return this.#deviations;
  }

  /** How much was tolerated since {@link reset}. */
  get tolerated(): number {
    return this.#deviations?.length ?? 0;
  }

  /** Notes again what was forgotten. */
  remember(deviations: readonly Deviation[]): void {
    (this.#deviations ??= []).push(...deviations);
  }

  /** Forgets what was tolerated behind the first `count`: what was read is read in another way. */
  forget(count: number): void {
    this.#deviations?.splice(count);
  }

  /** Notes that something here was tolerated. */
  deviate(code: string): void {
    this.deviateAt(this.at, code);
  }

  /** Notes that something at index `at` was tolerated. */
  deviateAt(at: number, code: string): void {
    (this.#deviations ??= []).push({ code, offset: this.#offset + at });
  }

  /** The next byte. At the end it is that of the line end, which nothing in a line is equal to, or -1. */
  peek(): number {
    return this.bytes[this.at] ?? -1;
  }

  /** Bytes `from` to `to` as text, one character per byte. */
  slice(from: number, to: number): string {
    return this.#text.slice(from - this.#textStart, to - this.#textStart);
  }

  /** Bytes `from` to `to` as a view. */
  view(from: number, to: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, to - from);
  }

  /** Moves over `byte` when it is the next one; tells whether it was. */
  skip(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  /** Moves over `byte`. */
  expect(byte: number): void {
    if (!this.skip(byte)) throw new Malformed("unexpected-byte");
  }

  /** SP, and more than one where that is tolerated. */
  space(): void {
    if (this.bytes[this.at] === SP) this.at += 1;
    else this.otherSpace();
    if (this.bytes[this.at] === SP) this.#extraSpaces();
  }

  /** What stands where a space should. */
  protected otherSpace(): void {
    throw new Malformed("no-space");
  }

  /** Moves over spaces where none belongs: before `)` and at the end. */
  noSpace(): void {
    if (this.peek() === SP) this.#extraSpaces();
  }

  /** Moves over spaces when nothing follows them. */
  noTrailingSpace(): void {
    let at = this.at;
    while (this.bytes[at] === SP) at += 1;
    if (at >= this.end) this.noSpace();
  }

  #extraSpaces(): void {
    this.deviate("extra-space");
    while (this.peek() === SP) this.at += 1;
  }

  /** Moves to the first byte that is in none of `classes` and gives the text before it, which may be empty. */
  run(classes: number): string {
    const start = this.at;
    while (isIn(this.bytes[this.at], classes)) this.at += 1;
    return this.slice(start, this.at);
  }

  /** number = 1*DIGIT, up to `max`. */
  number(max: number = MAX_NUMBER): number {
    const { bytes } = this;
    const start = this.at;
    let at = start;
    let value = 0;
    for (;;) {
      const digit = (bytes[at] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at += 1;
    }
    if (at === start) throw new Malformed("no-number");
    if (!(value <= max)) throw new Malformed("number-too-big");
    this.at = at;
    return value;
  }

  /** nz-number = digit-nz *DIGIT */
  nzNumber(): number {
    const value = this.number();
    if (value === 0) throw new Malformed("zero");
    return value;
  }

  /** number of up to 63 bits (RFC 7162 mod-sequence-value) */
  number63(): bigint {
    const start = this.at;
    const value = this.number(Infinity);
    const exact = value <= Number.MAX_SAFE_INTEGER ? BigInt(value) : this.#bigNumber(start);
    if (exact > MAX_NUMBER_63) throw new Malformed("number-too-big");
    return exact;
  }

  /** number of up to 64 bits, unsigned: what some servers count messages and bytes with */
  number64(): bigint {
    const start = this.at;
    this.number(Infinity);
    const exact = this.#bigNumber(start);
    if (exact > MAX_NUMBER_64) throw new Malformed("number-too-big");
    return exact;
  }

  #bigNumber(start: number): bigint {
    // 20 digits are enough for 63 bits; converting more takes time for nothing.
    if (this.at - start > 20) throw new Malformed("number-too-big");
    return BigInt(this.slice(start, this.at));
  }

  /** True when a digit is next. */
  atNumber(): boolean {
    const byte = this.peek();
    return byte >= 48 && byte <= 57;
  }
}
