// Why what an extension was asked for cannot be: BADEVENT (RFC 5465), BADURL (RFC 4469), METADATA (RFC 5464), NOUPDATE (RFC 5267),
// UNDEFINED-FILTER (RFC 5466), URLMECH (RFC 4467).

import { readFilterName, writeFilterName } from "../commands/search-key-extensions.ts";
import type { ResponseCodeGrammar } from "../grammar.ts";
import { Malformed } from "../malformed.ts";
import { unsayable } from "../writer.ts";
import { readSpacedAtoms, writeTag } from "./session.ts";
import { readUntilBracket, writeUntilBracket } from "./text.ts";

/** NOTIFY named events that the server does not know. */
export interface BadEventCode {
  readonly type: "BADEVENT";
  /** Those that it knows, as it writes them (`MessageNew` …). */
  readonly events: readonly string[];
}

/** A URL of CATENATE cannot be followed. */
export interface BadUrlCode {
  readonly type: "BADURL";
  /** The URL. */
  readonly url: string;
}

/** Annotations were left out or refused: they are too long, there are too many, or there are no private ones. */
export type MetadataCode =
  /** `octets` is the longest that was left out, or the longest there may be. */
  | { readonly type: "METADATA"; readonly reason: "LONGENTRIES" | "MAXSIZE"; readonly octets: number }
  | { readonly type: "METADATA"; readonly reason: "TOOMANY" | "NOPRIVATE" };

/** A search will not be kept up to date. */
export interface NoUpdateCode {
  readonly type: "NOUPDATE";
  /** The tag of its command. */
  readonly tag: string;
}

/** A search named a filter that there is not. */
export interface UndefinedFilterCode {
  readonly type: "UNDEFINED-FILTER";
  /** Its name. */
  readonly filter: string;
}

/** How URLs can be made valid. */
export interface UrlMechanismCode {
  readonly type: "URLMECH";
  /** The mechanisms, `INTERNAL` first. */
  readonly mechanisms: readonly string[];
}

/** "BADEVENT" SP "(" event-name *(SP event-name) ")" */
export const badEvent: ResponseCodeGrammar<BadEventCode> = {
  read: (cursor, type) => {
    const events: string[] = [];
    cursor.space();
    cursor.open();
    while (!cursor.closes()) events.push(cursor.atom());
    return { type, events };
  },
  write: (writer, { type, events }) => void writer.raw(`${type} `).list(events, (event) => writer.atom(event)),
};

/** "BADURL" SP url-resp-text */
export const badUrl: ResponseCodeGrammar<BadUrlCode> = {
  read: (cursor, type) => {
    cursor.space();
    return { type, url: readUntilBracket(cursor) };
  },
  write: (writer, { type, url }) => {
    if (/^ |^$| $/.test(url)) throw unsayable("a URL that is none");
    writeUntilBracket(writer.raw(`${type} `), url, "a bad URL");
  },
};

/** "METADATA" SP ("LONGENTRIES" SP number / "MAXSIZE" SP number / "TOOMANY" / "NOPRIVATE") */
export const metadata: ResponseCodeGrammar<MetadataCode> = {
  read: (cursor, type) => {
    cursor.space();
    const reason = cursor.keyword();
    if (reason === "TOOMANY" || reason === "NOPRIVATE") return { type, reason };
    if (reason !== "LONGENTRIES" && reason !== "MAXSIZE") throw new Malformed("bad-metadata-code");
    cursor.space();
    return { type, reason, octets: cursor.number() };
  },
  write: (writer, code) => {
    writer.raw(`${code.type} ${code.reason}`);
    if ("octets" in code) writer.raw(" ").number(code.octets);
  },
};

/** "NOUPDATE" SP quoted */
export const noUpdate: ResponseCodeGrammar<NoUpdateCode> = {
  read: (cursor, type) => {
    cursor.space();
    return { type, tag: cursor.string() };
  },
  write: (writer, { type, tag }) => writeTag(writer.raw(`${type} `), tag),
};

/** "UNDEFINED-FILTER" SP filter-name */
export const undefinedFilter: ResponseCodeGrammar<UndefinedFilterCode> = {
  read: (cursor, type) => {
    cursor.space();
    return { type, filter: readFilterName(cursor) };
  },
  write: (writer, { type, filter }) => writeFilterName(writer.raw(`${type} `), filter),
};

/** "URLMECH" SP "INTERNAL" *(SP mechanism) */
export const urlMechanism: ResponseCodeGrammar<UrlMechanismCode> = {
  read: (cursor, type) => {
    const mechanisms = readSpacedAtoms(cursor);
    if (mechanisms.length === 0) throw new Malformed("no-mechanism");
    return { type, mechanisms };
  },
  write: (writer, { type, mechanisms }) => {
    if (mechanisms.length === 0) throw unsayable("URLMECH of none");
    writer.raw(`${type} `).spaced(mechanisms, (mechanism) => writer.atom(mechanism));
  },
};
