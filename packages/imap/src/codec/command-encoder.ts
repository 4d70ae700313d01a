// From commands to bytes (RFC 3501 section 6).

import { TAG } from "./characters.ts";
import type { Command } from "./command.ts";
import { writeIdentifierCommand, writeSetAcl } from "./commands/acl.ts";
import { writeCompress, writeEnable } from "./commands/enable.ts";
import { writeId } from "./commands/id.ts";
import { writeGetMetadata, writeSetMetadata } from "./commands/metadata.ts";
import { writeGetQuota, writeSetQuota } from "./commands/quota.ts";
import { writeSort, writeThread } from "./commands/sort.ts";
import { writeAppend } from "./commands/append.ts";
import { writeFetch } from "./commands/fetch.ts";
import { writeList, writeMailboxCommand, writeRename, writeStatus } from "./commands/mailbox.ts";
import { writeSearch } from "./commands/search.ts";
import { writeAuthenticate, writeLogin } from "./commands/session.ts";
import { writeCopy, writeStore, writeUidExpunge } from "./commands/store.ts";
import type { LiteralMode, Segment } from "./literal.ts";
import { Writer } from "./writer.ts";

/** How {@link encodeCommand} may write strings. */
export interface CommandEncoding {
  /** From {@link literalMode}; default `synchronizing`. */
  readonly literals?: LiteralMode;
}

/**
 * `command` as segments to send in order. Strings go as atoms, in quotes or as literals, by what they hold. Throws a local `ProtocolError`
 * (`bad-argument`) for what cannot be said.
 */
export function encodeCommand(tag: string, command: Command, encoding: CommandEncoding = {}): readonly Segment[] {
  const writer = new Writer(encoding.literals ?? "synchronizing");
  writer.word(tag, TAG, "a tag").raw(" ");
  writeCommand(writer, command);
  return writer.finish();
}

function writeCommand(writer: Writer, command: Command): void {
  switch (command.name) {
    case "LOGIN":
      writeLogin(writer, command);
      break;
    case "AUTHENTICATE":
      writeAuthenticate(writer, command);
      break;
    case "SELECT":
    case "EXAMINE":
    case "CREATE":
    case "DELETE":
    case "SUBSCRIBE":
    case "UNSUBSCRIBE":
    case "GETQUOTAROOT":
    case "GETACL":
    case "MYRIGHTS":
      writeMailboxCommand(writer, command);
      break;
    case "RENAME":
      writeRename(writer, command);
      break;
    case "LIST":
    case "LSUB":
      writeList(writer, command);
      break;
    case "STATUS":
      writeStatus(writer, command);
      break;
    case "APPEND":
      writeAppend(writer, command);
      break;
    case "SEARCH":
    case "UID SEARCH":
      writeSearch(writer, command);
      break;
    case "FETCH":
    case "UID FETCH":
      writeFetch(writer, command);
      break;
    case "STORE":
    case "UID STORE":
      writeStore(writer, command);
      break;
    case "COPY":
    case "UID COPY":
    case "MOVE":
    case "UID MOVE":
      writeCopy(writer, command);
      break;
    case "UID EXPUNGE":
      writeUidExpunge(writer, command);
      break;
    case "ID":
      writeId(writer, command);
      break;
    case "ENABLE":
      writeEnable(writer, command);
      break;
    case "COMPRESS":
      writeCompress(writer, command);
      break;
    case "GETQUOTA":
      writeGetQuota(writer, command);
      break;
    case "SETQUOTA":
      writeSetQuota(writer, command);
      break;
    case "SETACL":
      writeSetAcl(writer, command);
      break;
    case "GETMETADATA":
      writeGetMetadata(writer, command);
      break;
    case "SETMETADATA":
      writeSetMetadata(writer, command);
      break;
    case "SORT":
    case "UID SORT":
      writeSort(writer, command);
      break;
    case "THREAD":
    case "UID THREAD":
      writeThread(writer, command);
      break;
    case "DELETEACL":
    case "LISTRIGHTS":
      writeIdentifierCommand(writer, command);
      break;
    case "unknown":
      command.verb.split(" ").forEach((word, index) => writer.raw(index > 0 ? " " : "").atom(word));
      if (command.arguments !== null) writer.raw(" ").verbatim(command.arguments);
      break;
    default:
      writer.raw(command.name);
  }
}
