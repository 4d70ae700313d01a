// SEARCH and ESEARCH (RFC 3501 section 7.2.5, RFC 4731).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { scanNumbers } from "../number-list.ts";
import { attempt, Malformed } from "../malformed.ts";
import { formatSequenceSet, readSequenceSet } from "../sequence-set.ts";
import { readMailboxName } from "../mailbox-name.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { Writer } from "../writer.ts";
import type { SequenceSet } from "../sequence-set.ts";

/** Numbers of the messages found. */
export interface SearchResponse {
  /** `SORT`: in the order that was asked for (RFC 5256). */
  readonly type: "SEARCH" | "SORT";
  /** Sequence numbers, or unique identifiers for UID SEARCH, in the order in which they came. */
  readonly numbers: readonly number[];
  /** The highest modification sequence of the messages found (RFC 7162). */
  readonly modSeq?: bigint;
}

/** A result of ESEARCH that no type names: its text as it came. */
export interface EsearchExtension {
  /** Name of the result. */
  readonly name: string;
  /** Its value as it came. */
  readonly raw: Uint8Array;
}

/** What a search with RETURN found. */
export interface EsearchResponse {
  readonly type: "ESEARCH";
  /** The tag of the command it answers. */
  readonly tag: string | null;
  /** The mailbox that was searched, where several were (RFC 7377). */
  readonly mailbox?: MailboxName;
  /** The UIDVALIDITY of that mailbox. */
  readonly uidValidity?: number;
  /** What its numbers are. */
  readonly numbering: "sequence" | "uid";
  /** The lowest number. */
  readonly min?: number;
  /** The highest number. */
  readonly max?: number;
  /** How many. */
  readonly count?: number;
  /** All of them. */
  readonly all?: SequenceSet;
  /** The highest modification sequence of the messages found (RFC 7162). */
  readonly modSeq?: bigint;
  /** Results of extensions. */
  readonly extensions: readonly EsearchExtension[];
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

type EsearchDraft = { -readonly [Name in keyof EsearchResponse]: EsearchResponse[Name] } & { extensions: EsearchExtension[] };

/** See {@link EsearchResponse}. */
export const esearchResponse: ResponseGrammar<EsearchResponse> = { read: readEsearchResponse, write: writeEsearchResponse };

/**
 * esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data)
 * search-correlator = SP "(" "TAG" SP tag-string ")"
 */
function readEsearchResponse(cursor: Cursor): EsearchResponse {
  const response: EsearchDraft = {
    type: "ESEARCH",
    tag: null,
    numbering: "sequence",
    extensions: [],
  };
  while (cursor.peek() === SP) {
    cursor.space();
    if (cursor.at === cursor.end) break;
    if (cursor.peek() === OPEN) readCorrelator(cursor, response);
    else readResult(cursor, response);
  }
  return response;
}

/** search-correlator = SP "(" one-correlator *(SP one-correlator) ")" ; "TAG" / "MAILBOX" / "UIDVALIDITY" with a value (RFC 7377) */
function readCorrelator(cursor: Cursor, response: EsearchDraft): void {
  cursor.open();
  while (!cursor.closes()) {
    const name = cursor.keyword();
    cursor.space();
    if (name === "TAG") response.tag = cursor.astring();
    else if (name === "MAILBOX") response.mailbox = readMailboxName(cursor);
    else if (name === "UIDVALIDITY") response.uidValidity = cursor.nzNumber();
    else throw new Malformed("bad-esearch");
  }
}

/** search-return-data = "MIN" SP nz-number / "MAX" SP nz-number / "ALL" SP sequence-set / "COUNT" SP number / search-ret-data-ext */
function readResult(cursor: Cursor, response: EsearchDraft): void {
  const name = cursor.keyword();
  if (name === "UID") {
    response.numbering = "uid";
    return;
  }
  if (cursor.at >= cursor.end) {
    cursor.deviate("bad-esearch-result");
    return;
  }
  cursor.space();
  const { at: start, depth, tolerated } = cursor;
  attempt(
    () => readValue(cursor, name, response),
    () => {
      cursor.at = start;
      cursor.depth = depth;
      cursor.forget(tolerated);
      cursor.deviate("bad-esearch-result");
      cursor.skipValue();
      response.extensions.push({ name, raw: cursor.view(start, cursor.at) });
    },
  );
}

function readValue(cursor: Cursor, name: string, response: EsearchDraft): void {
  if (name === "ALL") response.all = readSequenceSet(cursor);
  else if (name === "MIN") response.min = cursor.nzNumber();
  else if (name === "MAX") response.max = cursor.nzNumber();
  else if (name === "COUNT") response.count = cursor.number();
  else if (name === "MODSEQ") response.modSeq = cursor.number63();
  else {
    const start = cursor.at;
    cursor.skipValue();
    response.extensions.push({ name, raw: cursor.view(start, cursor.at) });
  }
}

/** See {@link readSearchResponse}. */
function writeSearchResponse(writer: Writer, { type, numbers, modSeq }: SearchResponse): void {
  writer.raw(`* ${type}`);
  for (const number of numbers) writer.raw(" ").number(number);
  if (modSeq !== undefined) writer.raw(" (MODSEQ ").number63(modSeq).raw(")");
}

function writeCorrelator(writer: Writer, { tag, mailbox, uidValidity }: EsearchResponse): void {
  if (tag === null) return;
  writer.raw(" (TAG ").string(tag);
  if (mailbox !== undefined) writer.raw(" MAILBOX ").bytesString(mailbox.raw);
  if (uidValidity !== undefined) writer.raw(" UIDVALIDITY ").number(uidValidity);
  writer.raw(")");
}

/** See {@link readEsearchResponse}. */
function writeEsearchResponse(writer: Writer, response: EsearchResponse): void {
  const { numbering, min, max, count, all, modSeq, extensions } = response;
  writer.raw("* ESEARCH");
  writeCorrelator(writer, response);
  if (numbering === "uid") writer.raw(" UID");
  if (min !== undefined) writer.raw(" MIN ").number(min);
  if (max !== undefined) writer.raw(" MAX ").number(max);
  if (count !== undefined) writer.raw(" COUNT ").number(count);
  if (all !== undefined) writer.raw(` ALL ${formatSequenceSet(all)}`);
  if (modSeq !== undefined) writer.raw(" MODSEQ ").number63(modSeq);
  for (const { name, raw } of extensions) writer.raw(" ").atom(name).raw(" ").verbatim(raw);
}
