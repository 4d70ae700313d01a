// FETCH items of a stored message (RFC 3501 section 6.4.5).

import { dateTime, type DateTime, type FetchDataName, type PartialRange } from "@mailwire/imap/codec";
import type { FetchedItem, MessageAttribute } from "@mailwire/imap/server";
import {
  bodyOf,
  bodyStructureOf,
  envelopeOf,
  parseMessage,
  sectionBytes,
  type MessageStructure,
  type Section,
  type SectionText,
} from "@mailwire/message";
import { concat } from "@mailwire/wire";
import type { Flag } from "./flag.ts";
import type { InternalDate } from "./internal-date.ts";
import type { MessageContent, StoredMessage } from "./store.ts";

/** A message to answer from. */
export interface FetchSource {
  /** The message. */
  readonly stored: StoredMessage;
  /** Its flags as this session sees them. */
  readonly flags: readonly Flag[];
  /** Its structure; reads it when first asked. */
  readonly structure: () => Promise<MessageStructure>;
}

/** The items that answer these attributes, in their order; one that this store does not know is left out. */
export async function fetchItems(source: FetchSource, attributes: readonly MessageAttribute[]): Promise<readonly FetchedItem[]> {
  const items: FetchedItem[] = [];
  for (const attribute of attributes) {
    const item = await fetchItem(source, attribute);
    if (item !== undefined) items.push(item);
  }
  return items;
}

/** All bytes of a message; a view where they come in one chunk. */
export async function readAll(content: MessageContent): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.read()) chunks.push(chunk);
  return concat(chunks);
}

/** What {@link fetchItems} needs for messages of a mailbox: remembers the structure of the last one, of which clients often ask again. */
export class StructureCache {
  #uid = 0;
  #structure: Promise<MessageStructure> | undefined;

  /** The structure of a message. */
  of({ uid, content }: StoredMessage): Promise<MessageStructure> {
    if (this.#structure === undefined || this.#uid !== uid) {
      this.#uid = uid;
      this.#structure = readAll(content).then((raw) => parseMessage(raw));
    }
    return this.#structure;
  }
}

async function fetchItem({ stored, flags, structure }: FetchSource, attribute: MessageAttribute): Promise<FetchedItem | undefined> {
  switch (attribute.type) {
    case "UID":
      return { type: "UID", uid: stored.uid };
    case "FLAGS":
      return { type: "FLAGS", flags };
    case "INTERNALDATE":
      return { type: "INTERNALDATE", date: formatInternalDate(stored.internalDate) };
    case "RFC822.SIZE":
      return { type: "RFC822.SIZE", octets: stored.content.size };
    case "ENVELOPE":
      return { type: "ENVELOPE", envelope: envelopeOf(await structure()) };
    case "BODY":
      return { type: "BODY", structure: bodyOf(await structure()) };
    case "BODYSTRUCTURE":
      return { type: "BODYSTRUCTURE", structure: bodyStructureOf(await structure()) };
    case "RFC822":
      return whole(stored.content, { type: "RFC822" }, null);
    case "RFC822.HEADER":
      return part(await structure(), { type: "RFC822.HEADER" }, sectionOf("HEADER"), null);
    case "RFC822.TEXT":
      return part(await structure(), { type: "RFC822.TEXT" }, sectionOf("TEXT"), null);
    case "BODY[]":
    case "BODY.PEEK[]": {
      const { section, partial } = attribute;
      const name: FetchDataName = { type: "BODY[]", section, origin: partial?.offset ?? null };
      const isWhole = section.part.length === 0 && section.text === "";
      return isWhole ? whole(stored.content, name, partial) : part(await structure(), name, section, partial);
    }
    case "MODSEQ":
      return undefined;
  }
}

function sectionOf(text: SectionText): Section {
  return { part: [], text, fields: [] };
}

/** The whole message, which need not be in memory. */
function whole(content: MessageContent, name: FetchDataName, partial: PartialRange | null): FetchedItem {
  const start = Math.min(partial?.offset ?? 0, content.size);
  const end = Math.min(start + (partial?.length ?? content.size), content.size);
  return { ...name, data: { size: end - start, chunks: content.read(start, end) } };
}

function part(structure: MessageStructure, name: FetchDataName, section: Section, partial: PartialRange | null): FetchedItem {
  const bytes = sectionBytes(structure, section) ?? null;
  return { ...name, data: partial === null ? bytes : (bytes?.subarray(partial.offset, partial.offset + partial.length) ?? null) };
}

function formatInternalDate({ epochMs, zoneMinutes }: InternalDate): DateTime {
  const there = new Date(epochMs + zoneMinutes * 60_000);
  return dateTime({
    year: there.getUTCFullYear(),
    month: there.getUTCMonth() + 1,
    day: there.getUTCDate(),
    hour: there.getUTCHours(),
    minute: there.getUTCMinutes(),
    second: there.getUTCSeconds(),
    zoneMinutes,
  });
}

/** The moment that an IMAP date-time names. */
export function readInternalDate({ year, month, day, hour, minute, second, zoneMinutes }: DateTime): InternalDate {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const there = new Date(0);
  there.setUTCFullYear(year, month - 1, day);
  there.setUTCHours(hour, minute, second);
  return { epochMs: there.getTime() - zoneMinutes * 60_000, zoneMinutes };
}
