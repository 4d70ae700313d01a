// The one place where values become bytes: nothing gets past it that could end a line or a string early.

import { decodeUtf8, fromLatin1, latin1, ProtocolError, utf8 } from "@mailwire/wire";
import { ASTRING, ATOM, consistsOf, FLAG, QUOTED } from "./characters.ts";
import type { LiteralData, LiteralMode, Segment } from "./literal.ts";
import { findAnnouncement } from "./literal.ts";
import type { Revision } from "./revision.ts";

const NUL = 0;
const LF = 10;
const CR = 13;

/** RFC 7888: a LITERAL- client sends no larger literal without waiting. */
const LITERAL_MINUS_BYTES = 4096;
/** Longer strings go as literals: RFC 2683 section 3.2.1.5 warns of lines of more than 1000 bytes. */
const LONGEST_QUOTED = 512;

/** A mailbox name in both forms. */
interface Mailbox {
  readonly raw: string;
  readonly name: string;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** How literals are announced: as a server does, or as a client may. */
export type LiteralForm = "server" | LiteralMode;

/** Gathers the text and the literals of one command or response. Every writer throws a local `ProtocolError` for what cannot be said. */
export class Writer {
  readonly #form: LiteralForm;
  /** What is enabled: strings may be UTF-8 in quotes. */
  readonly revision: Revision;
  readonly #segments: Segment[] = [];
  #text = "";

  constructor(form: LiteralForm, revision: Revision = "IMAP4rev1") {
    this.#form = form;
    this.revision = revision;
  }

  /** Ends the line and gives all segments. */
  finish(): readonly Segment[] {
    this.#text += "\r\n";
    this.#flush();
    return this.#segments;
  }

  /** Writes text of the grammar itself: words, spaces, parentheses. It must be free of line ends. */
  raw(text: string): this {
    if (/[\0\r\n]/.test(text)) throw unsayable("a line end or NUL in text");
    this.#text += text;
    return this;
  }

  /**
   * text = 1*TEXT-CHAR, for people: what is not US-ASCII is said as `?` before IMAP4rev2. Text that begins like a response code is kept from being one.
   */
  text(text: string): this {
    const said = this.revision === "IMAP4rev2" ? latin1(utf8(text)) : text.replace(/[^\0-\x7f]/gu, "?");
    return this.raw((text.startsWith("[") ? "- " : "") + said);
  }

  /** Writes a word of one class of characters. */
  word(text: string, characters: number, what: string): this {
    if (text === "" || !consistsOf(text, characters)) throw unsayable(`${what} cannot be ${JSON.stringify(text)}`);
    this.#text += text;
    return this;
  }

  /** atom */
  atom(text: string): this {
    return this.word(text, ATOM, "an atom");
  }

  /** A flag of a response: what Cursor.flag reads. */
  flag(text: string): this {
    if (text === "\\*") return this.raw(text);
    return this.word(text, FLAG, "a flag");
  }

  /** A flag of a command: an atom, with or without a backslash before it. */
  commandFlag(text: string): this {
    return text.startsWith("\\") ? this.raw("\\").atom(text.slice(1)) : this.atom(text);
  }

  /** An unsigned number of 32 bits, or of `max`. */
  number(value: number, max = 0xffff_ffff): this {
    if (!Number.isInteger(value) || value < 0 || value > max) throw unsayable(`a number cannot be ${value}`);
    this.#text += String(value);
    return this;
  }

  /** An unsigned number of 63 bits. */
  number63(value: bigint): this {
    if (value < 0n || value >= 1n << 63n) throw unsayable(`a number cannot be ${value}`);
    this.#text += String(value);
    return this;
  }

  /** An unsigned number of 64 bits. */
  number64(value: bigint): this {
    if (value < 0n || value >= 1n << 64n) throw unsayable(`a number cannot be ${value}`);
    this.#text += String(value);
    return this;
  }

  /** astring: an atom where that says it, else a string. */
  astring(text: string): this {
    if (text.length > LONGEST_QUOTED || text === "" || /^nil$/i.test(text) || !consistsOf(text, ASTRING)) return this.string(text);
    this.#text += text;
    return this;
  }

  /** string: quoted where that says it, else a literal of UTF-8. */
  string(text: string): this {
    if (!/^[\x01-\x7f]*$/.test(text)) return this.#utf8String(utf8(text));
    if (text.length > LONGEST_QUOTED || /[\r\n]/.test(text)) return this.#textLiteral(utf8(text));
    this.#text += consistsOf(text, QUOTED) ? `"${text}"` : quoted(text);
    return this;
  }

  /** string of bytes beyond US-ASCII: UTF-8 may go in quotes where that is enabled (RFC 9755). */
  #utf8String(bytes: Uint8Array): this {
    const text = latin1(bytes);
    if (this.revision === "IMAP4rev1" || text.length > LONGEST_QUOTED || /[\0\r\n]/.test(text) || decodeUtf8(bytes) === undefined) {
      return this.#textLiteral(bytes);
    }
    this.#text += quoted(text);
    return this;
  }

