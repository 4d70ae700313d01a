// Messages on their way into a mailbox, as APPEND and REPLACE have them (RFC 4466 section 3, RFC 4469, RFC 6855 section 4).

import { formatDateTime } from "../date-time.ts";
import type { DateTime } from "../date-time.ts";
import type { Flag } from "../flag.ts";
import type { StreamedLiteral } from "../literal.ts";
import type { MailboxName } from "../mailbox-name.ts";
import type { SequenceNumber } from "../sequence-range.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** Adds messages to a mailbox. */
export interface AppendCommand {
  readonly name: "APPEND";
  /** The mailbox. */
  readonly mailbox: MailboxName;
  /** At least one; only servers with MULTIAPPEND (RFC 3502) take more. */
  readonly messages: readonly AppendMessage[];
}

/** Adds a message to a mailbox and removes another from the selected one, in one step (RFC 8508). */
export interface ReplaceCommand {
  readonly name: "REPLACE" | "UID REPLACE";
  /** The message to remove. */
  readonly replaced: SequenceNumber;
  /** The mailbox to add to. */
  readonly mailbox: MailboxName;
  /** The message to add. */
  readonly message: AppendMessage;
}

/** A command that takes messages, without these. */
export type AppendTarget = Omit<AppendCommand, "messages"> | Omit<ReplaceCommand, "message">;

/** What is said of a message before it comes. */
export interface MessageOptions {
  /** Flags to set; empty for none. */
  readonly flags: readonly Flag[];
  /** INTERNALDATE to set; null leaves it to the server. */
  readonly date: DateTime | null;
  /** What extensions say of it, in the order in which it came; empty for nothing. */
  readonly extensions: readonly AppendExtension[];
}

/** A message with what is said of it. */
export interface AppendMessage extends MessageOptions {
  /** The message. */
  readonly data: AppendData;
}

/** A word of an extension with its value (RFC 4466 tagged-ext). */
export interface AppendExtension {
  /** The word, in upper case. */
  readonly name: string;
  /** Its value, as it came. */
  readonly raw: Uint8Array;
}

/** A message, in one of the forms that the grammar has. {@link CommandDecoder} always gives sizes, and the bytes as chunks. */
export type AppendData =
  /** Bytes: `literal` for all that have no NUL, `literal8` for any (BINARY), `utf8` for a message with a header in UTF-8 (RFC 6855). */
  | { readonly type: AppendLiteral; readonly bytes: Uint8Array | StreamedLiteral }
  /** Parts, one after the other (CATENATE). */
  | { readonly type: "catenate"; readonly parts: readonly CatenatePart[] }
  /** What an extension has instead. */
  | { readonly type: "extension"; readonly name: string; readonly raw: Uint8Array };

/** How the bytes of a message are announced: `{n}`, `~{n}`, `UTF8 (~{n}`. */
export type AppendLiteral = "literal" | "literal8" | "utf8";

/** A part of a message. */
export type CatenatePart =
  /** Bytes. */
  | { readonly type: "text" | "utf8"; readonly bytes: Uint8Array | StreamedLiteral }
  /** Those that an IMAP URL (RFC 5092) means, as it came. */
  | { readonly type: "url"; readonly url: string };

/** append-message = append-opts SP append-data ; append-opts = [SP flag-list] [SP date-time] *(SP append-ext) */
export function writeAppendMessage(writer: Writer, { flags, date, extensions, data }: AppendMessage): void {
  if (flags.length > 0) writer.raw(" ").list(flags, (flag) => writer.commandFlag(flag));
  if (date !== null) writer.raw(` ${formatDateTime(date)}`);
  for (const extension of extensions) writeExtension(writer, extension);
  if (data.type === "extension") writeExtension(writer, data);
  else writeData(writer.raw(" "), data);
}

/** append-ext = append-ext-name SP append-ext-value ; append-data-ext = tagged-ext */
function writeExtension(writer: Writer, { name, raw }: AppendExtension): void {
  if (raw.length === 0 || name === "UTF8" || name === "CATENATE") throw unsayable(`${name} as an extension of APPEND`);
  writer.raw(" ").atom(name).raw(" ").verbatim(raw);
}

/** append-data = literal / literal8 / utf8-literal / "CATENATE" SP "(" cat-part *(SP cat-part) ")" */
function writeData(writer: Writer, data: Exclude<AppendData, { readonly type: "extension" }>): void {
  switch (data.type) {
    case "literal":
      writer.data(data.bytes);
      break;
    case "literal8":
      writer.raw("~").data(data.bytes);
      break;
    case "utf8":
      writeUtf8(writer, data.bytes);
      break;
    case "catenate":
      if (data.parts.length === 0) throw unsayable("CATENATE of nothing");
      writer.raw("CATENATE ").list(data.parts, (part) => writePart(writer, part));
  }
}

/** cat-part = "TEXT" SP literal / utf8-literal / "URL" SP astring */
function writePart(writer: Writer, part: CatenatePart): void {
  if (part.type === "url") writer.raw("URL ").astring(part.url);
  else if (part.type === "utf8") writeUtf8(writer, part.bytes);
  else writer.raw("TEXT ").data(part.bytes);
}

/** utf8-literal = "UTF8" SP "(" literal8 ")" */
function writeUtf8(writer: Writer, bytes: Uint8Array | StreamedLiteral): void {
  writer.raw("UTF8 (~").data(bytes).raw(")");
}
