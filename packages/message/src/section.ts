// Sections of a message as byte ranges: what BODY[...] means (RFC 3501 section 6.4.5).

import { concat } from "@mailwire/wire";
import { mergeRanges, type ByteRange } from "./byte-range.ts";
import type { Entity } from "./entity.ts";
import { headerFields } from "./header.ts";
import type { MessageStructure } from "./message-structure.ts";

/** What of a part is meant; the empty string is all of it. */
export type SectionText = "" | "HEADER" | "HEADER.FIELDS" | "HEADER.FIELDS.NOT" | "TEXT" | "MIME";

/** A part of a message: `{ part: [], text: "", fields: [] }` is the whole message. */
export interface Section {
  /** Part numbers from the outside in, from 1; empty for the message itself. */
  readonly part: readonly number[];
  /** What of that part. */
  readonly text: SectionText;
  /** Names of header fields for `HEADER.FIELDS` and `HEADER.FIELDS.NOT` in any case, otherwise empty. */
  readonly fields: readonly string[];
}

/**
 * Where a section stands in the message, in order; no range for a section of no bytes, `undefined` for one that the message has not.
 *
 * Part 1 of a message that is no multipart is its body, and the MIME header of that part is the header of the message.
 * A subset of a header keeps the blank line. Partial fetches are the caller's to cut.
 */
export function sectionRanges(message: MessageStructure, section: Section): readonly ByteRange[] | undefined {
  const entity = entityAt(message.root, section.part);
  if (entity === undefined) return undefined;
  const ranges = section.part.length === 0 ? ofMessage(message.raw, entity, section) : ofPart(message.raw, entity, section);
  return ranges === undefined ? undefined : mergeRanges(ranges);
}

/** The bytes of a section: a view where they stand together, else a copy; `undefined` for a section that the message has not. */
export function sectionBytes(message: MessageStructure, section: Section): Uint8Array | undefined {
  const ranges = sectionRanges(message, section);
  return ranges === undefined ? undefined : concat(ranges.map(({ start, end }) => message.raw.subarray(start, end)));
}

/** The part with these numbers, the message itself without any; `undefined` when there is none. */
function entityAt(root: Entity, part: readonly number[]): Entity | undefined {
  const [first, ...rest] = part;
  let entity = first === undefined ? root : partOfMessage(root, first);
  for (const number of rest) entity = entity === undefined ? undefined : partOfPart(entity, number);
  return entity;
}

function partOfMessage(message: Entity, number: number): Entity | undefined {
  if (message.kind === "multipart") return message.parts[number - 1];
  return number === 1 ? message : undefined;
}

function partOfPart(part: Entity, number: number): Entity | undefined {
  if (part.kind === "multipart") return part.parts[number - 1];
  return part.kind === "message" ? partOfMessage(part.message, number) : undefined;
}

function ofPart(raw: Uint8Array, part: Entity, section: Section): readonly ByteRange[] | undefined {
  if (section.text === "") return [part.body];
  if (section.text === "MIME") return [part.header];
  return part.kind === "message" ? ofMessage(raw, part.message, section) : undefined;
}

function ofMessage(raw: Uint8Array, message: Entity, { text, fields }: Section): readonly ByteRange[] | undefined {
  switch (text) {
    case "":
      return [message.header, message.body];
    case "HEADER":
      return [message.header];
    case "TEXT":
      return [message.body];
    case "MIME":
      return undefined;
    case "HEADER.FIELDS":
      return subset(raw, message.header, namesOf(fields), "listed");
    case "HEADER.FIELDS.NOT":
      return subset(raw, message.header, namesOf(fields), "others");
  }
}

function namesOf(fields: readonly string[]): ReadonlySet<string> {
  return new Set(fields.map((name) => name.toLowerCase()));
}

function subset(raw: Uint8Array, header: ByteRange, names: ReadonlySet<string>, wanted: "listed" | "others"): readonly ByteRange[] {
  const ranges: ByteRange[] = [];
  let end = header.start;
  for (const field of headerFields(raw, header)) {
    if (names.has(field.name.toLowerCase()) === (wanted === "listed")) ranges.push(field.range);
    end = field.range.end;
  }
  return [...ranges, { start: end, end: header.end }];
}
