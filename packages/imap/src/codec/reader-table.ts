// Which reader follows which keyword. The responses to one command are alike: the keyword that stood in the same place before is tried first.

import type { WordCursor } from "./word-cursor.ts";

/** How many places there are; what comes behind them is always looked up. */
const PLACES = 16;

/** A keyword with its reader. */
export interface KeywordReader<Reader> {
  /** In upper case. */
  readonly name: string;
  /** Reads what follows; `undefined` for a keyword that is not in the table. */
  readonly read: Reader | undefined;
}

/** Readers by keyword. */
export class ReaderTable<Reader> {
  readonly #readers: ReadonlyMap<string, Reader>;
  readonly #last: (KeywordReader<Reader> | undefined)[] = new Array<undefined>(PLACES).fill(undefined);

  constructor(readers: Iterable<readonly [name: string, read: Reader]>) {
    this.#readers = new Map(readers);
  }

  /** Whether there is a reader for `name`. */
  has(name: string): boolean {
    return this.#readers.has(name);
  }

  /** Moves over the next keyword, which is the one at index `place` of its kind, and gives it with its reader. */
  next(cursor: WordCursor, place: number): KeywordReader<Reader> {
    const last = this.#last[place];
    if (last !== undefined && cursor.skipKeyword(last.name)) return last;
    const name = cursor.keyword();
    const found = { name, read: this.#readers.get(name) };
    if (found.read !== undefined && place < PLACES) this.#last[place] = found;
    return found;
  }
}
