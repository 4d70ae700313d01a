// A window into a list of results (RFC 9394 section 3.1).

import type { Cursor } from "./cursor.ts";
import { Malformed } from "./malformed.ts";
import type { Writer } from "./writer.ts";
import { unsayable } from "./writer.ts";

/** Some of many results, by their positions from 1; negative ones count from the end: -1 is the last. Both have the same sign. */
export interface PartialWindow {
  /** Where it begins. */
  readonly first: number;
  /** Where it ends, itself included. */
  readonly last: number;
}

const MINUS = 45;
const COLON = 58;

/** partial-range = nz-number ":" nz-number / MINUS nz-number ":" MINUS nz-number */
export function readPartialWindow(cursor: Cursor): PartialWindow {
  const first = readPosition(cursor);
  cursor.expect(COLON);
  const last = readPosition(cursor);
  if (first > 0 !== last > 0) throw new Malformed("bad-partial");
  return { first, last };
}

function readPosition(cursor: Cursor): number {
  return cursor.skip(MINUS) ? -cursor.nzNumber() : cursor.nzNumber();
}

/** See {@link readPartialWindow}. */
export function writePartialWindow(writer: Writer, { first, last }: PartialWindow): void {
  if (first === 0 || last === 0 || first > 0 !== last > 0) throw unsayable(`the window ${first}:${last}`);
  const sign = first < 0 ? "-" : "";
  writer.raw(sign).number(Math.abs(first)).raw(`:${sign}`).number(Math.abs(last));
}
