// From a server's bytes, cut anywhere, to responses (RFC 3501 section 7).

import { concat, fromLatin1, keepOne, latin1, ProtocolError, withLimits } from "@mailwire/wire";
import type { Gap } from "./cursor.ts";
import { Cursor } from "./cursor.ts";
import type { Deviation } from "./deviation.ts";
import type { ResponseLimits } from "./limits.ts";
import { DEFAULT_RESPONSE_LIMITS } from "./limits.ts";
import { findAnnouncement } from "./literal.ts";
import type { LiteralAnnouncement } from "./literal.ts";
import { LongList } from "./long-list.ts";
import { scanNumbers, scanRanges } from "./number-list.ts";
import type { SequenceRange } from "./sequence-set.ts";
import { DecodedResponse } from "./decoded-response.ts";
import type { InvalidResponse } from "./response.ts";
import { OpenQuote } from "./open-quote.ts";
import type { Revision } from "./revision.ts";
import type { ResponseEvent } from "./response-event.ts";
import { isFetchArgument, literalMayFollow, readResponse } from "./response-reader.ts";
import type { FetchDataName } from "./responses/fetch-item.ts";
import { readFetchPrefix } from "./responses/fetch-prefix.ts";
import { WaitingBytes } from "./waiting-bytes.ts";

const EMPTY = new Uint8Array(0);
const NOTHING: readonly Deviation[] = [];
const NO_RESPONSE: InvalidResponse = { type: "invalid", reason: "", raw: EMPTY };
const CR = 13;
const SP = 32;
const CLOSE = 41;
const CLOSE_BRACE = 125;
/** How much of the two ends of a response tells whether a literal may follow. */
const CONTEXT_BYTES = 128;

/** How many bytes of a response may be read once more, beside as many as it has: many large literals must not cost their square. */
const CREDIT_BYTES = 64 * 1024;

/** Something of the current response that passes without being held. */
type Stream =
  | { readonly type: "literal"; remaining: number }
  | { readonly type: "numbers"; readonly numbers: number[] }
  | { readonly type: "set"; readonly set: LongList<SequenceRange> };

/**
 * Decodes what a server sends. Give it bytes with {@link push}, then ask {@link next} until it has no more.
 *
 * It throws a remote `ProtocolError` (`response-too-big`, `literal-too-big`, `search-too-big`) when a limit is broken, and is of no use after
 * that. All else that is odd is a deviation, an `invalid` item or an `invalid` response.
 */
export class ResponseDecoder {
  readonly #limits: ResponseLimits;
  readonly #longLineBytes: number;
  readonly #waiting = new WaitingBytes();
  readonly #cursor: Cursor;
  /** What of the current response stands before something that streamed past; the rest of it waits. */
  #head: Uint8Array = EMPTY;
  #gaps: Gap[] = [];
  /** How much of it was in events. */
  #told = 0;
  #stream: Stream | undefined;
  /** From where a line end is to be looked for, and where the line begins that it ends; counted from the first waiting byte. */
  #scanned = 0;
  #line = 0;
  /** A line has ended that may go on, which only the next one tells; how far its end has been looked for. */
  #awaitsLine = false;
  #ahead = 0;
  readonly #quotes = new OpenQuote();
  /** Whether the line that waits may be the results of a search. */
  #mayBeList = true;
  /** What reading the current response up to its large literals, again and again, may still cost. */
  #credit = CREDIT_BYTES;
  /** Deviations before the current response. */
  #before: Deviation[] = [];

  constructor(limits?: Partial<ResponseLimits>) {
    keepOne(ResponseDecoder);
    keepOne(DecodedResponse, NO_RESPONSE, NOTHING, EMPTY, 0, 0);
    this.#limits = withLimits(DEFAULT_RESPONSE_LIMITS, limits);
    const { streamSearchBytes, maxResponseBytes } = this.#limits;
    // Whether a line is read as it comes must not depend on how the stream is cut.
    this.#longLineBytes = streamSearchBytes === Infinity ? Infinity : Math.min(streamSearchBytes, maxResponseBytes);
    this.#cursor = new Cursor("server", this.#limits);
  }

  /** What was enabled: mailbox names are read accordingly. May be changed between responses. */
  get revision(): Revision {
    return this.#cursor.revision;
  }

  /** Takes what was enabled. */
  set revision(revision: Revision) {
    this.#cursor.revision = revision;
  }

  /** Bytes that were pushed and belong to no event yet: must be 0 before a TLS handshake. */
  get pending(): number {
    return this.#head.length + this.#waiting.length;
  }

