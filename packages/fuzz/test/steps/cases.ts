// The worst inputs of each kind that a peer can send, of any size.

import { fromLatin1 } from "@mailwire/wire";
import { CommandDecoder, ResponseDecoder } from "@mailwire/imap/codec";

/** A kind of input, and the work that it makes; `scale` is how large it is. */
interface Case {
  readonly name: string;
  readonly run: (scale: number) => void;
}

const HUGE = 2 ** 40;
const RESPONSE_LIMITS = { maxResponseBytes: HUGE, maxTokenBytes: HUGE, streamLiteralBytes: 20 };
const COMMAND_LIMITS = { maxLineBytes: HUGE, maxCommandBytes: HUGE, maxLiterals: HUGE, maxDrainBytes: HUGE };

/** Parts that are repeated within one response, between a head and an end. */
const RESPONSES: readonly (readonly [name: string, head: string, part: string, end: string])[] = [
  ["a line without an end", "* OK ", "x", ""],
  ["a literal without an end", "* 1 FETCH (ENVELOPE ({1000000}\r\n", "x", ""],
  ["responses", "", "* 1 EXISTS\r\n", ""],
  ["empty lines", "", "\r\n", ""],
  ["NULs", "", "\0", ""],
  ["items", "* 1 FETCH (", "UID 1 ", ")\r\n"],
  ["items that are invalid", "* 1 FETCH (", "UID x ", ")\r\n"],
  ["items with strings where none belong", "* 1 FETCH (", 'ENVELOPE ("a" b) ', ")\r\n"],
  ["items with open quotes", "* 1 FETCH (", 'X "a"b ', ")\r\n"],
  ["items with quotes that are not escaped", "* 1 FETCH (", 'ENVELOPE ("a" b "c"d" e) ', ")\r\n"],
  ["items with backslashes that are not escaped", "* 1 FETCH (", 'ENVELOPE ("a\\" b) ', ")\r\n"],
  ["structures that are invalid", "* 1 FETCH (", 'BODY ("a" b) ', ")\r\n"],
  ["parts of a structure", "* 1 FETCH (BODY (", '("a" "b" NIL NIL NIL "7BIT" 1 1)', ' "x"))\r\n'],
  ["parts of a structure that are invalid", "* 1 FETCH (BODY (", '("a" b "c"d)', ' "x"))\r\n'],
  ["addresses that are invalid", "* 1 FETCH (ENVELOPE (NIL NIL (", '("a"b)', ") NIL NIL NIL NIL NIL NIL NIL))\r\n"],
  ["nested lists", "* 1 FETCH (X ", "(", "\r\n"],
  ["nested parts", "* 1 FETCH (BODY ", "(", "\r\n"],
  ["nested parts with ends", "* 1 FETCH (BODY ", '(("a" "b"', "\r\n"],
  ["values without names", "* 1 FETCH (", "(1) ", ")\r\n"],
  ["lists without ends and without names", "* 1 FETCH (", "((1) ", ")\r\n"],
  ["quotes without names", "* 1 FETCH (", '" ', "\r\n"],
  ["literals that are held", "* 1 FETCH (", "X {1}\r\na ", ")\r\n"],
  ["literals that stream", "* 1 FETCH (", `BODY[] {21}\r\n${"a".repeat(21)} `, ")\r\n"],
  ["large literals that are held", "* 1 FETCH (ENVELOPE (", `{21}\r\n${"a".repeat(21)} `, "))\r\n"],
  ["large literals that are held where they could stream", "* 1 FETCH (ENVELOPE (", `BODY[] {21}\r\n${"a".repeat(21)} `, "))\r\n"],
  ["folded lines", '* 1 FETCH (X "', "a\r\n b", '")\r\n'],
  ["folded lines of many strings", "* 1 FETCH (ENVELOPE (", '"a\r\n b" ', "))\r\n"],
  ["lines that look folded", "", '* 1 FETCH (X "a\r\n', ""],
  ["numbers", "* SEARCH ", "12 ", "\r\n"],
  ["numbers that are none", "* SEARCH ", "x ", "\r\n"],
  ["a number without an end", "* SEARCH ", "1", "\r\n"],
  ["ranges", "* ESEARCH ALL ", "1:2,", "3\r\n"],
  ["a long list of results that is none", "* ESEARCH ALL 1", ",", "\r\n"],
  ["results that are not known", "* ESEARCH ", "X (1) ", "\r\n"],
  ["threads", "* THREAD ", "(1 (2)(3))", "\r\n"],
  ["nested threads", "* THREAD ", "(1 (2)", "\r\n"],
  ["flags", "* FLAGS (", "\\a ", ")\r\n"],
  ["capabilities", "* CAPABILITY ", "A ", "\r\n"],
  ["items of STATUS that are invalid", "* STATUS x (", 'A "b"c ', ")\r\n"],
  ["text in brackets", "* OK [X ", "[", "\r\n"],
  ["charsets", "* NO [BADCHARSET (", '"a" ', ")] x\r\n"],
  ["quotas", '* QUOTA "" (', "A 1 2 ", ")\r\n"],
  ["namespaces", "* NAMESPACE (", '("a" "/")', ") NIL NIL\r\n"],
  ["spaces", "* OK", " ", "x\r\n"],
  ["spaces at ends", "* 1 EXISTS", " ", "\r\n"],
  ["text that looks like a literal", "", "* OK {5}\r\n", ""],
  ["brackets of sections", "* 1 FETCH (", "BODY[ ", ")\r\n"],
  ["sections", "* 1 FETCH (", 'BODY[HEADER.FIELDS (A)] "" ', ")\r\n"],
  ["dates that are none", "* 1 FETCH (", 'INTERNALDATE "x" ', ")\r\n"],
];

