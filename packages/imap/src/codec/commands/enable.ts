// ENABLE and COMPRESS: extensions that are turned on (RFC 5161, RFC 4978).

import type { Cursor } from "../cursor.ts";
import type { CommandGrammar } from "../grammar.ts";
import type { Writer } from "../writer.ts";
import { unsayable } from "../writer.ts";

const SP = 32;

/** Turns extensions on. */
export interface EnableCommand {
  readonly name: "ENABLE";
  /** Their names. */
  readonly capabilities: readonly string[];
}

/** Compresses what follows. */
export interface CompressCommand {
  readonly name: "COMPRESS";
  /** How, in upper case; only `DEFLATE` is known. */
  readonly algorithm: string;
}

/** See {@link EnableCommand}. */
export const enable: CommandGrammar<EnableCommand> = { read: readEnable, write: writeEnable };

/** enable = "ENABLE" 1*(SP capability) */
function readEnable(cursor: Cursor): EnableCommand {
  cursor.space();
  const capabilities = [cursor.atom()];
  while (cursor.peek() === SP) {
    cursor.space();
    if (cursor.at < cursor.end) capabilities.push(cursor.atom());
  }
  return { name: "ENABLE", capabilities };
}

/** See {@link CompressCommand}. */
export const compress: CommandGrammar<CompressCommand> = { read: readCompress, write: writeCompress };

/** compress = "COMPRESS" SP algorithm */
function readCompress(cursor: Cursor): CompressCommand {
  cursor.space();
  return { name: "COMPRESS", algorithm: cursor.keyword() };
}

/** See {@link readEnable}. */
function writeEnable(writer: Writer, { capabilities }: EnableCommand): void {
  if (capabilities.length === 0) throw unsayable("ENABLE of nothing");
  writer.raw("ENABLE ").spaced(capabilities, (capability) => writer.atom(capability));
}

/** See {@link readCompress}. */
function writeCompress(writer: Writer, { algorithm }: CompressCommand): void {
  writer.raw("COMPRESS ").atom(algorithm);
}
