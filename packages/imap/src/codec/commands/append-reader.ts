// Reads the messages of APPEND and REPLACE (RFC 4466 section 3, RFC 4469, RFC 6855 section 4). Each passes as a stream, so what stands
// between two of them is read by itself, and nothing is read twice.

import { LIST } from "../characters.ts";
import type { Cursor } from "../cursor.ts";
import { readDateTime } from "../date-time.ts";
import type { DateTime } from "../date-time.ts";
import { readFlagList } from "../flag.ts";
import type { Flag } from "../flag.ts";
import type { StreamedLiteral } from "../literal.ts";
import { Malformed } from "../malformed.ts";
import type {
  AppendCommand,
  AppendExtension,
  AppendLiteral,
  AppendMessage,
  MessageOptions,
  AppendTarget,
  CatenatePart,
  ReplaceCommand,
} from "./append-message.ts";

const SP = 32;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const OPEN_BRACE = 123;
const TILDE = 126;

/** Where bytes of a message belong that are about to come. */
export interface AnnouncedMessage {
  /** What takes the message. */
  readonly command: AppendTarget;
  /** Which of the command's messages it is, counted from 0: only MULTIAPPEND (RFC 3502) has more than one. */
  readonly index: number;
  /** What was said of this message. */
  readonly options: MessageOptions;
  /** Which part of it, counted from 0: only CATENATE (RFC 4469) has parts. Null for a message in one piece. */
  readonly part: number | null;
  /** How the bytes are announced. */
  readonly literal: AppendLiteral;
  /** How many they are. */
  readonly size: number;
}

/** The grammar wants a message, which passes as a stream: `resume` reads what follows it. */
export class MessageAhead extends Malformed {
  readonly announced: AnnouncedMessage;
  readonly resume: (cursor: Cursor) => AppendCommand | ReplaceCommand;

  constructor(announced: AnnouncedMessage, resume: MessageAhead["resume"]) {
    super("message-ahead");
    this.announced = announced;
    this.resume = resume;
  }
}

/** True for the commands that take messages. */
export function takesMessages(verb: string | null): boolean {
  return verb === "APPEND" || verb === "REPLACE" || verb === "UID REPLACE";
}

/** A message whose bytes are passing. */
interface OpenMessage {
  readonly options: MessageOptions;
  readonly literal: AppendLiteral;
  readonly bytes: StreamedLiteral;
  /** The parts before, where it has parts. */
  readonly parts: CatenatePart[] | null;
}

/**
 * Reads messages up to one that passes, and goes on behind it. What it keeps changes only when one does, so a reading that fails can be
 * repeated.
 */
export class AppendReader<Command extends AppendCommand | ReplaceCommand> {
  readonly #target: AppendTarget;
  readonly #finish: (messages: readonly AppendMessage[]) => Command;
  readonly #messages: AppendMessage[] = [];
  #open: OpenMessage | undefined;

  /** `finish` makes the command of `target` and all messages. */
  constructor(target: AppendTarget, finish: (messages: readonly AppendMessage[]) => Command) {
    this.#target = target;
    this.#finish = finish;
  }

