// ESEARCH: a search of several mailboxes (RFC 7377).

import type { Cursor } from "../cursor.ts";
import { readParameters, writeUnknownParameter } from "../extension-parameter.ts";
import type { UnknownParameter } from "../extension-parameter.ts";
import type { CommandGrammar } from "../grammar.ts";
import { readMailboxFilter, writeMailboxFilter } from "../mailbox-filter.ts";
import type { MailboxFilter } from "../mailbox-filter.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";
import { skipLeadingWord } from "./leading-word.ts";
import { readSearchProgram, writeSearchProgram } from "./search.ts";
import type { SearchProgram } from "./search.ts";
import { readReturnOptions, writeReturnOptions } from "./search-return.ts";
import type { SearchReturnOption } from "./search-return.ts";

/** Where to search. */
export interface SearchSource {
  /** These mailboxes, at least one. */
  readonly mailboxes: readonly MailboxFilter[];
  /** Options of extensions; none are known. */
  readonly scope?: readonly UnknownParameter[];
}

/** Finds messages in several mailboxes, by unique identifier; the answers are ESEARCH, one for each mailbox with such messages. */
export interface EsearchCommand extends SearchProgram {
  readonly name: "ESEARCH";
  /** Where; left out, in the selected mailbox. */
  readonly source?: SearchSource;
  /** What to tell of them; left out or none, it is `ALL`. */
  readonly returnOptions?: readonly SearchReturnOption[];
}

const OPEN = 40;
const CLOSE = 41;

/** See {@link EsearchCommand}. */
export const esearch: CommandGrammar<EsearchCommand> = { read: readEsearch, write: writeEsearch };

/** esearch = "ESEARCH" [SP esearch-source-opts] [SP search-return-opts] SP search-program */
function readEsearch(cursor: Cursor, name: "ESEARCH"): EsearchCommand {
  cursor.space();
  return { name, ...readSource(cursor), ...readReturnOptions(cursor), ...readSearchProgram(cursor) };
}

/** esearch-source-opts = "IN" SP "(" source-mbox [SP "(" scope-options ")"] ")" ; source-mbox = filter-mailboxes *(SP filter-mailboxes) */
function readSource(cursor: Cursor): Pick<EsearchCommand, "source"> {
  if (!skipLeadingWord(cursor, "IN")) return {};
  const mailboxes: MailboxFilter[] = [];
  let scope: readonly UnknownParameter[] | undefined;
  cursor.open();
  do mailboxes.push(readMailboxFilter(cursor));
  while (!cursor.closes() && cursor.peek() !== OPEN);
  if (cursor.peek() === OPEN) {
    scope = readParameters<never>(cursor, () => undefined);
    if (!cursor.closes()) cursor.expect(CLOSE);
  }
  cursor.space();
  return { source: scope === undefined ? { mailboxes } : { mailboxes, scope } };
}

/** See {@link readEsearch}. */
function writeEsearch(writer: Writer, command: EsearchCommand): void {
  writer.raw("ESEARCH ");
  if (command.source !== undefined) writeSource(writer, command.source);
  writeReturnOptions(writer, command.returnOptions);
  writeSearchProgram(writer, command);
}

function writeSource(writer: Writer, { mailboxes, scope }: SearchSource): void {
  if (mailboxes.length === 0 || scope?.length === 0) throw unsayable("a search of no mailboxes, or with no options");
  writer.raw("IN (").spaced(mailboxes, (filter) => writeMailboxFilter(writer, filter));
  if (scope !== undefined) writer.raw(" ").list(scope, (option) => writeUnknownParameter(writer, option));
  writer.raw(") ");
}
