// What LIST, UIDL, STAT, CAPA and LANG list (RFC 1939 sections 5 and 7, RFC 2449 section 5, RFC 6856 section 3.2), line by line.

import { ProtocolError } from "@mailwire/wire";
import { decodeCapability, encodeCapability } from "./capabilities.ts";
import type { Capability } from "./capabilities.ts";
import { decodeText } from "./line.ts";

/** A message and its size: one line of LIST, or the answer to LIST with a number. */
export interface ScanListing {
  readonly type: "scan";
  /** Message number, from 1. */
  readonly message: number;
  /** Size as the server announces it. */
  readonly octets: number;
}

/** A message and its unique-id: one line of UIDL, or the answer to UIDL with a number. */
export interface UniqueIdListing {
  readonly type: "unique-id";
  /** Message number, from 1. */
  readonly message: number;
  /** 1 to 70 characters from `!` to `~`. Longer ones of careless servers are taken as they are. */
  readonly uid: string;
}

/** The maildrop as a whole: the answer to STAT. */
export interface DropListing {
  readonly type: "drop";
  /** Messages not marked as deleted. */
  readonly messages: number;
  /** Their sizes together. */
  readonly octets: number;
}

/** One line of CAPA. */
export interface CapabilityListing extends Capability {
  readonly type: "capability";
}

/** A language that replies may be in. */
export interface Language {
  /** Language tag (RFC 5646). */
  readonly tag: string;
  /** Its name in itself; in the answer to LANG with a range what the server says. May be empty. */
  readonly description: string;
}

/** One line of LANG, or the answer to LANG with a range. */
export interface LanguageListing extends Language {
  readonly type: "language";
}

/** A line of a multi-line reply that is no listing (the answer to a command that is not known here). */
export interface TextListing {
  readonly type: "text";
  /** The line without its end. */
  readonly text: string;
}

/** A line that is not what its command lists. */
export interface InvalidListing {
  readonly type: "invalid";
  /** The line without its end. */
  readonly raw: Uint8Array;
}

/** One line of a multi-line reply, or the data in a single-line one. */
export type Listing = ScanListing | UniqueIdListing | DropListing | CapabilityListing | LanguageListing | TextListing | InvalidListing;

/** What the lines of an answer hold. */
export type ListingKind = Exclude<Listing["type"], "invalid">;

/**
 * Reads the data of one line, without its line end or `+OK`. What follows the fields is left alone, as RFC 1939 asks. Never throws: what
 * cannot be read is `invalid`.
 *
 *     scan-listing = msg SP octets     unique-id-listing = msg SP uid     drop-listing = messages SP octets
 *     language-listing = tag [SP description]
 */
export function decodeListing(kind: ListingKind, line: Uint8Array): Listing {
  return readListing(kind, decodeText(line)) ?? { type: "invalid", raw: line };
}

function readListing(kind: ListingKind, text: string): Listing | undefined {
  switch (kind) {
    case "text":
      return { type: "text", text };
    case "capability": {
      const capability = decodeCapability(text);
      return capability && { type: "capability", ...capability };
    }
    case "language": {
      const [, tag, description = ""] = /^[ \t]*([A-Za-z0-9-]+)(?:[ \t]+(.*))?$/s.exec(text) ?? [];
      return tag === undefined ? undefined : { type: "language", tag, description };
    }
    case "scan":
    case "drop":
    case "unique-id": {
      const [, first = "", second = ""] = /^[ \t]*(\d+)[ \t]+([^ \t]+)/.exec(text) ?? [];
      const number = readNumber(first);
      if (number === undefined) return undefined;
      if (kind === "unique-id") return { type: "unique-id", message: number, uid: second };
      const octets = readNumber(second);
      if (octets === undefined) return undefined;
      return kind === "scan" ? { type: "scan", message: number, octets } : { type: "drop", messages: number, octets };
    }
  }
}

/** Decimal digits that a number can hold exactly. */
function readNumber(digits: string): number | undefined {
  const value = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * The text of a line without its end. Throws a local `ProtocolError` (`bad-listing`) for numbers, unique-ids and tags that the RFCs do not allow
 * and for `invalid`.
 */
export function encodeListing(listing: Listing): string {
  switch (listing.type) {
    case "scan":
      return `${checkedNumber(listing.message, 1)} ${checkedNumber(listing.octets, 0)}`;
    case "drop":
      return `${checkedNumber(listing.messages, 0)} ${checkedNumber(listing.octets, 0)}`;
    case "unique-id":
      if (!/^[!-~]{1,70}$/.test(listing.uid)) throw bad("a unique-id is 1 to 70 characters from ! to ~");
      return `${checkedNumber(listing.message, 1)} ${listing.uid}`;
    case "capability":
      return encodeCapability(listing);
    case "language":
      if (!/^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(listing.tag)) throw bad(`${JSON.stringify(listing.tag)} is no language tag`);
      return listing.description === "" ? listing.tag : `${listing.tag} ${listing.description}`;
    case "text":
      return listing.text;
    case "invalid":
      throw bad("an invalid listing cannot be said");
  }
}

function checkedNumber(value: number, least: number): string {
  if (!Number.isSafeInteger(value) || value < least) throw bad(`${value} is no whole number from ${least} on`);
  return String(value);
}

function bad(message: string): ProtocolError {
  return new ProtocolError("local", "bad-listing", message);
}
