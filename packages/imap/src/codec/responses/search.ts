// SEARCH and SORT: the numbers of the messages found (RFC 3501 section 7.2.5, RFC 5256 section 4).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { scanNumbers } from "../number-list.ts";
import { Malformed } from "../malformed.ts";
import type { Writer } from "../writer.ts";

/** Numbers of the messages found. */
export interface SearchResponse {
  /** `SORT`: in the order that was asked for (RFC 5256). */
  readonly type: "SEARCH" | "SORT";
  /** Sequence numbers, or unique identifiers for UID SEARCH, in the order in which they came. */
  readonly numbers: readonly number[];
  /** The highest modification sequence of the messages found (RFC 7162). */
  readonly modSeq?: bigint;
}

const SP = 32;
const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;

/** See {@link SearchResponse}. */
export const searchResponse: ResponseGrammar<SearchResponse> = { read: readSearchResponse, write: writeSearchResponse };

/** ("SEARCH" / "SORT") *(SP nz-number) [SP "(" "MODSEQ" SP mod-sequence-value ")"] */
function readSearchResponse(cursor: Cursor, type: SearchResponse["type"]): SearchResponse {
  if (cursor.at === cursor.end) return { type, numbers: [] };
  cursor.space();
  if (cursor.nil()) return { type, numbers: [] };
  const numbers = readNumbers(cursor);
  if (cursor.peek() !== OPEN) return { type, numbers };
  if (cursor.bytes[cursor.at - 1] !== SP) cursor.deviate("missing-space");
  cursor.openElement();
  if (cursor.keyword() !== "MODSEQ") throw new Malformed("bad-search");
  cursor.space();
  const modSeq = cursor.number63();
  if (!cursor.closes()) cursor.expect(CLOSE);
  cursor.noTrailingSpace();
  if (cursor.at === cursor.end) return { type, numbers, modSeq };
  cursor.space();
  cursor.deviate("numbers-behind-modseq");
  return { type, numbers: [...numbers, ...readNumbers(cursor)], modSeq };
}

function readNumbers(cursor: Cursor): readonly number[] {
  const streamed = cursor.gap();
  const numbers: number[] = streamed !== undefined && "numbers" in streamed ? streamed.numbers : [];
  for (;;) {
    cursor.at = scanNumbers(cursor.bytes, cursor.at, cursor.end, numbers);
    if (!cursor.atNumber()) break;
    const number = cursor.number();
    if (number === 0) cursor.deviate("zero");
    else numbers.push(number);
    if (cursor.skip(COMMA)) cursor.deviate("comma");
    else if (cursor.peek() === SP) cursor.space();
    else break;
  }
  return numbers;
}

/** See {@link readSearchResponse}. */
function writeSearchResponse(writer: Writer, { type, numbers, modSeq }: SearchResponse): void {
  writer.raw(`* ${type}`);
  for (const number of numbers) writer.raw(" ").number(number);
  if (modSeq !== undefined) writer.raw(" (MODSEQ ").number63(modSeq).raw(")");
}
