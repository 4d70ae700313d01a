// ESEARCH: what a search found, as it was asked for (RFC 4731, RFC 9051 section 7.3.4).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import { attempt } from "../malformed.ts";
import { formatSequenceSet, readSequenceSet } from "../sequence-set.ts";
import type { SequenceSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import {
  readContextUpdate,
  readPartialResult,
  readScores,
  writeContextUpdate,
  writePartialResult,
  writeScores,
} from "./esearch-results.ts";
import type { ContextUpdate, PartialResult } from "./esearch-results.ts";
import { readCorrelator, writeCorrelator } from "./search-correlator.ts";
import type { SearchCorrelator } from "./search-correlator.ts";

/** A result of ESEARCH that no type names: its text as it came. */
export interface EsearchExtension {
  /** Name of the result. */
  readonly name: string;
  /** Its value as it came. */
  readonly raw: Uint8Array;
}

/** What a search with RETURN found; of an IMAP4rev2 server, any search. */
export interface EsearchResponse extends SearchCorrelator {
  readonly type: "ESEARCH";
  /** What its numbers are. */
  readonly numbering: "sequence" | "uid";
  /** The lowest number. */
  readonly min?: number;
  /** The highest number. */
  readonly max?: number;
  /** How many. */
  readonly count?: number;
  /** All of them; in their order, where they were sorted. */
  readonly all?: SequenceSet;
  /** The highest modification sequence of the messages found (RFC 7162). */
  readonly modSeq?: bigint;
  /** Some of them (RFC 9394). */
  readonly partial?: PartialResult;
  /** How well each of those in `all` or `partial` fits, from 1 to 100, in their order (RFC 6203). */
  readonly relevancy?: readonly number[];
  /** What changed since (RFC 5267), in the order in which it came. */
  readonly updates?: readonly ContextUpdate[];
  /** Results of extensions. */
  readonly extensions: readonly EsearchExtension[];
}

type EsearchDraft = { -readonly [Name in keyof EsearchResponse]: EsearchResponse[Name] } & {
  updates?: ContextUpdate[];
  extensions: EsearchExtension[];
};

const SP = 32;
const OPEN = 40;

/** See {@link EsearchResponse}. */
export const esearchResponse: ResponseGrammar<EsearchResponse> = { read: readEsearchResponse, write: writeEsearchResponse };

/** esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data) */
function readEsearchResponse(cursor: Cursor): EsearchResponse {
  const response: EsearchDraft = { type: "ESEARCH", tag: null, numbering: "sequence", extensions: [] };
  while (cursor.peek() === SP) {
    cursor.space();
    if (cursor.at === cursor.end) break;
    if (cursor.peek() === OPEN) Object.assign(response, readCorrelator(cursor));
    else readResult(cursor, response);
  }
  return response;
}

/** search-return-data = search-modifier-name SP search-return-value ; what cannot be read is kept among the extensions */
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
      readExtension(cursor, name, response);
    },
  );
}

/** "MIN" SP nz-number / "MAX" SP nz-number / "ALL" SP sequence-set / "COUNT" SP number / "MODSEQ" SP mod-sequence-value / … */
function readValue(cursor: Cursor, name: string, response: EsearchDraft): void {
  switch (name) {
    case "ALL":
      response.all = readSequenceSet(cursor);
      break;
    case "MIN":
      response.min = cursor.nzNumber();
      break;
    case "MAX":
      response.max = cursor.nzNumber();
      break;
    case "COUNT":
      response.count = cursor.number();
      break;
    case "MODSEQ":
      response.modSeq = cursor.number63();
      break;
    case "PARTIAL":
      response.partial = readPartialResult(cursor);
      break;
    case "RELEVANCY":
      response.relevancy = readScores(cursor);
      break;
    case "ADDTO":
    case "REMOVEFROM": {
      const update = readContextUpdate(cursor, name);
      (response.updates ??= []).push(update);
      break;
    }
    default:
      readExtension(cursor, name, response);
  }
}

function readExtension(cursor: Cursor, name: string, response: EsearchDraft): void {
  const start = cursor.at;
  cursor.skipValue();
  response.extensions.push({ name, raw: cursor.view(start, cursor.at) });
}

/** See {@link readEsearchResponse}. */
function writeEsearchResponse(writer: Writer, response: EsearchResponse): void {
  const { numbering, min, max, count, all, modSeq, partial, relevancy, updates = [], extensions } = response;
  writer.raw("* ESEARCH");
  writeCorrelator(writer, response);
  if (numbering === "uid") writer.raw(" UID");
  if (min !== undefined) writer.raw(" MIN ").number(min);
  if (max !== undefined) writer.raw(" MAX ").number(max);
  if (count !== undefined) writer.raw(" COUNT ").number(count);
  if (all !== undefined) writer.raw(` ALL ${formatSequenceSet(all)}`);
  if (modSeq !== undefined) writer.raw(" MODSEQ ").number63(modSeq);
  if (partial !== undefined) writePartialResult(writer.raw(" "), partial);
  if (relevancy !== undefined) writeScores(writer.raw(" "), relevancy);
  for (const update of updates) writeContextUpdate(writer.raw(" "), update);
  for (const { name, raw } of extensions) writer.raw(" ").atom(name).raw(" ").verbatim(raw);
}
