// Plays one entry: decodes it before a response that must survive it, whole and cut at every byte, and compares with what is expected.

import { concat, latin1, utf8 } from "@mailwire/wire";
import type { ResponseEvent } from "../../src/codec/index.ts";
import { ResponseDecoder } from "../../src/codec/index.ts";
import type { QuirkEntry } from "./entry.ts";

/** What became of an entry. */
export interface QuirkResult {
  /** What was yielded before the sentinel, a line for each event. */
  readonly yielded: readonly string[];
  /** Why it failed; empty when it passed. */
  readonly faults: readonly string[];
  /** What words for people speak of and what was yielded does not have: for the reader to judge. */
  readonly unseen: readonly string[];
}

/** What {@link playQuirk} needs of a decoder. */
export interface QuirkDecoder {
  push(chunk: Uint8Array): void;
  next(): ResponseEvent | undefined;
}

const SENTINEL = "SENTINEL-9 OK still here";

/** Plays an entry with decoders from `make`. */
export function playQuirk(
  { bytes, expected, deviations }: QuirkEntry,
  make: () => QuirkDecoder = () => new ResponseDecoder(),
): QuirkResult {
  const faults: string[] = [];
  const stream = concat([bytes, utf8(`${SENTINEL}\r\n`)]);
  const whole = play(make(), [stream]);
  const said = whole.map(({ line }) => line);
  if (whole.at(-1)?.sentinel !== true) faults.push("the response behind it is lost");
  const fault = whole.find(({ error }) => error !== undefined);
  if (fault !== undefined) faults.push(fault.line);
  const cut = firstDifference(stream, said, make);
  if (cut !== undefined) faults.push(`cut at byte ${cut} it yields something else`);
  const events = whole.filter(({ sentinel }) => !sentinel);
  faults.push(...mismatches(expected, events), ...missing(deviations, events));
  return { yielded: events.map(({ line }) => line), faults, unseen: unseen(expected, events) };
}

/** One event in a form that can be compared and printed. */
interface Heard {
  readonly line: string;
  readonly value: unknown;
  readonly deviations: readonly string[];
  readonly sentinel: boolean;
  readonly error?: unknown;
}

function play(decoder: QuirkDecoder, chunks: readonly Uint8Array[]): readonly Heard[] {
  const heard: Heard[] = [];
  let literal: Uint8Array[] = [];
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
        if (event.type === "literal-chunk") literal.push(event.bytes);
        else heard.push(hear(event.type === "literal-end" ? { ...event, bytes: concat(literal) } : event));
        if (event.type === "literal-end") literal = [];
      }
    }
  } catch (error) {
    heard.push({ line: `throws ${String(error)}`, value: null, deviations: [], sentinel: false, error });
  }
  return heard;
}

function hear(event: ResponseEvent | { readonly type: "literal-end"; readonly bytes: Uint8Array }): Heard {
  if (event.type !== "response") return { line: print(event), value: plain(event), deviations: [], sentinel: false };
  const { response } = event;
  const tolerated = event.deviations.map(({ code, offset }) => `${code}@${offset}`);
  const line = `${print(response)}${tolerated.length === 0 ? "" : `  tolerated: ${tolerated.join(" ")}`}`;
  const sentinel = response.type === "tagged" && `${response.tag} ${response.status} ${response.text}` === SENTINEL;
  return { line, value: plain(response), deviations: event.deviations.map(({ code }) => code), sentinel };
}

/** Where the stream can be cut in two so that something else is heard; also -1 for byte after byte. */
function firstDifference(stream: Uint8Array, said: readonly string[], make: () => QuirkDecoder): number | undefined {
  const differs = (chunks: readonly Uint8Array[]): boolean => play(make(), chunks).some(({ line }, at) => line !== said[at]);
  for (let at = 1; at < stream.length; at += 1) if (differs([stream.slice(0, at), stream.slice(at)])) return at;
  return differs(Array.from(stream, (byte) => Uint8Array.of(byte))) ? -1 : undefined;
}

/** Members that are expected and were not yielded. Words for people are left to people. */
function mismatches(expected: unknown, events: readonly Heard[]): readonly string[] {
  if (typeof expected !== "object" || expected === null) return [];
  const list: readonly unknown[] = Array.isArray(expected) ? expected : [expected];
  const faults = list.flatMap((one, at) => differences(one, events[at]?.value, list.length > 1 ? `[${at}]` : ""));
  return Array.isArray(expected) && list.length !== events.length ? [...faults, `${events.length} events for ${list.length}`] : faults;
}

function differences(expected: unknown, value: unknown, path: string): readonly string[] {
  if (typeof expected !== "object" || expected === null) {
    return String(expected) === String(value) ? [] : [`${path || "it"} is ${shown(value)}, not ${JSON.stringify(expected)}`];
  }
  if (typeof value !== "object" || value === null) return [`${path || "it"} is ${shown(value)}`];
  const length =
    Array.isArray(expected) && Array.isArray(value) && value.length !== expected.length ? [`${path} has ${value.length} elements`] : [];
  const members = Object.entries(expected).flatMap(([name, member]) =>
    differences(member, (value as Readonly<Record<string, unknown>>)[name], path === "" ? name : `${path}.${name}`),
  );
  return [...length, ...members];
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}

function missing(codes: readonly string[] | undefined, events: readonly Heard[]): readonly string[] {
  if (codes === undefined) return [];
  const told = [...new Set(events.flatMap(({ deviations }) => deviations))].sort();
  const wanted = [...new Set(codes)].sort();
  return told.join() === wanted.join() ? [] : [`tolerated ${told.join(" ") || "nothing"}, not ${wanted.join(" ") || "nothing"}`];
}

/** Strings in quotes and numbers that the words speak of, and no event has. */
function unseen(expected: unknown, events: readonly Heard[]): readonly string[] {
  if (typeof expected !== "string") return [];
  const all = events.map(({ value }) => strings(value)).join("\n");
  const spoken = expected.match(/"[^"]+"|<[^<>]+>|\b\d{2,}\b/g) ?? [];
  return spoken.map((word) => word.replace(/^"|"$/g, "")).filter((word) => !all.includes(word));
}

function strings(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.values(value).map(strings).join("\n");
}

/** As JSON can hold it: bytes as text, one character per byte; great numbers as text. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? String(member) : textOf(member))));
}

function textOf(member: unknown): unknown {
  return member instanceof Uint8Array ? latin1(member) : member;
}

function print(event: { readonly type: string }): string {
  const { type, ...rest } = plain(event) as { readonly type: string };
  return `${type} ${JSON.stringify(rest)}`;
}
