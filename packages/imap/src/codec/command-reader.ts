// The registry of commands: which reader reads which verb (RFC 3501 section 9, command).

import { TAG } from "./characters.ts";
import type { Command, UnknownCommand } from "./command.ts";
import { readIdentifierCommand, readSetAcl } from "./commands/acl.ts";
import { readCompress, readEnable } from "./commands/enable.ts";
import { readId } from "./commands/id.ts";
import { readGetMetadata, readSetMetadata } from "./commands/metadata.ts";
import { readGetQuota, readSetQuota } from "./commands/quota.ts";
import { readSort, readThread } from "./commands/sort.ts";
import { readAppend } from "./commands/append.ts";
import { readFetch } from "./commands/fetch.ts";
import { readList, readMailboxCommand, readRename, readStatus } from "./commands/mailbox.ts";
import { readSearch } from "./commands/search.ts";
import type { PlainCommand } from "./commands/session.ts";
import { readAuthenticate, readLogin } from "./commands/session.ts";
import { readCopy, readStore, readUidExpunge } from "./commands/store.ts";
import type { Cursor } from "./cursor.ts";
import { attempt, LiteralAhead, Malformed } from "./malformed.ts";

const SP = 32;

type CommandReader = (cursor: Cursor) => Command;

const PLAIN: readonly PlainCommand["name"][] = [
  "CAPABILITY",
  "NOOP",
  "LOGOUT",
  "STARTTLS",
  "CHECK",
  "CLOSE",
  "EXPUNGE",
  "IDLE",
  "NAMESPACE",
  "UNSELECT",
  "UNAUTHENTICATE",
];
const OF_MAILBOX = ["SELECT", "EXAMINE", "CREATE", "DELETE", "SUBSCRIBE", "UNSUBSCRIBE", "GETQUOTAROOT", "GETACL", "MYRIGHTS"] as const;

/** What follows the verb. */
const READERS: ReadonlyMap<string, CommandReader> = new Map<string, CommandReader>([
  ...PLAIN.map((name): [string, CommandReader] => [name, () => ({ name })]),
  ...OF_MAILBOX.map((name): [string, CommandReader] => [name, (cursor) => readMailboxCommand(cursor, name)]),
  ["LOGIN", readLogin],
  ["AUTHENTICATE", readAuthenticate],
  ["RENAME", readRename],
  ["LIST", (cursor) => readList(cursor, "LIST")],
  ["LSUB", (cursor) => readList(cursor, "LSUB")],
  ["STATUS", readStatus],
  ["APPEND", readAppend],
  ["SEARCH", (cursor) => readSearch(cursor, "SEARCH")],
  ["UID SEARCH", (cursor) => readSearch(cursor, "UID SEARCH")],
  ["FETCH", (cursor) => readFetch(cursor, "FETCH")],
  ["UID FETCH", (cursor) => readFetch(cursor, "UID FETCH")],
  ["STORE", (cursor) => readStore(cursor, "STORE")],
  ["UID STORE", (cursor) => readStore(cursor, "UID STORE")],
  ["COPY", (cursor) => readCopy(cursor, "COPY")],
  ["UID COPY", (cursor) => readCopy(cursor, "UID COPY")],
  ["MOVE", (cursor) => readCopy(cursor, "MOVE")],
  ["UID MOVE", (cursor) => readCopy(cursor, "UID MOVE")],
  ["UID EXPUNGE", readUidExpunge],
  ["SORT", (cursor) => readSort(cursor, "SORT")],
  ["UID SORT", (cursor) => readSort(cursor, "UID SORT")],
  ["THREAD", (cursor) => readThread(cursor, "THREAD")],
  ["UID THREAD", (cursor) => readThread(cursor, "UID THREAD")],
  ["ID", readId],
  ["ENABLE", readEnable],
  ["COMPRESS", readCompress],
  ["GETQUOTA", readGetQuota],
  ["SETQUOTA", readSetQuota],
  ["SETACL", readSetAcl],
  ["DELETEACL", (cursor) => readIdentifierCommand(cursor, "DELETEACL")],
  ["LISTRIGHTS", (cursor) => readIdentifierCommand(cursor, "LISTRIGHTS")],
  ["GETMETADATA", readGetMetadata],
  ["SETMETADATA", readSetMetadata],
]);

/** A command as far as it could be read. */
export interface CommandReading {
  /** Null when there is none. */
  readonly tag: string | null;
  /** In upper case; null when there is none. */
  readonly verb: string | null;
  /** The command, or why there is none: {@link LiteralAhead} when it goes on with a literal. */
  readonly result: Command | Malformed;
}

/** command = tag SP (command-any / command-auth / command-nonauth / command-select) CRLF */
export function readCommand(cursor: Cursor): CommandReading {
  let tag: string | null = null;
  let verb: string | null = null;
  const result = attempt<Command, Malformed>(
    () => {
      tag = readTag(cursor);
      cursor.space();
      verb = readVerb(cursor);
      const command = READERS.get(verb)?.(cursor) ?? readUnknown(cursor, verb);
      cursor.finish();
      return command;
    },
    (fault) => fault,
  );
  return { tag, verb, result };
}

/** tag = 1*<any ASTRING-CHAR except "+"> */
function readTag(cursor: Cursor): string {
  const tag = cursor.run(TAG);
  if (tag === "") throw new Malformed("no-tag");
  return tag;
}

/** The first word, and the second one behind UID. */
function readVerb(cursor: Cursor): string {
  const word = cursor.keyword();
  if (word !== "UID" || cursor.peek() !== SP) return word;
  cursor.space();
  return `UID ${cursor.keyword()}`;
}

function readUnknown(cursor: Cursor, verb: string): UnknownCommand {
  if (cursor.gaps.length > 0) throw new LiteralAhead();
  if (cursor.at === cursor.end) return { name: "unknown", verb, arguments: null };
  if (!cursor.skip(SP)) throw new Malformed("bad-verb");
  const start = cursor.at;
  cursor.at = cursor.end;
  return { name: "unknown", verb, arguments: cursor.view(start, cursor.end) };
}
