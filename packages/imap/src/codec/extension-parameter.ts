// Parameters, modifiers and options of commands: a name, and maybe a value behind it (RFC 4466 sections 2 and 3).

import { latin1 } from "@mailwire/wire";
import type { Cursor } from "./cursor.ts";
import { LiteralAhead, Malformed } from "./malformed.ts";
import type { Writer } from "./writer.ts";
import { unsayable } from "./writer.ts";

/** A parameter, modifier or option of a command that no type names, kept as it came. */
export interface UnknownParameter {
  readonly type: "unknown";
  /** Its name, in upper case. */
  readonly name: string;
  /** Its value: a number, a set, a string, a list in parentheses; null without one. */
  readonly raw: Uint8Array | null;
}

const SP = 32;
const OPEN = 40;

/** [SP "(" parameter *(SP parameter) ")"] ; `read` gives `undefined` for names that it does not know */
export function readOptionalParameters<Known>(
  cursor: Cursor,
  read: (name: string) => Known | undefined,
): readonly (Known | UnknownParameter)[] | undefined {
  if (cursor.peek() !== SP || cursor.bytes[cursor.at + 1] !== OPEN) return undefined;
  cursor.space();
  const parameters = readParameters(cursor, read);
  if (parameters.length === 0) throw new Malformed("empty-list");
  return parameters;
}

/** "(" [parameter *(SP parameter)] ")" ; parameter = tagged-ext-label [SP tagged-ext-val] */
export function readParameters<Known>(cursor: Cursor, read: (name: string) => Known | undefined): readonly (Known | UnknownParameter)[] {
  const parameters: (Known | UnknownParameter)[] = [];
  cursor.open();
  while (!cursor.closes()) {
    const name = cursor.keyword();
    parameters.push(read(name) ?? readUnknownParameter(cursor, name));
  }
  return parameters;
}

function readUnknownParameter(cursor: Cursor, name: string): UnknownParameter {
  const { at, end } = cursor;
  if (cursor.peek() !== SP || !VALUE.test(cursor.slice(at + 1, Math.min(end, at + 3)))) return { type: "unknown", name, raw: null };
  cursor.space();
  return { type: "unknown", name, raw: readRawValue(cursor) };
}

/** How a value begins; anything else is the name of the next parameter. */
const VALUE = /^(?:[\d("*{~$]|-\d)/;

/** A value of any kind, as it came. */
export function readRawValue(cursor: Cursor): Uint8Array {
  if (cursor.peer === "client" && cursor.gaps.length > 0) throw new LiteralAhead();
  const start = cursor.at;
  cursor.skipValue();
  return cursor.view(start, cursor.at);
}

/** See {@link readOptionalParameters}. */
export function writeOptionalParameters<Parameter>(
  writer: Writer,
  parameters: readonly Parameter[] | undefined,
  write: (parameter: Parameter) => void,
): void {
  if (parameters === undefined || parameters.length === 0) return;
  writer.raw(" ").list(parameters, write);
}

/** See {@link readParameters}. */
export function writeUnknownParameter(writer: Writer, { name, raw }: UnknownParameter): void {
  writer.atom(name);
  if (raw === null) return;
  if (!VALUE.test(latin1(raw.subarray(0, 2)))) throw unsayable(`the value of ${name}`);
  writer.raw(" ").verbatim(raw);
}
