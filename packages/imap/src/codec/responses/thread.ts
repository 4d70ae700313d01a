// THREAD: messages found, by conversation (RFC 5256 section 5).

import type { Cursor } from "../cursor.ts";
import type { ResponseGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

const SP = 32;
const OPEN = 40;

/** A conversation or a branch of one. */
export interface Thread {
  /** Messages of which each answers the one before; empty where the message that all branches answer is missing. */
  readonly numbers: readonly number[];
  /** What answers the last of them, where that is more than one conversation. */
  readonly branches: readonly Thread[];
}

/** Messages found, by conversation. */
export interface ThreadResponse {
  readonly type: "THREAD";
  /** In the order in which they came. */
  readonly threads: readonly Thread[];
}

/** See {@link ThreadResponse}. */
export const threadResponse: ResponseGrammar<ThreadResponse> = { read: readThreadResponse, write: writeThreadResponse };

/** thread-data = "THREAD" [SP 1*thread-list] */
function readThreadResponse(cursor: Cursor): ThreadResponse {
  const threads: Thread[] = [];
  if (cursor.at === cursor.end) return { type: "THREAD", threads };
  cursor.space();
  while (cursor.peek() === OPEN) {
    threads.push(readThread(cursor));
    if (cursor.peek() === SP) cursor.noSpace();
  }
  return { type: "THREAD", threads };
}

/** thread-list = "(" (thread-members / thread-nested) ")" ; thread-members = nz-number *(SP nz-number) [SP thread-nested] ; thread-nested = 2*thread-list */
function readThread(cursor: Cursor): Thread {
  const numbers: number[] = [];
  const branches: Thread[] = [];
  cursor.open();
  while (!cursor.closes()) {
    if (cursor.at >= cursor.end) {
      cursor.deviate("missing-parenthesis");
      break;
    }
    if (cursor.peek() === OPEN) branches.push(readThread(cursor));
    else numbers.push(cursor.nzNumber());
  }
  return { numbers, branches };
}

/** See {@link readThreadResponse}. */
function writeThreadResponse(writer: Writer, { threads }: ThreadResponse): void {
  writer.raw("* THREAD");
  if (threads.length > 0) writer.raw(" ");
  for (const thread of threads) writeThread(writer, thread);
}

function writeThread(writer: Writer, { numbers, branches }: Thread): void {
  if (branches.length === 1 || numbers.length + branches.length === 0) throw unsayable("a thread with nothing, or with one branch");
  writer.raw("(").spaced(numbers, (number) => writer.number(number));
  if (branches.length > 0 && numbers.length > 0) writer.raw(" ");
  for (const branch of branches) writeThread(writer, branch);
  writer.raw(")");
}
