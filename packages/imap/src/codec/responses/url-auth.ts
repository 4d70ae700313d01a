// GENURLAUTH and URLFETCH (RFC 4467 section 8, RFC 5524 section 3).

import { readBodyStructure } from "../body-structure-reader.ts";
import { writeBodyStructure } from "../body-structure-writer.ts";
import type { BodyStructure } from "../body-structure.ts";
import type { Cursor } from "../cursor.ts";
import { readRawValue } from "../extension-parameter.ts";
import type { ResponseGrammar } from "../grammar.ts";
import type { LiteralData } from "../literal.ts";
import { LiteralAhead } from "../malformed.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

/** URLs that can be followed. */
export interface GenUrlAuthResponse {
  readonly type: "GENURLAUTH";
  /** The URLs, in the order of the command. */
  readonly urls: readonly string[];
}

/** Something of the part that a URL names. */
export type UrlItem =
  /** Its bytes: as they are in the message, or without its transfer encoding; null where that cannot be. */
  | { readonly type: "BODY" | "BINARY"; readonly data: Uint8Array | null }
  | { readonly type: "BODYPARTSTRUCTURE"; readonly structure: BodyStructure }
  /** An item of an extension, its value as it came. */
  | { readonly type: "unknown"; readonly name: string; readonly raw: Uint8Array };

/** What a URL names: bytes alone (null where the URL cannot be followed), or all that was asked for. */
export type UrlContent =
  { readonly url: string; readonly data: Uint8Array | null } | { readonly url: string; readonly items: readonly UrlItem[] };

/** What URLs name. */
export interface UrlFetchResponse {
  readonly type: "URLFETCH";
  /** In the order of the command. */
  readonly urls: readonly UrlContent[];
}

const SP = 32;
const OPEN = 40;

/** See {@link GenUrlAuthResponse}. */
export const genUrlAuthResponse: ResponseGrammar<GenUrlAuthResponse> = { read: readGenUrlAuthResponse, write: writeGenUrlAuthResponse };

/** genurlauth-data = "GENURLAUTH" 1*(SP url-full) */
function readGenUrlAuthResponse(cursor: Cursor): GenUrlAuthResponse {
  const urls: string[] = [];
  do {
    cursor.space();
    urls.push(cursor.astring());
    cursor.noTrailingSpace();
  } while (cursor.peek() === SP);
  return { type: "GENURLAUTH", urls };
}

/** See {@link UrlFetchResponse}. */
export const urlFetchResponse: ResponseGrammar<UrlFetchResponse> = { read: readUrlFetchResponse, write: writeUrlFetchResponse };

/** urlfetch-data = "URLFETCH" 1*(SP url-full (SP nstring / 1*(SP "(" url-metadata-el ")"))) */
function readUrlFetchResponse(cursor: Cursor): UrlFetchResponse {
  const urls: UrlContent[] = [];
  do {
    cursor.space();
    const url = cursor.astring();
    cursor.space();
    urls.push(cursor.peek() === OPEN ? { url, items: readItems(cursor) } : { url, data: held(cursor.data()) });
    cursor.noTrailingSpace();
  } while (cursor.peek() === SP);
  return { type: "URLFETCH", urls };
}

function readItems(cursor: Cursor): readonly UrlItem[] {
  const items = [readItem(cursor)];
  while (cursor.peek() === SP && cursor.bytes[cursor.at + 1] === OPEN) {
    cursor.space();
    items.push(readItem(cursor));
  }
  return items;
}

/** "(" ("BODYPARTSTRUCTURE" SP body / "BINARY" SP (nstring / literal8) / "BODY" SP nstring) ")" */
function readItem(cursor: Cursor): UrlItem {
  cursor.open();
  const name = cursor.keyword();
  cursor.space();
  const item = readItemValue(cursor, name);
  if (!cursor.closes()) cursor.deviate("missing-parenthesis");
  return item;
}

function readItemValue(cursor: Cursor, name: string): UrlItem {
  if (name === "BODY" || name === "BINARY") return { type: name, data: held(name === "BODY" ? cursor.data() : cursor.data8()) };
  if (name === "BODYPARTSTRUCTURE") return { type: name, structure: readBodyStructure(cursor) };
  return { type: "unknown", name, raw: readRawValue(cursor) };
}

/** Only message data of FETCH streams. */
function held(data: LiteralData): Uint8Array | null {
  if (data !== null && !(data instanceof Uint8Array)) throw new LiteralAhead();
  return data;
}

/** See {@link readGenUrlAuthResponse}. */
function writeGenUrlAuthResponse(writer: Writer, { type, urls }: GenUrlAuthResponse): void {
  if (urls.length === 0) throw unsayable("GENURLAUTH of nothing");
  writer.raw(`* ${type}`);
  for (const url of urls) writer.raw(" ").string(url);
}

/** See {@link readUrlFetchResponse}. */
function writeUrlFetchResponse(writer: Writer, { type, urls }: UrlFetchResponse): void {
  if (urls.length === 0) throw unsayable("URLFETCH of nothing");
  writer.raw(`* ${type}`);
  for (const content of urls) {
    writer.raw(" ").string(content.url);
    if ("data" in content) writer.raw(" ").data(content.data);
    else writeItems(writer, content.items);
  }
}

function writeItems(writer: Writer, items: readonly UrlItem[]): void {
  if (items.length === 0) throw unsayable("a URL with nothing");
  for (const item of items) writeItem(writer, item);
}

function writeItem(writer: Writer, item: UrlItem): void {
  writer.raw(" (");
  switch (item.type) {
    case "BODY":
      writer.raw("BODY ").data(item.data);
      break;
    case "BINARY":
      writer.raw(item.data === null ? "BINARY " : "BINARY ~").data(item.data);
      break;
    case "BODYPARTSTRUCTURE":
      writeBodyStructure(writer.raw("BODYPARTSTRUCTURE "), item.structure);
      break;
    case "unknown":
      writer.atom(item.name).raw(" ").verbatim(item.raw);
  }
  writer.raw(")");
}