  /** Takes bytes; views of them are kept. */
  push(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
  }

  /** The next thing found; `undefined` when more bytes are needed. */
  next(): ResponseEvent | undefined {
    if (this.#stream?.type === "literal") return this.#nextChunk(this.#stream);
    if (this.#stream !== undefined && !this.#scanList(this.#stream)) return undefined;
    const waiting = this.#waiting;
    if (this.#awaitsLine && !this.#hasLineAhead(waiting.start)) return undefined;
    for (;;) {
      const lf = waiting.indexOfLf(waiting.start + this.#scanned);
      if (this.#startsList(lf)) return this.next();
      if (lf === -1) {
        this.#scanned = Math.max(this.#scanned, waiting.length);
        this.#checkSize(this.#scanned);
        if (waiting.length === 0) this.#rest();
        return undefined;
      }
      this.#checkSize(lf - waiting.start);
      const event = this.#endLine(lf);
      if (event !== undefined) return event;
      if (this.#awaitsLine) return undefined;
    }
  }

  /** Lets go of what was read. */
  #rest(): void {
    this.#waiting.release();
    this.#cursor.reset(EMPTY, 0, 0, 0, 0);
  }

  /** What the line that ends at `lf` completes; `undefined` when it goes on with a literal that is held, or was empty. */
  #endLine(lf: number): ResponseEvent | undefined {
    const waiting = this.#waiting;
    const lineStart = waiting.start + this.#line;
    const lineEnd = waiting.bytes[lf - 1] === CR && lf > lineStart ? lf - 1 : lf;
    const textEnd = withoutSpaces(waiting.bytes, lineStart, lineEnd);
    const literal = findAnnouncement(waiting.bytes, lineStart, textEnd);
    if (literal === undefined || textEnd - literal.at > LONGEST_ANNOUNCEMENT_BYTES || !this.#isLiteral(literal)) {
      const goesOn = this.#goesOn(lf, lineEnd);
      if (!goesOn && !this.#awaitsLine) return this.#finish(lf, lineEnd);
      this.#scanned = lf + (goesOn ? 1 : 0) - waiting.start;
      return undefined;
    }
    if (literal.size > this.#limits.maxLiteralBytes || literal.size === Infinity)
      throw this.#failure("literal-too-big", `a literal of ${literal.size} bytes`);
    const event = literal.size > this.#limits.streamLiteralBytes ? this.#startLiteral(lf, literal.size) : undefined;
    if (event !== undefined) return event;
    this.#line = lf + 1 + literal.size - waiting.start;
    this.#quotes.restart(this.#line);
    this.#scanned = this.#line;
    this.#checkSize(this.#line);
    return undefined;
  }

  /**
   * True when the FETCH response does not end with the line that ends at `lf`: some servers fold strings as mail does, or end a line where
   * a literal ends or should begin. What follows tells, so it is waited for.
   */
  #goesOn(lf: number, lineEnd: number): boolean {
    const { bytes, start } = this.#waiting;
    this.#awaitsLine = false;
    if (bytes[lineEnd - 1] === CLOSE || !this.#isFetch(lf)) return false;
    const isOpen = this.#quotes.isOpen(bytes, start, lineEnd);
    if (!isOpen && bytes[lineEnd - 1] !== CLOSE_BRACE && (this.#line === 0 || lineEnd > start + this.#line)) return false;
    this.#ahead = Math.max(this.#ahead, lf + 1 - start);
    this.#awaitsLine = !this.#hasLineAhead(start);
    if (this.#awaitsLine) return false;
    const next = start + this.#ahead;
    this.#ahead = 0;
    const line = latin1(bytes, lf + 1, Math.min(next, lf + 1 + CONTEXT_BYTES));
    return isOpen ? next - lf > 2 && !RESPONSE_BEGINNING.test(line) : LIST_REST.test(line);
  }

  /** Whether the line behind the one that may go on is here; then `#ahead` is its end. */
  #hasLineAhead(start: number): boolean {
    const next = this.#waiting.indexOfLf(start + this.#ahead);
    this.#ahead = next === -1 ? this.#waiting.length : next - start;
    if (next === -1) this.#checkSize(this.#ahead);
    return next !== -1;
  }

  #isFetch(lf: number): boolean {
    const { bytes, start } = this.#waiting;
    const [from, end] = this.#head.length > 0 ? [0, this.#head.length] : [start, lf];
    return FETCH_BEGINNING.test(latin1(this.#head.length > 0 ? this.#head : bytes, from, Math.min(end, from + CONTEXT_BYTES)));
  }

  /** Whether what looks like the announcement of a literal is one: text for people may end in anything. */
  #isLiteral(literal: LiteralAnnouncement): boolean {
    const { bytes, start } = this.#waiting;
    return (this.#head.length === 0 && isFetchArgument(bytes, start, literal.at)) || literalMayFollow(this.#context(literal));
  }

  /** The beginning and the end of what stands before a literal. */
  #context({ at }: LiteralAnnouncement): string {
    const { bytes, start } = this.#waiting;
    const size = at - start;
    const begin = this.#head.length > 0 ? latin1(this.#head, 0, Math.min(this.#head.length, CONTEXT_BYTES)) : "";
    if (size <= 2 * CONTEXT_BYTES) return begin + latin1(bytes, start, at);
    return begin + latin1(bytes, start, start + CONTEXT_BYTES) + latin1(bytes, at - CONTEXT_BYTES, at);
  }

  /** Reads the response whose last line ends at `lf`. */
  #finish(lf: number, lineEnd: number): ResponseEvent | undefined {
    const waiting = this.#waiting;
    const cursor = this.#cursor;
    let { bytes, start, offset, end: available } = waiting;
    let end = lineEnd;
    let after = lf + 1;
    if (this.#head.length > 0) {
      bytes = concat([this.#head, waiting.bytes.subarray(start, after)]);
      offset += start - this.#head.length;
      end += this.#head.length - start;
      after = available = bytes.length;
      start = 0;
    } else if (bytes[start] === 0) {
      this.#deviateBefore("nul", start);
      while (bytes[start] === 0) start += 1;
    }
    this.#startLine(lf + 1);
    if (start === end) {
      this.#deviateBefore("empty-line", lf);
      return undefined;
    }
    cursor.reset(bytes, start, end, available, offset);
    cursor.gaps = this.#gaps;
    const response = readResponse(cursor);
    if (lineEnd === lf) cursor.deviate("bare-lf");
    const event = new DecodedResponse(response, this.#takeDeviations(), bytes, start + this.#told, after);
    if (this.#gaps.length > 0) {
      this.#gaps = [];
      this.#head = EMPTY;
      this.#told = 0;
    }
    this.#credit = CREDIT_BYTES;
    return event;
  }

  #deviateBefore(code: string, index: number): void {
    // One of a kind is enough: a peer that sends nothing else must not fill memory.
    if (this.#before.some((deviation) => deviation.code === code)) return;
    this.#before.push({ code, offset: this.#waiting.offset + index });
  }

  #takeDeviations(): readonly Deviation[] {
    const { deviations } = this.#cursor;
    if (this.#before.length === 0) return deviations ?? NOTHING;
    const all = [...this.#before, ...(deviations ?? NOTHING)];
    this.#before = [];
    return all;
  }

  /** Begins to stream the literal announced by the line that ends at `lf`, where it is data of a message. */
  #startLiteral(lf: number, size: number): ResponseEvent | undefined {
    const waiting = this.#waiting;
    this.#credit += size - this.#head.length - (lf - waiting.start);
    if (this.#credit < 0) return undefined;
    const head = concat([this.#head, waiting.bytes.slice(waiting.start, lf + 1)]);
    const gap: Gap = { at: head.length, value: { size } };
    this.#cursor.reset(head, 0, head.length, head.length, waiting.offset);
    this.#cursor.gaps = [...this.#gaps, gap];
    const prefix = readFetchPrefix(this.#cursor);
    const item = prefix?.items.at(-1);
    if (prefix === undefined || item === undefined || !("data" in item) || item.data !== gap.value) return undefined;
    this.#interrupt(head, gap, lf + 1);
    this.#stream = { type: "literal", remaining: size };
    const raw = [head.subarray(this.#told)];
    this.#told = head.length;
    const name: FetchDataName =
      item.type === "BINARY[]"
        ? { type: item.type, part: item.part, origin: item.origin }
        : item.type === "BODY[]"
          ? { type: item.type, section: item.section, origin: item.origin }
          : { type: item.type };
    const message = prefix.type === "FETCH" ? { sequenceNumber: prefix.sequenceNumber } : { uid: prefix.uid };
    return { type: "literal-start", ...message, items: prefix.items.slice(0, -1), item: name, raw, size };
  }

  #nextChunk(stream: { remaining: number }): ResponseEvent | undefined {
    if (stream.remaining === 0) {
      this.#stream = undefined;
      return { type: "literal-end" };
    }
    const count = Math.min(stream.remaining, this.#waiting.length);
    if (count === 0) return undefined;
    stream.remaining -= count;
    return { type: "literal-chunk", bytes: this.#waiting.take(count) };
  }

  /** Sets apart a response's head: what stands behind it streams past. */
  #interrupt(head: Uint8Array, gap: Gap, restAt: number): void {
    this.#head = head;
    this.#checkSize(0);
    this.#gaps.push(gap);
    this.#startLine(restAt);
  }

  /** A line begins with the byte at index `at`, before which nothing waits any more. */
  #startLine(at: number): void {
    this.#waiting.start = at;
    this.#line = this.#scanned = 0;
    this.#quotes.restart(0);
    this.#mayBeList = true;
  }

  /** Begins to read the results of a search as they come, when this is a long line of them. */
  #startsList(lf: number): boolean {
    const { bytes, start, end } = this.#waiting;
    if (!this.#mayBeList || (lf === -1 ? end : lf) - start < this.#longLineBytes || this.#line > 0 || this.#head.length > 0) return false;
    const head = LIST_HEAD.exec(latin1(bytes, start, Math.min(end, start + 2 * CONTEXT_BYTES)))?.[0];
    if (head === undefined) {
      // More of the line changes nothing once all that is looked at is here.
      this.#mayBeList = end - start < 2 * CONTEXT_BYTES;
      return false;
    }
    const isSet = /^\* E/i.test(head);
    this.#stream = isSet ? { type: "set", set: new LongList() } : { type: "numbers", numbers: [] };
    this.#interrupt(fromLatin1(head), { at: head.length, value: this.#stream }, start + head.length);
    return true;
  }

  /** Reads what is here of a long list; tells whether its end was seen. The last number is left to the reader of the response. */
  #scanList(stream: Exclude<Stream, { type: "literal" }>): boolean {
    const waiting = this.#waiting;
    const { bytes, end } = waiting;
    const list = stream.type === "set" ? stream.set : stream.numbers;
    waiting.start =
      stream.type === "set"
        ? scanRanges(bytes, waiting.start, end, stream.set.end)
        : scanNumbers(bytes, waiting.start, end, stream.numbers);
    if (list.length > this.#limits.maxSearchNumbers) throw this.#failure("search-too-big", `a search with ${list.length} results`);
    let at = waiting.start;
    // Two numbers of ten digits and a colon: what is longer is not of the list.
    const longest = at + 32;
    while (at < end && at < longest && isOfRange(bytes[at] ?? 0)) at += 1;
    if (at === end) return false;
    this.#stream = undefined;
    return true;
  }

  #checkSize(waiting: number): void {
    if (this.#head.length + waiting > this.#limits.maxResponseBytes) {
      throw this.#failure("response-too-big", `a response of more than ${this.#limits.maxResponseBytes} bytes`);
    }
  }

  #failure(code: string, message: string): ProtocolError {
    return new ProtocolError("remote", code, message, { offset: this.#waiting.offset + this.#waiting.start });
  }
}

/** Braces with a number of 63 bits: what is longer announces nothing that can be. */
const LONGEST_ANNOUNCEMENT_BYTES = 21;
/** A response whose strings may be folded. */
const FETCH_BEGINNING = /^\* \d+ (?:UID)?FETCH \(/i;
/** A line that is no more of a string: it begins another response, or is nothing but the end of the one before. */
const RESPONSE_BEGINNING = /^(?:\* |\+(?: |\r|$)|[^ "()*+%\\{]{1,40} (?:OK|NO|BAD)(?:[ \r]|$)|\)\r?$)/i;

/** A line that begins with the end of a list. */
const LIST_REST = /^ *\)/;

/** Index of the first of the spaces before index `end`. */
function withoutSpaces(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] === SP) at -= 1;
  return at;
}

/** The head of a SEARCH or ESEARCH response, up to its results. */
const LIST_HEAD =
  /^\* (?:SEARCH |SORT |ESEARCH(?: \(TAG (?:"[^"\\]*"|[^ ()"]+)(?: MAILBOX (?:"[^"\\]*"|[^ ()"{]+) UIDVALIDITY \d+)?\))?(?: UID)?(?: (?:MIN|MAX|COUNT|MODSEQ) \d+)* (?:ALL |PARTIAL \(-?\d+:-?\d+ ))(?=\d)/i;

function isOfRange(byte: number): boolean {
  return byte >= 48 && byte <= 58;
}