  /** 1*append-message ; throws {@link MessageAhead} at each that passes */
  read(cursor: Cursor): Command {
    const fresh: AppendMessage[] = [];
    fresh.push(this.#open === undefined ? this.#readMessage(cursor, fresh) : this.#readRest(cursor, this.#open));
    while (goesOn(cursor)) {
      // RFC 8508 section 4.7: REPLACE has no more than one.
      if (this.#target.name !== "APPEND") throw new Malformed("trailing-data");
      fresh.push(this.#readMessage(cursor, fresh));
    }
    return this.#finish([...this.#messages, ...fresh]);
  }

  /** append-message = append-opts SP append-data ; append-data = literal / literal8 / append-data-ext */
  #readMessage(cursor: Cursor, fresh: readonly AppendMessage[]): AppendMessage {
    cursor.space();
    const { flags, date } = readFlagsAndDate(cursor);
    const extensions: AppendExtension[] = [];
    for (;;) {
      const options = { flags, date, extensions };
      if (isLiteral(cursor)) {
        return this.#stop(cursor, { options, literal: cursor.peek() === TILDE ? "literal8" : "literal", parts: null }, fresh, []);
      }
      const name = cursor.keyword();
      cursor.space();
      if (name === "UTF8") return this.#stop(cursor, { options, literal: "utf8", parts: null }, fresh, []);
      if (name === "CATENATE") {
        cursor.open();
        return this.#readParts(cursor, { options, parts: [] }, fresh, []);
      }
      const extension = { name, raw: readExtensionValue(cursor) };
      if (endsMessage(cursor)) return { ...options, data: { type: "extension", ...extension } };
      extensions.push(extension);
      cursor.space();
    }
  }

  /** cat-part *(SP cat-part) ")" ; cat-part = "TEXT" SP literal / utf8-literal / "URL" SP astring */
  #readParts(
    cursor: Cursor,
    message: { readonly options: MessageOptions; readonly parts: CatenatePart[] },
    fresh: readonly AppendMessage[],
    freshParts: CatenatePart[],
  ): AppendMessage {
    do {
      const name = cursor.keyword();
      cursor.space();
      if (name === "TEXT") return this.#stop(cursor, { ...message, literal: "literal" }, fresh, freshParts);
      if (name === "UTF8") return this.#stop(cursor, { ...message, literal: "utf8" }, fresh, freshParts);
      if (name !== "URL") throw new Malformed("bad-catenate-part");
      freshParts.push({ type: "url", url: cursor.astring() });
    } while (!cursor.closes());
    return catenated(message.options, [...message.parts, ...freshParts]);
  }

  /** What follows bytes that passed, up to the end of their message. */
  #readRest(cursor: Cursor, { options, literal, bytes, parts }: OpenMessage): AppendMessage {
    if (literal === "utf8") cursor.expect(CLOSE);
    if (parts === null) return { ...options, data: { type: literal, bytes } };
    const part: CatenatePart = { type: literal === "utf8" ? "utf8" : "text", bytes };
    cursor.nest();
    return cursor.closes() ? catenated(options, [...parts, part]) : this.#readParts(cursor, { options, parts }, [], [part]);
  }

  /** Stops at an announcement: what was read up to here is kept. */
  #stop(
    cursor: Cursor,
    { options, literal, parts }: Omit<OpenMessage, "bytes">,
    fresh: readonly AppendMessage[],
    freshParts: readonly CatenatePart[],
  ): never {
    const size = readAnnouncement(cursor, literal);
    for (const message of fresh) this.#messages.push(message);
    for (const part of freshParts) parts?.push(part);
    this.#open = { options, literal, bytes: { size }, parts };
    const announced = { command: this.#target, index: this.#messages.length, options, part: parts?.length ?? null, literal, size };
    throw new MessageAhead(announced, (rest) => this.read(rest));
  }
}

function catenated(options: MessageOptions, parts: readonly CatenatePart[]): AppendMessage {
  return { ...options, data: { type: "catenate", parts } };
}

/** [SP flag-list] [SP date-time] SP */
function readFlagsAndDate(cursor: Cursor): { readonly flags: readonly Flag[]; readonly date: DateTime | null } {
  let flags: readonly Flag[] = [];
  let date: DateTime | null = null;
  if (cursor.peek() === OPEN) {
    flags = readFlagList(cursor);
    cursor.space();
  }
  if (cursor.peek() === QUOTE) {
    date = readDateTime(cursor);
    cursor.space();
  }
  return { flags, date };
}

function goesOn(cursor: Cursor): boolean {
  cursor.noTrailingSpace();
  return cursor.at < cursor.end;
}

function isLiteral({ bytes, at }: Cursor): boolean {
  return bytes[at] === OPEN_BRACE || (bytes[at] === TILDE && bytes[at + 1] === OPEN_BRACE);
}

/** literal, literal8, or "(" literal8 of utf8-literal: up to the bytes, which must be what comes next; gives their number. */
function readAnnouncement(cursor: Cursor, literal: AppendLiteral): number {
  if (literal === "utf8") cursor.expect(OPEN);
  if (literal !== "literal") cursor.expect(TILDE);
  const size = cursor.announcement();
  if (cursor.at !== cursor.end) throw new Malformed("no-literal");
  return size;
}

/** tagged-ext-val = sequence-set / number / number64 / "(" [tagged-ext-comp] ")" */
function readExtensionValue(cursor: Cursor): Uint8Array {
  const start = cursor.at;
  if (cursor.peek() === OPEN) cursor.skipValue();
  else if (cursor.run(LIST) === "") throw new Malformed("no-value");
  return cursor.view(start, cursor.at);
}

/** True when no more is said of a message: the command ends, or another begins with its flags or its date. */
function endsMessage(cursor: Cursor): boolean {
  const next = cursor.bytes[cursor.at + 1];
  return !goesOn(cursor) || (cursor.peek() === SP && (next === OPEN || next === QUOTE));
}
