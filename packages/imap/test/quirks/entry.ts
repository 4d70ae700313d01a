// Entries of a file of quirks: what some server said, and what a tolerant reader should make of it. One JSON object on each line.

import { concat, decodeBase64, fromLatin1, utf8 } from "@mailwire/wire";

/** What a server said. */
export interface QuirkEntry {
  /** Where it stands: its line in the file. */
  readonly line: number;
  /** Who says so, or which kind of quirk it is. */
  readonly title: string;
  /** The bytes, ending with a line end. */
  readonly bytes: Uint8Array;
  /** What should be yielded: words for people, or members of the response (of each response, in a list). */
  readonly expected: unknown;
  /** Codes of all that must be reported as tolerated, where the entry says so. */
  readonly deviations: readonly string[] | undefined;
}

/** A file that cannot be read as entries. */
export class BadQuirk extends Error {
  override readonly name = "BadQuirk";
}

type Fields = Readonly<Record<string, unknown>>;

const TEXT_NAMES = ["raw", "wire", "input", "response", "bytes", "data", "line", "lines", "text"];
const BASE64_NAMES = ["base64", "b64", "raw_base64", "raw_b64", "rawBase64"];
const HEX_NAMES = ["hex", "raw_hex", "rawHex"];

/** The entries of a file, empty lines left out; throws {@link BadQuirk} for a line that is none. */
export function readQuirks(text: string): readonly QuirkEntry[] {
  return text.split(/\r?\n/).flatMap((line, index) => (line.trim() === "" ? [] : [readQuirk(line, index + 1)]));
}

function readQuirk(text: string, line: number): QuirkEntry {
  const fields = readFields(text, line);
  const bytes = readBytes(fields);
  if (bytes === undefined)
    throw new BadQuirk(`line ${line} has no bytes: one of ${[...TEXT_NAMES, ...BASE64_NAMES, ...HEX_NAMES].join(", ")}`);
  const title = firstText(fields, ["title", "class", "name", "id", "source"]) ?? `line ${line}`;
  const { deviations } = fields;
  return {
    line,
    title,
    bytes: bytes.at(-1) === 10 ? bytes : concat([bytes, utf8("\r\n")]),
    expected: fields.expect ?? fields.expected ?? fields.yields,
    deviations: Array.isArray(deviations) ? deviations.map(String) : undefined,
  };
}

function readFields(text: string, line: number): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Said below.
  }
  throw new BadQuirk(`line ${line} is no JSON object`);
}

function readBytes(fields: Fields): Uint8Array | undefined {
  const base64 = firstText(fields, BASE64_NAMES);
  if (base64 !== undefined) return decodeBase64(base64);
  const hex = firstText(fields, HEX_NAMES);
  if (hex !== undefined) return fromHex(hex);
  const encoding = firstText(fields, ["enc", "encoding", "charset"]) ?? "utf-8";
  for (const name of TEXT_NAMES) {
    const value = fields[name];
    if (typeof value === "string") return fromText(value, encoding);
    if (!Array.isArray(value)) continue;
    if (value.every((item) => typeof item === "number")) return Uint8Array.from(value);
    return concat(value.map((item) => fromText(ended(String(item)), encoding) ?? new Uint8Array(0)));
  }
  return undefined;
}

function ended(line: string): string {
  return line.endsWith("\n") ? line : `${line}\r\n`;
}

function fromText(text: string, encoding: string): Uint8Array | undefined {
  switch (encoding.toLowerCase().replace(/[-_ ]/g, "")) {
    case "base64":
    case "b64":
      return decodeBase64(text);
    case "hex":
      return fromHex(text);
    case "latin1":
    case "binary":
    case "bytes":
    case "iso88591":
      return fromLatin1(text);
    default:
      return utf8(text);
  }
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (digits) => Number.parseInt(digits, 16));
}

function firstText(fields: Fields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "string") return value;
  }
  return undefined;
}