  /** nstring */
  nstring(text: string | null): this {
    return text === null ? this.raw("NIL") : this.string(text);
  }

  /** A string whose characters stand for one byte each (a mailbox name): an astring, or a literal of these bytes. */
  bytesString(text: string): this {
    if (/^[\x01-\x7f]*$/.test(text)) return this.astring(text);
    if (/[^\0-\xff]/.test(text)) throw unsayable("a character that is no byte");
    return this.#utf8String(fromLatin1(text));
  }

  /** mailbox = "INBOX" / astring ; modified UTF-7 becomes UTF-8 where that is enabled */
  mailbox(mailbox: Mailbox): this {
    return this.bytesString(this.#mailboxBytes(mailbox));
  }

  /** The same, never as an atom. */
  mailboxString(mailbox: Mailbox): this {
    return this.rawString(this.#mailboxBytes(mailbox));
  }

  #mailboxBytes({ raw, name }: Mailbox): string {
    // Bytes beyond US-ASCII are what a server or client has said in UTF-8, or in no encoding at all: they address the mailbox as they are.
    return this.revision === "IMAP4rev1" || /[\x80-\xff]/.test(raw) ? raw : latin1(utf8(name));
  }

  /** The same, never as an atom. */
  rawString(text: string): this {
    return /^[\x01-\x7f]*$/.test(text) ? this.string(text) : this.bytesString(text);
  }

  /** Bytes as a literal; null as NIL; the announcement only of what will be streamed. */
  data(data: LiteralData): this {
    if (data === null) return this.raw("NIL");
    if (data instanceof Uint8Array) {
      this.#announce(data.length);
      this.#segments.push({ type: "bytes", bytes: data });
    } else {
      if (!Number.isSafeInteger(data.size) || data.size < 0) throw unsayable(`a literal cannot have ${data.size} bytes`);
      this.#announce(data.size);
      this.#segments.push({ type: "stream", size: data.size });
    }
    return this;
  }

  /** The same, as literal8 where there is a NUL among the bytes (RFC 3516). */
  data8(data: Uint8Array | null): this {
    return (data?.includes(NUL) === true ? this.raw("~") : this).data(data);
  }

  /**
   * Bytes that were read before, as they were: line ends are allowed only where a literal is announced, which must be whole. Clients announce
   * literals in their own way.
   */
  verbatim(bytes: Uint8Array): this {
    this.#flush();
    let start = 0;
    let line = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === NUL) throw unsayable("a NUL in what was to be repeated");
      if (byte !== CR && byte !== LF) continue;
      const literal = findAnnouncement(bytes, line, at);
      const body = at + (byte === CR ? 2 : 1);
      if (literal === undefined || bytes[body - 1] !== LF || body + literal.size > bytes.length) {
        throw unsayable("a line end in what was to be repeated");
      }
      line = body + literal.size;
      if (this.#form !== "server") {
        this.#repeatLiteral(bytes.subarray(start, literal.at), bytes.subarray(body, line));
        start = line;
      }
      at = line - 1;
    }
    if (start < bytes.length) this.#segments.push({ type: "bytes", bytes: bytes.subarray(start) });
    return this;
  }

  #repeatLiteral(before: Uint8Array, body: Uint8Array): void {
    this.#segments.push({ type: "bytes", bytes: before });
    this.data(body);
  }

  /** Marks all that `write` writes as secret. */
  secret(write: (writer: this) => void): this {
    this.#flush();
    const first = this.#segments.length;
    write(this);
    this.#flush();
    for (let at = first; at < this.#segments.length; at += 1) {
      const segment = this.#segments[at];
      if (segment?.type === "bytes") this.#segments[at] = { ...segment, secret: true };
    }
    return this;
  }

  /** "(" the items with spaces between ")" */
  list<Item>(items: readonly Item[], write: (item: Item) => void): this {
    this.#text += "(";
    return this.spaced(items, write).raw(")");
  }

  /** The items with spaces between. */
  spaced<Item>(items: readonly Item[], write: (item: Item) => void): this {
    items.forEach((item, index) => {
      if (index > 0) this.#text += " ";
      write(item);
    });
    return this;
  }

  #textLiteral(bytes: Uint8Array): this {
    // RFC 3501 section 4.3.1: a literal is of CHAR8, which is any byte but NUL.
    if (bytes.includes(0)) throw unsayable("a NUL in a string");
    return this.data(bytes);
  }

  #announce(size: number): void {
    const waits = this.#form === "synchronizing" || (this.#form === "LITERAL-" && size > LITERAL_MINUS_BYTES);
    this.#text += this.#form === "server" || waits ? `{${size}}\r\n` : `{${size}+}\r\n`;
    this.#flush();
    if (waits) this.#segments.push({ type: "wait-for-continuation" });
  }

  #flush(): void {
    if (this.#text === "") return;
    this.#segments.push({ type: "bytes", bytes: fromLatin1(this.#text) });
    this.#text = "";
  }
}

/** The error for a value that IMAP has no words for. */
export function unsayable(what: string): ProtocolError {
  return new ProtocolError("local", "bad-argument", `IMAP cannot say this: ${what}`);
}
