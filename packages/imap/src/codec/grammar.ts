// What the registries hold: how one kind of command or response is read and written.

import type { Cursor } from "./cursor.ts";
import type { Writer } from "./writer.ts";

/** A command. */
export interface CommandGrammar<Value extends { readonly name: string }> {
  /** Reads what follows the verb, `name`. */
  read(cursor: Cursor, name: Value["name"]): Value;
  /** Writes the verb and what follows it. */
  write(writer: Writer, command: Value): void;
}

/** An untagged response that begins with its name. */
export interface ResponseGrammar<Value extends { readonly type: string }> {
  /** Reads what follows the name, `type`. */
  read(cursor: Cursor, type: Value["type"]): Value;
  /** Writes all of it. */
  write(writer: Writer, response: Value): void;
}

/** An untagged response whose name follows a number. */
export interface NumberedResponseGrammar<Value extends { readonly type: string }> {
  /** Reads what follows the name, `type`. */
  read(cursor: Cursor, number: number, type: Value["type"]): Value;
  /** Writes all of it. */
  write(writer: Writer, response: Value): void;
}

/** The members of a union whose `Key` can be `Name`. */
export type Named<Union, Key extends PropertyKey, Name> =
  Union extends Readonly<Record<Key, infer Own>> ? (Name extends Own ? Union : never) : never;

/** A response code with arguments. */
export interface ResponseCodeGrammar<Code extends { readonly type: string }> {
  /** Reads what follows the name, `type`. */
  read(cursor: Cursor, type: Code["type"]): Code;
  /** Writes all that stands between the brackets. */
  write(writer: Writer, code: Code): void;
}
