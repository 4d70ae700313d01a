// What became of a message, in the words of the corpus, and whether it is written as it was read.

import { concat, latin1, ProtocolError } from "@mailwire/wire";
import type { Segment } from "../../src/codec/index.ts";
import { encodeCommand, encodeResponse } from "../../src/codec/index.ts";
import { commands, responses, revealed } from "../codec-driving.ts";
import type { PlayedMessage, SaidCommand, SaidResponse } from "./play.ts";

/**
 * What became of it: `bad REASON`, `invalid REASON`, `unfinished`; `unknown NAME` and `invalid NAME` for it or a part of it, `deviates CODE …`;
 * empty when it was simply read.
 */
export function outcomeOf({ event }: PlayedMessage): string {
  if (event === undefined) return "unfinished";
  if (event.type === "bad") return `bad ${event.reason}`;
  const message = event.type === "command" ? event.command : event.response;
  if ("reason" in message) return `invalid ${message.reason}`;
  const codes = event.deviations.map(({ code }) => code);
  return [...oddities(message), ...(codes.length > 0 ? ["deviates", ...codes] : [])].join(" ");
}

/** What in a value is of no known type, or could not be read. */
function oddities(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(oddities);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return [];
  const fields = Object.entries(value);
  const inner = fields.flatMap(([, field]) => oddities(field));
  const kind = ["unknown", "invalid"].find((word) =>
    fields.some(([name, field]) => (name === "type" || name === "name") && field === word),
  );
  if (kind === undefined) return inner;
  const name = "verb" in value ? value.verb : "name" in value ? value.name : "";
  return [`${kind} ${String(name)}`, ...inner];
}

/** What is wrong with how it is written; empty when nothing is. What had to be tolerated cannot be said again. */
export function faultsOf(message: PlayedMessage): readonly string[] {
  const { event, bytes, streamed } = message;
  if (event === undefined || event.type === "bad" || event.deviations.length > 0) return [];
  const written = writtenOf(event, streamed);
  if (typeof written === "string") return [written];
  const again = event.type === "command" ? commands([written]).at(-1) : responses([written]).at(-1);
  const faults: string[] = [];
  if (textOf(valueOf(again)) !== textOf(valueOf(event))) faults.push(`read again it is something else: ${latin1(written)}`);
  // What has no type is kept as it came, but for the case of a verb.
  const part = outcomeOf(message).startsWith("unknown") ? upperCase : essence;
  if (part(written) !== part(bytes)) faults.push(`it is written as ${latin1(written)}`);
  return faults;
}

/** A value as text that tells it from any other. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === "bigint") return { bigint: String(member) };
    return member instanceof Uint8Array ? { bytes: latin1(member) } : member;
  });
}

/** What the encoder makes of it, or why it makes nothing. */
function writtenOf(event: SaidResponse | Exclude<SaidCommand, { readonly type: "bad" }>, streamed: Uint8Array): Uint8Array | string {
  try {
    return writtenWith(event.type === "command" ? encodeCommand(event.tag, event.command) : encodeResponse(event.response), streamed);
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}

function valueOf(event: ReturnType<typeof commands | typeof responses>[number] | undefined): unknown {
  if (event?.type === "command") return revealed({ tag: event.tag, command: event.command });
  return event?.type === "response" ? event.response : event?.type;
}

/** The bytes of segments, with those that stream. */
function writtenWith(segments: readonly Segment[], streamed: Uint8Array): Uint8Array {
  let at = 0;
  return concat(
    segments.map((segment) => {
      if (segment.type === "bytes") return segment.bytes;
      return segment.type === "stream" ? streamed.subarray(at, (at += segment.size)) : new Uint8Array(0);
    }),
  );
}

/** What is left of a message without what the grammar leaves open: case, how a string is written, parentheses around one thing or nothing. */
function essence(bytes: Uint8Array): string {
  return upperCase(bytes)
    .replace(/~?\{\d+\+?\}\r\n/g, "")
    .replace(/["\\()]/g, "")
    .replace(/ +/g, " ");
}

function upperCase(bytes: Uint8Array): string {
  return latin1(bytes).toUpperCase();
}
