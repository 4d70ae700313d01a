// FETCH as node-imap has it: what its parser says to the bytes of a server, and what it would say to values of ours.

import { createRequire } from "node:module";
import { Readable } from "node:stream";
import type { Address, BodyExtensionData, BodyParameter, BodyStructure, Envelope, FetchItem } from "@mailwire/imap/codec";

/** What we use of it, which has no types. */
interface NodeImap {
  readonly Parser: new (
    stream: Readable,
    debug: boolean,
  ) => {
    on(name: "untagged", listener: (response: { readonly type: string; readonly num?: number; readonly text: unknown }) => void): void;
  };
  /** The fields of a header, encoded words decoded. */
  readonly parseHeader: (text: string) => Readonly<Record<string, readonly string[]>>;
}

const require = createRequire(import.meta.url);
const { Parser, parseHeader } = require("imap/lib/Parser.js") as NodeImap;

/** The data of messages by number, in node-imap's names and shapes. */
export type NodeImapFetches = ReadonlyMap<number, unknown>;

/** What node-imap reads in the bytes of a server: its FETCH responses, of which a later one takes the place of an earlier. */
export async function readByNodeImap(bytes: Uint8Array): Promise<NodeImapFetches> {
  const fetches = new Map<number, unknown>();
  const stream = new Readable({ read: () => undefined });
  new Parser(stream, false).on("untagged", ({ type, num, text }) => {
    if (type === "fetch" && num !== undefined) fetches.set(num, text);
  });
  stream.push(bytes);
  await new Promise<void>((resolve) => setImmediate(resolve));
  return fetches;
}

/** What it would say to these items. */
export function asNodeImap(items: readonly FetchItem[]): unknown {
  return Object.fromEntries(
    items.map((item) => {
      const name = item.type.toLowerCase();
      if (item.type === "UID") return [name, item.uid];
      if (item.type === "FLAGS") return [name, item.flags];
      if (item.type === "INTERNALDATE") return [name, new Date(item.date.text)];
      if (item.type === "RFC822.SIZE") return [name, item.octets];
      if (item.type === "ENVELOPE") return [name, envelope(item.envelope)];
      if (item.type === "BODY" || item.type === "BODYSTRUCTURE") return [name, structure(item.structure, "")];
      throw new Error(`not compared: ${item.type}`);
    }),
  );
}

function envelope({ date, subject, inReplyTo, messageId, ...lists }: Envelope): unknown {
  return {
    date: new Date(date ?? 0),
    subject: decoded(subject),
    inReplyTo,
    messageId,
    ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list && addresses(list)])),
  };
}

function addresses(list: readonly Address[]): unknown {
  const all: unknown[] = [];
  let group: { readonly group: string; readonly addresses: unknown[] } | undefined;
  for (const { name, mailbox, host } of list) {
    if (mailbox === null) group = undefined;
    else if (host === null) all.push((group = { group: mailbox, addresses: [] }));
    else (group?.addresses ?? all).push({ name: decoded(name), mailbox, host });
  }
  return all;
}

/** Its encoded words are decoded; ours are left. */
function decoded(text: string | null): string | null {
  return text?.includes("=?") === true ? (parseHeader(`a: ${text}\r\n\r\n`)["a"]?.[0] ?? null) : text;
}

/** A part is followed by its parts; `path` is its number. */
function structure(body: BodyStructure, path: string): readonly unknown[] {
  if (body.kind === "multipart") {
    const parts = body.parts.map((part, index) => structure(part, `${path}${path === "" ? "" : "."}${index + 1}`));
    const own = { type: body.subtype.toLowerCase(), ...(body.parameters === undefined ? {} : { params: parameters(body.parameters) }) };
    return [{ ...own, ...extensionData(body) }, ...parts];
  }
  const { type, subtype, id, description, encoding, octets, md5 } = body;
  return [
    {
      partID: path === "" ? "1" : path,
      type: type.toLowerCase(),
      subtype: subtype.toLowerCase(),
      params: parameters(body.parameters),
      id,
      description,
      encoding,
      size: octets,
      ...(body.kind === "message" ? { envelope: envelope(body.envelope), body: body.structure && structure(body.structure, path) } : {}),
      ...(body.kind === "basic" ? {} : { lines: body.lines }),
      ...(md5 === undefined ? {} : { md5 }),
      ...extensionData(body),
    },
  ];
}

function extensionData({ disposition, language, location }: BodyExtensionData): object {
  return {
    ...(disposition === undefined
      ? {}
      : { disposition: disposition && { type: disposition.type, params: parameters(disposition.parameters) } }),
    ...(language === undefined ? {} : { language }),
    ...(location === undefined ? {} : { location }),
  };
}

function parameters(list: readonly BodyParameter[] | null): unknown {
  return list && Object.fromEntries(list.map(({ name, value }) => [name.toLowerCase(), value]));
}
