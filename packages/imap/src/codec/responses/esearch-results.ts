// Results of ESEARCH that extensions add: some of them (RFC 9394), their scores (RFC 6203), what changed of them (RFC 5267).

import type { Cursor } from "../cursor.ts";
import { readPartialWindow, writePartialWindow } from "../partial-window.ts";
import type { PartialWindow } from "../partial-window.ts";
import { Malformed } from "../malformed.ts";
import { formatSequenceSet, readSequenceSet } from "../sequence-set.ts";
import type { SequenceSet } from "../sequence-set.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** Some of the messages found. */
export interface PartialResult {
  /** Which of them were asked for. */
  readonly window: PartialWindow;
  /** These; null where none of those found are in the window. */
  readonly set: SequenceSet | null;
}

/** Messages that joined the results of a search, or left them. To be applied in the order in which they came. */
export interface ContextUpdate {
  /** Whether they joined or left. */
  readonly type: "ADDTO" | "REMOVEFROM";
  /** Where and which, at least one. */
  readonly changes: readonly ContextChange[];
}

/** Messages at one place of the results. */
export interface ContextChange {
  /** The position of the first of them, from 1; 0 is wherever they belong by their numbers. */
  readonly position: number;
  /** The messages in the order of the results. */
  readonly set: SequenceSet;
}

const CLOSE = 41;
const MAX_SCORE = 100;

/** ret-data-partial = "PARTIAL" SP "(" partial-range SP partial-results ")" ; partial-results = sequence-set / "NIL" */
export function readPartialResult(cursor: Cursor): PartialResult {
  cursor.open();
  const window = readPartialWindow(cursor);
  cursor.space();
  const set = cursor.nil() ? null : readSequenceSet(cursor);
  if (!cursor.closes()) cursor.expect(CLOSE);
  return { window, set };
}

/** See {@link readPartialResult}. */
export function writePartialResult(writer: Writer, { window, set }: PartialResult): void {
  writePartialWindow(writer.raw("PARTIAL ("), window);
  writer.raw(set === null ? " NIL)" : ` ${formatSequenceSet(set)})`);
}

/** "RELEVANCY" SP score-list ; score-list = "(" [score *(SP score)] ")" ; score = 1*3DIGIT, from 1 to 100 */
export function readScores(cursor: Cursor): readonly number[] {
  const scores: number[] = [];
  cursor.open();
  while (!cursor.closes()) {
    const score = cursor.nzNumber();
    if (score > MAX_SCORE) throw new Malformed("bad-score");
    scores.push(score);
  }
  return scores;
}

/** See {@link readScores}. */
export function writeScores(writer: Writer, scores: readonly number[]): void {
  if (scores.includes(0)) throw unsayable("a score of 0");
  writer.raw("RELEVANCY ").list(scores, (score) => writer.number(score, MAX_SCORE));
}

/** ("ADDTO" / "REMOVEFROM") SP "(" context-position SP sequence-set *(SP context-position SP sequence-set) ")" */
export function readContextUpdate(cursor: Cursor, type: ContextUpdate["type"]): ContextUpdate {
  const changes: ContextChange[] = [];
  cursor.open();
  do {
    const position = cursor.number();
    cursor.space();
    changes.push({ position, set: readSequenceSet(cursor) });
  } while (!cursor.closes());
  return { type, changes };
}

/** See {@link readContextUpdate}. */
export function writeContextUpdate(writer: Writer, { type, changes }: ContextUpdate): void {
  if (changes.length === 0) throw unsayable(`${type} of nothing`);
  writer.raw(`${type} `).list(changes, ({ position, set }) => writer.number(position).raw(` ${formatSequenceSet(set)}`));
}
