// A proxy's way: what was decoded goes on as it came, byte for byte. What is to be changed is encoded anew.

import { indexOfByte, Secret } from "@mailwire/wire";
import type { CommandEvent, RawParts } from "./command-event.ts";
import { findAnnouncement } from "./literal.ts";
import type { Segment } from "./literal.ts";
import type { ResponseEvent } from "./response-event.ts";

const LF = 10;
const CR = 13;
const CRLF = Uint8Array.of(CR, LF);

/**
 * An event of `ResponseDecoder` as segments to send to the client. All events of a response together are what the server sent, but for
 * searches that were read as they came: give the decoder an infinite `streamSearchBytes`.
 */
export function forwardResponse(event: ResponseEvent): readonly Segment[] {
  if (event.type === "literal-end") return [];
  return event.type === "literal-chunk" ? [{ type: "bytes", bytes: event.bytes }] : event.raw.map((bytes) => ({ type: "bytes", bytes }));
}

/**
 * An event of `CommandDecoder` as segments to send to the server: literals are announced as the client did, and waited for where it did.
 * All events of a command together are what the client sent. Nothing comes of `bad`, which is the proxy's to answer, and of `literal`, which comes again
 * in its command.
 */
export function forwardCommand(event: CommandEvent): readonly Segment[] {
  switch (event.type) {
    case "command":
    case "append":
      return event.raw.flatMap((bytes) => [...withWaits(bytes, event.parts)]);
    case "literal-chunk":
      return [{ type: "bytes", bytes: event.bytes }];
    case "line":
      return [
        { type: "bytes", bytes: event.bytes, secret: true },
        { type: "bytes", bytes: CRLF },
      ];
    case "literal":
    case "literal-end":
    case "bad":
      return [];
  }
}

/** Bytes of a command in the parts that are shown, with a wait behind each announcement that asks for one. */
function* withWaits(bytes: Uint8Array, parts: RawParts): Generator<Segment, void, undefined> {
  const waits = synchronizingEnds(bytes);
  let at = 0;
  for (const part of parts) {
    const shown = part instanceof Secret ? part.reveal() : part;
    const secret = part instanceof Secret ? { secret: true as const } : {};
    const end = at + shown.length;
    for (let next = waits[0]; next !== undefined && next <= end; next = waits[0]) {
      if (next > at) yield { type: "bytes", bytes: bytes.subarray(at, next), ...secret };
      yield { type: "wait-for-continuation" };
      at = next;
      waits.shift();
    }
    if (end > at) yield { type: "bytes", bytes: bytes.subarray(at, end), ...secret };
    at = end;
  }
}

/** The indexes behind the announcements of literals for which the client waits. */
function synchronizingEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let line = 0; ;) {
    const lf = indexOfByte(bytes, LF, line);
    if (lf === -1) return ends;
    const literal = findAnnouncement(bytes, line, bytes[lf - 1] === CR ? lf - 1 : lf);
    if (literal === undefined) return ends;
    if (literal.synchronizing) ends.push(lf + 1);
    line = lf + 1 + literal.size;
  }
}
