// The registry of commands: a line for each verb, with UID in front where it speaks of unique identifiers.

import type { Command, UnknownCommand } from "./command.ts";
import { identifierCommand, setAcl } from "./commands/acl.ts";
import { append, replace } from "./commands/append.ts";
import { cancelUpdate } from "./commands/cancel-update.ts";
import { copy, uidExpunge } from "./commands/copy.ts";
import { conversions, convert } from "./commands/convert.ts";
import { compress, enable } from "./commands/enable.ts";
import { esearch } from "./commands/esearch.ts";
import { fetch } from "./commands/fetch.ts";
import { id } from "./commands/id.ts";
import { preference } from "./commands/language.ts";
import { basicList, list } from "./commands/list.ts";
import { create, mailboxCommand, rename } from "./commands/mailbox.ts";
import { getMetadata, setMetadata } from "./commands/metadata.ts";
import { notify } from "./commands/notify.ts";
import { getQuota, setQuota } from "./commands/quota.ts";
import { search } from "./commands/search.ts";
import { select } from "./commands/select.ts";
import { authenticate, login, plainCommand } from "./commands/session.ts";
import { sort, thread } from "./commands/sort.ts";
import { status } from "./commands/status.ts";
import { store } from "./commands/store.ts";
import { uidBatches } from "./commands/uid-batches.ts";
import { genUrlAuth, resetKey, urlFetch } from "./commands/url-auth.ts";
import type { Cursor } from "./cursor.ts";
import type { CommandGrammar, Named } from "./grammar.ts";
import type { Writer } from "./writer.ts";

/** A verb that has a type. */
type KnownName = Exclude<Command, UnknownCommand>["name"];

const GRAMMARS: { readonly [Name in KnownName]: CommandGrammar<Named<Command, "name", Name>> } = {
  CAPABILITY: plainCommand,
  NOOP: plainCommand,
  LOGOUT: plainCommand,
  STARTTLS: plainCommand,
  LOGIN: login,
  AUTHENTICATE: authenticate,
  UNAUTHENTICATE: plainCommand,
  ID: id,
  ENABLE: enable,
  COMPRESS: compress,
  IDLE: plainCommand,
  SELECT: select,
  EXAMINE: select,
  CREATE: create,
  DELETE: mailboxCommand,
  RENAME: rename,
  SUBSCRIBE: mailboxCommand,
  UNSUBSCRIBE: mailboxCommand,
  LIST: list,
  LSUB: basicList,
  XLIST: basicList,
  RLIST: basicList,
  RLSUB: basicList,
  STATUS: status,
  NAMESPACE: plainCommand,
  APPEND: append,
  REPLACE: replace,
  "UID REPLACE": replace,
  CHECK: plainCommand,
  CLOSE: plainCommand,
  UNSELECT: plainCommand,
  EXPUNGE: plainCommand,
  "UID EXPUNGE": uidExpunge,
  SEARCH: search,
  "UID SEARCH": search,
  ESEARCH: esearch,
  CANCELUPDATE: cancelUpdate,
  UIDBATCHES: uidBatches,
  SORT: sort,
  "UID SORT": sort,
  THREAD: thread,
  "UID THREAD": thread,
  FETCH: fetch,
  "UID FETCH": fetch,
  STORE: store,
  "UID STORE": store,
  COPY: copy,
  "UID COPY": copy,
  MOVE: copy,
  "UID MOVE": copy,
  GETQUOTA: getQuota,
  GETQUOTAROOT: mailboxCommand,
  SETQUOTA: setQuota,
  GETACL: mailboxCommand,
  SETACL: setAcl,
  DELETEACL: identifierCommand,
  LISTRIGHTS: identifierCommand,
  MYRIGHTS: mailboxCommand,
  GETMETADATA: getMetadata,
  SETMETADATA: setMetadata,
  NOTIFY: notify,
  LANGUAGE: preference,
  COMPARATOR: preference,
  GENURLAUTH: genUrlAuth,
  RESETKEY: resetKey,
  URLFETCH: urlFetch,
  CONVERSIONS: conversions,
  CONVERT: convert,
  "UID CONVERT": convert,
  GETJMAPACCESS: plainCommand,
};

const READERS = /* @__PURE__ */ readers();

function readers(): ReadonlyMap<string, (cursor: Cursor) => Command> {
  return new Map(
    (Object.keys(GRAMMARS) as KnownName[]).map((name) => {
      const grammar = grammarOf(name);
      return [name, (cursor: Cursor): Command => grammar.read(cursor, name)];
    }),
  );
}

function grammarOf(name: KnownName): CommandGrammar<Command> {
  return GRAMMARS[name];
}

/** Reads what follows `verb`, which is in upper case; `undefined` where no type has it. */
export function readKnownCommand(cursor: Cursor, verb: string): Command | undefined {
  return READERS.get(verb)?.(cursor);
}

/** Writes a command without its tag. */
export function writeKnownCommand(writer: Writer, command: Exclude<Command, UnknownCommand>): void {
  grammarOf(command.name).write(writer, command);
}
