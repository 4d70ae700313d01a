// Feeding the decoders in pieces and gathering what they say, in a form that does not depend on the pieces.

import { concat, ProtocolError, Secret } from "@mailwire/wire";
import type { Command, CommandEvent, CommandLimits, Response, ResponseEvent, ResponseLimits, Segment } from "../src/codec/index.ts";
import { CommandDecoder, encodeCommand, ResponseDecoder } from "../src/codec/index.ts";

/** Text as bytes, one byte per character up to U+00FF. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Bytes as text, one character per byte. */
export function textOf(chunks: Uint8Array | readonly Uint8Array[]): string {
  return Array.from(concat(chunks instanceof Uint8Array ? [chunks] : chunks), (byte) => String.fromCharCode(byte)).join("");
}

/** `bytes` in pieces: of sizes that are taken from `sizes` in turn, again and again. */
export function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    // Memory of its own, as from a socket.
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

/** An error of the protocol as an event, so that it can be compared. */
export interface Failure {
  readonly type: "failure";
  readonly code: string;
  readonly side: string;
}

/** What a {@link ResponseDecoder} says to the chunks; chunks of one literal are joined. */
export function responses(chunks: readonly Uint8Array[], limits?: Partial<ResponseLimits>): (ResponseEvent | Failure)[] {
  const decoder = new ResponseDecoder(limits);
  return gather(chunks, decoder);
}

/** What a {@link CommandDecoder} says to the chunks, while every literal is taken; chunks of one literal are joined. */
export function commands(chunks: readonly Uint8Array[], limits?: Partial<CommandLimits>): (CommandEvent | Failure)[] {
  const decoder = new CommandDecoder(limits);
  return gather(chunks, {
    push: (chunk) => decoder.push(chunk),
    next: () => {
      const event = decoder.next();
      if (event?.type === "literal" || event?.type === "append") decoder.accept();
      return event;
    },
  });
}

interface Decoder<Event> {
  push(chunk: Uint8Array): void;
  next(): Event | undefined;
}

function gather<Event extends { readonly type: string }>(chunks: readonly Uint8Array[], decoder: Decoder<Event>): (Event | Failure)[] {
  const events: (Event | Failure)[] = [];
  let literal: { type: string; bytes: Uint8Array } | undefined;
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
        if (event.type !== "literal-chunk" || !("bytes" in event) || !(event.bytes instanceof Uint8Array)) {
          literal = undefined;
          events.push(plain(event));
        } else if (literal === undefined) {
          literal = { ...event, bytes: event.bytes };
          events.push(literal as typeof event & { bytes: Uint8Array });
        } else literal.bytes = concat([literal.bytes, event.bytes]);
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    events.push({ type: "failure", code: error.code, side: error.side });
  }
  return events;
}

/** With accessors as fields and secrets laid open. */
function plain<Event extends { readonly type: string }>(event: Event): Event {
  if ("raw" in event && !("parts" in event)) return { ...event, raw: event.raw };
  return revealed(event) as Event;
}

/** A copy of `value` in which secrets are plain. */
export function revealed(value: unknown): unknown {
  if (value instanceof Secret) return { secret: value.reveal() as unknown };
  if (Array.isArray(value)) return value.map(revealed);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, revealed(member)]));
}

/** The bytes of segments, the bodies of streams filled with `A`. */
export function written(segments: readonly Segment[]): Uint8Array {
  return concat(
    segments.map((segment) => {
      if (segment.type === "bytes") return segment.bytes;
      return segment.type === "stream" ? new Uint8Array(segment.size).fill(65) : new Uint8Array(0);
    }),
  );
}

/** The one command in `text`, which has no tag and no line end; an error when that is no command, or when anything was tolerated. */
export function commandIn(text: string): Command {
  const event = commands([bytesOf(`a ${text}\r\n`)]).at(-1);
  if (event?.type !== "command" || event.deviations.length > 0) throw new Error(`no command: ${JSON.stringify(event)}`);
  return event.command;
}

/** The one response in `text`, which has no line end; an error when that is no response, or when anything was tolerated. */
export function responseIn(text: string): Response {
  const [event] = responses([bytesOf(`${text}\r\n`)]);
  if (event?.type !== "response" || event.deviations.length > 0) throw new Error(`no response: ${JSON.stringify(event)}`);
  return event.response;
}

/** A command as its text, with the tag `a` and literals that wait for nobody. */
export function textFor(command: Command): string {
  return textOf(written(encodeCommand("a", command, { literals: "LITERAL+" })));
}

/** Why a line, which is given without its tag, is no command; `undefined` for one that is. */
export function refusal(text: string): string | undefined {
  const event = commands([bytesOf(`a ${text}\r\n`)]).at(-1);
  return event?.type === "bad" ? event.reason : undefined;
}
