// What dot-stuffing knows about lines, shared by encoder and decoder: where in a line a byte stands, and how far bytes can
// pass as they are. RFC 5321 section 2.3.8 (CR and LF only as CRLF), section 4.5.2 (transparency); RFC 1939 section 3.

import { indexOfByte } from "./byte-search.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * What to do with a CR or LF that is not part of CRLF: refuse it with a `ProtocolError` (`bare-cr`, `bare-lf`), turn it into
 * CRLF, or pass it on as it is. Under no policy does received data end at one, or lose a dot behind one.
 */
export type LineEndPolicy = "reject" | "normalize" | "keep";

/** Takes bytes as a codec makes them: mostly views of what the codec was given, never to be written to. */
export type Emit = (view: Uint8Array) => void;

export const LF = 10;
export const CR = 13;
export const DOT = 0x2e;

/** Where in a line the next byte stands: inside it, … */
export const IN_TEXT = 0;
/** … behind a CR of which the LF may follow, … */
export const AFTER_CR = 1;
/** … behind CRLF or at the very beginning. */
export const AT_LINE_START = 2;

/** From this length on native searches beat a loop over the bytes. */
const SEARCH_BYTES = 48;

/**
 * End of the bytes from `start` on that need no thought, when the first of them stands at `place`: the index of a dot at a line
 * start, of a bare LF, of the byte behind a bare CR (these two only when `policy` minds them), or the chunk's length.
 */
export function endOfPlain(chunk: Uint8Array, start: number, place: number, policy: LineEndPolicy): number {
  if (chunk.length - start < SEARCH_BYTES) return endOfPlainByLoop(chunk, start, place, policy);
  let at = start;
  if (place === AFTER_CR) {
    if (chunk[at] === LF) at += 1;
    else if (policy !== "keep") return at;
  }
  if (chunk[at] === DOT && (at > start || place === AT_LINE_START)) return at;
  return policy === "keep" ? endOfUndotted(chunk, at) : endOfClean(chunk, at);
}

function endOfPlainByLoop(chunk: Uint8Array, start: number, startPlace: number, policy: LineEndPolicy): number {
  const { length } = chunk;
  let place = startPlace;
  for (let at = start; at < length; at += 1) {
    const byte = chunk[at];
    if (byte === LF) {
      if (place === AFTER_CR) place = AT_LINE_START;
      else if (policy === "keep") place = IN_TEXT;
      else return at;
    } else {
      if (place === AFTER_CR && policy !== "keep") return at;
      if (byte === DOT && place === AT_LINE_START) return at;
      place = byte === CR ? AFTER_CR : IN_TEXT;
    }
  }
  return length;
}

/** Hops from LF to LF: only a dot behind CRLF matters. */
function endOfUndotted(chunk: Uint8Array, start: number): number {
  for (let lf = indexOfByte(chunk, LF, start); lf !== -1; lf = indexOfByte(chunk, LF, lf + 1)) {
    if (chunk[lf + 1] === DOT && lf > start && chunk[lf - 1] === CR) return lf + 1;
  }
  return chunk.length;
}

/** Hops from CRLF to CRLF, for as long as the next CR and the next LF stand together. */
function endOfClean(chunk: Uint8Array, start: number): number {
  let cr = indexOfByte(chunk, CR, start);
  let lf = indexOfByte(chunk, LF, start);
  while (cr !== -1 && cr + 1 === lf) {
    const next = lf + 1;
    if (chunk[next] === DOT) return next;
    cr = indexOfByte(chunk, CR, next);
    lf = indexOfByte(chunk, LF, next);
  }
  if (lf !== -1 && (cr === -1 || lf < cr)) return lf;
  return cr === -1 ? chunk.length : cr + 1;
}

/** Where the byte at `end` stands, when the one at `start` stood at `place` and none of those in between needed thought. */
export function placeAt(chunk: Uint8Array, start: number, end: number, place: number): number {
  if (end === start) return place;
  const last = chunk[end - 1];
  if (last === CR) return AFTER_CR;
  if (last !== LF) return IN_TEXT;
  return (end - 1 === start ? place === AFTER_CR : chunk[end - 2] === CR) ? AT_LINE_START : IN_TEXT;
}

/** The error for a CR or LF that is not part of CRLF. */
export function bareLineEnd(side: "remote" | "local", code: "bare-cr" | "bare-lf", offset: number): ProtocolError {
  const name = code === "bare-cr" ? "CR without LF" : "LF without CR";
  return new ProtocolError(side, code, `${name} at byte ${offset} of the body`, { offset });
}

/** How far around a find the bytes are looked at one by one: little while finds are rare, more and more when they are dense. */
export function nextStretch(stretch: number, plainBytes: number): number {
  return plainBytes >= 512 ? 16 : stretch * 4;
}