/** The same for commands. */
const COMMANDS: readonly (readonly [name: string, head: string, part: string, end: string])[] = [
  ["a line without an end", "a NOOP ", "x", ""],
  ["commands", "", "a NOOP\r\n", ""],
  ["literals", "a SEARCH ", "TEXT {1+}\r\nx ", "ALL\r\n"],
  ["literals of no command", "a X ", "{1+}\r\nx ", "\r\n"],
  ["literals of a bad command", "a SEARCH ", "FOO {1+}\r\nx ", "ALL\r\n"],
  ["messages", "a APPEND x", " {1+}\r\nx", "\r\n"],
  ["messages of parts", "a APPEND x CATENATE (URL u", " TEXT {1+}\r\nx", ")\r\n"],
  ["messages without bytes", "a APPEND x", " (a) X 1", "\r\n"],
  ["extensions of a message", "a APPEND x", " X 1", "\r\n"],
  ["nested lists", "a SEARCH ", "(", "\r\n"],
  ["keys", "a SEARCH ", "NOT ", "ALL\r\n"],
  ["sets", "a FETCH 1", ",1:2", " ALL\r\n"],
  ["sections that are bad", "a FETCH 1 (", "BODY[1.] ", ")\r\n"],
  ["sections", "a FETCH 1 (", "BODY[1.2.3] ", "UID)\r\n"],
  ["a quote without an end", 'a LOGIN "', "\\\\", "\r\n"],
  ["spaces", "a NOOP", " ", "\r\n"],
];

function response(bytes: Uint8Array, chunk: number): void {
  const decoder = new ResponseDecoder(RESPONSE_LIMITS);
  feed(bytes, chunk, decoder, () => undefined);
}

function command(bytes: Uint8Array, chunk: number): void {
  const decoder = new CommandDecoder(COMMAND_LIMITS);
  feed(bytes, chunk, decoder, ({ type }) => {
    if (type === "literal" || type === "append") decoder.accept();
  });
}

interface Decoder<Event> {
  push(chunk: Uint8Array): void;
  next(): Event | undefined;
}

function feed<Event>(bytes: Uint8Array, chunk: number, decoder: Decoder<Event>, take: (event: Event) => void): void {
  for (let at = 0; at < bytes.length; at += chunk) {
    decoder.push(bytes.subarray(at, at + chunk));
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) take(event);
  }
}

/** Bytes of the input at scale 1: more than a search may have that is read as a line. */
const BYTES = 5000;

/** All at once. */
const WHOLE = 2 ** 20;

function cases(of: string, rows: typeof RESPONSES, decode: typeof response, chunks: readonly number[]): readonly Case[] {
  return rows.flatMap(([name, head, part, end]) =>
    chunks.map((chunk) => ({
      name: `${of}: ${name}, ${chunk === WHOLE ? "at once" : "a byte at a time"}`,
      run: (scale: number): void => {
        decode(fromLatin1(head + part.repeat(Math.floor((scale * BYTES) / part.length)) + end), chunk);
      },
    })),
  );
}

/** Pieces of responses, put together by chance: what nobody thought of. */
const PIECES = [
  ...[
    '"',
    '\\"',
    "\\",
    "(",
    ")",
    " ",
    "a",
    "1",
    "NIL",
    "{2}\r\nxy",
    "{21}\r\naaaaaaaaaaaaaaaaaaaaa",
    "\r\n ",
    "[",
    "]",
    "<",
    "\0",
    "~",
    "*",
    ",",
    ":",
  ],
  ...[
    "UID 1 ",
    "BODY[] ",
    "BODY ",
    "ENVELOPE ",
    "FLAGS (",
    "INTERNALDATE ",
    "X-GM-LABELS (",
    "MODSEQ ",
    '"a" ',
    '("a" "b")',
    "* 1 FETCH (",
  ],
];
const HEADS = [
  "* 1 FETCH (",
  "* LIST ",
  "* STATUS x (",
  "* ESEARCH ",
  "* OK [",
  "* NAMESPACE (",
  "* ACL x ",
  "* METADATA x ",
  "* ID (",
  "",
];

/** Numbers that look like chance, the same each time (a linear congruential generator). */
function* chance(seed: number): Generator<number, never, undefined> {
  for (let state = seed; ; state = (Math.imul(state, 1664525) + 1013904223) >>> 0) yield state / 2 ** 32;
}

function byChance(count: number): typeof RESPONSES {
  const numbers = chance(9051);
  const one = (of: readonly string[]): string => of[Math.floor(numbers.next().value * of.length)] ?? "";
  return Array.from({ length: count }, () => {
    const head = one(HEADS);
    const part = Array.from({ length: 1 + Math.floor(numbers.next().value * 6) }, () => one(PIECES)).join("");
    return [JSON.stringify([head, part]), head, part, ")\r\n"] as const;
  });
}

/** All cases. */
export const CASES: readonly Case[] = [
  ...cases("responses", RESPONSES, response, [1, WHOLE]),
  ...cases("commands", COMMANDS, command, [1, WHOLE]),
  ...cases("responses", byChance(150), response, [WHOLE]),
];
