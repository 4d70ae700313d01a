// SORT, THREAD and their UID forms (RFC 5256, RFC 5957, RFC 5267).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { readSearchKeys, writeSearchKeys } from "./search-key.ts";
import type { SearchKey } from "./search-key.ts";
import { readReturnOptions, writeReturnOptions } from "./search-return.ts";
import type { SearchReturnOption } from "./search-return.ts";

/** What to sort by. */
export interface SortCriterion {
  /** `ARRIVAL`, `DATE`, `FROM`, `SIZE`, `SUBJECT`, `DISPLAYFROM`, `DISPLAYTO` (RFC 5957), `RELEVANCY` (RFC 6203) …, in upper case. */
  readonly by: string;
  /** Smallest or earliest first, or last. */
  readonly order: "ascending" | "descending";
}

/** Finds messages, in an order. */
export interface SortCommand {
  readonly name: "SORT" | "UID SORT";
  /** What to tell of them (RFC 5267), none being the same as `ALL`: the answer is ESEARCH then. Left out, it is SORT. */
  readonly returnOptions?: readonly SearchReturnOption[];
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

/** sort = "SORT" [SP search-return-opts] SP "(" sort-criterion *(SP sort-criterion) ")" SP search-criteria ; sort-criterion = ["REVERSE" SP] sort-key */
function readSort(cursor: Cursor, name: SortCommand["name"]): SortCommand {
  cursor.space();
  const options = readReturnOptions(cursor);
  const criteria: SortCriterion[] = [];
  cursor.open();
  do criteria.push(readCriterion(cursor));
  while (!cursor.closes());
  return { name, ...options, criteria, ...readCriteria(cursor) };
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
function writeSort(writer: Writer, { name, returnOptions, criteria, charset, keys }: SortCommand): void {
  if (criteria.length === 0) throw unsayable("SORT by nothing");
  writeReturnOptions(writer.raw(`${name} `), returnOptions);
  writer.list(criteria, ({ by, order }) => writer.raw(order === "descending" ? "REVERSE " : "").atom(by));
  writeSearchKeys(writer.raw(" ").astring(charset).raw(" "), keys, charset);
}

/** See {@link readThread}. */
function writeThread(writer: Writer, { name, algorithm, charset, keys }: ThreadCommand): void {
  writer.raw(`${name} `).atom(algorithm);
  writeSearchKeys(writer.raw(" ").astring(charset).raw(" "), keys, charset);
}
