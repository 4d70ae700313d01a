// SORT, THREAD and their UID forms (RFC 5256, RFC 5957).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { readSearchKeys, writeSearchKeys } from "./search.ts";
import type { SearchKey } from "./search.ts";

/** What to sort by. */
export interface SortCriterion {
  /** `ARRIVAL`, `DATE`, `FROM`, `SIZE`, `SUBJECT`, `DISPLAYFROM` …, in upper case. */
  readonly by: string;
  /** Smallest or earliest first, or last. */
  readonly order: "ascending" | "descending";
}

/** Finds messages, in an order. */
export interface SortCommand {
  readonly name: "SORT" | "UID SORT";
  /** The first matters most. */
  readonly criteria: readonly SortCriterion[];
  /** Charset of the strings in the keys. */
  readonly charset: string;
  /** All of which a message must satisfy. */
  readonly keys: readonly SearchKey[];
}

/** Finds messages, by conversation. */
export interface ThreadCommand {
  readonly name: "THREAD" | "UID THREAD";
  /** `ORDEREDSUBJECT`, `REFERENCES` …, in upper case. */
  readonly algorithm: string;
  /** Charset of the strings in the keys. */
  readonly charset: string;
  /** All of which a message must satisfy. */
  readonly keys: readonly SearchKey[];
}

/** See {@link SortCommand}. */
export const sort: CommandGrammar<SortCommand> = { read: readSort, write: writeSort };

/** sort = "SORT" SP "(" sort-criterion *(SP sort-criterion) ")" SP search-criteria ; sort-criterion = ["REVERSE" SP] sort-key */
function readSort(cursor: Cursor, name: SortCommand["name"]): SortCommand {
  cursor.space();
  const criteria: SortCriterion[] = [];
  cursor.open();
  do criteria.push(readCriterion(cursor));
  while (!cursor.closes());
  return { name, criteria, ...readCriteria(cursor) };
}

function readCriterion(cursor: Cursor): SortCriterion {
  const word = cursor.keyword();
  if (word !== "REVERSE") return { by: word, order: "ascending" };
  cursor.space();
  return { by: cursor.keyword(), order: "descending" };
}

/** See {@link ThreadCommand}. */
export const thread: CommandGrammar<ThreadCommand> = { read: readThread, write: writeThread };

/** thread = "THREAD" SP thread-alg SP search-criteria */
function readThread(cursor: Cursor, name: ThreadCommand["name"]): ThreadCommand {
  cursor.space();
  return { name, algorithm: cursor.keyword(), ...readCriteria(cursor) };
}

/** search-criteria = charset 1*(SP search-key) */
function readCriteria(cursor: Cursor): Pick<SortCommand, "charset" | "keys"> {
  cursor.space();
  const charset = cursor.astring();
  cursor.space();
  return { charset, keys: readSearchKeys(cursor) };
}

/** See {@link readSort}. */
function writeSort(writer: Writer, { name, criteria, charset, keys }: SortCommand): void {
  if (criteria.length === 0) throw unsayable("SORT by nothing");
  writer.raw(`${name} `);
  writer.list(criteria, ({ by, order }) => writer.raw(order === "descending" ? "REVERSE " : "").atom(by));
  writeSearchKeys(writer.raw(" ").astring(charset).raw(" "), keys, charset);
}

/** See {@link readThread}. */
function writeThread(writer: Writer, { name, algorithm, charset, keys }: ThreadCommand): void {
  writer.raw(`${name} `).atom(algorithm);
  writeSearchKeys(writer.raw(" ").astring(charset).raw(" "), keys, charset);
}
