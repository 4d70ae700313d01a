// Finding bytes, natively where the platform can: everything that frames by lines stands on this.

import { asFunction } from "./native-method.ts";

/** What Node, Bun and Deno offer natively on any Uint8Array; elsewhere the typed array's own search is used. */
interface NativeSearch {
  readonly indexOf: (this: Uint8Array, wanted: number | Uint8Array, from?: number) => number;
}
const native = (globalThis as { Buffer?: { prototype: NativeSearch } }).Buffer?.prototype.indexOf;

/** Index of the first `byte` at or after `from`, or -1. Four times as fast as `Uint8Array.prototype.indexOf` where there is a `Buffer`. */
export const indexOfByte: (bytes: Uint8Array, byte: number, from?: number) => number =
  native === undefined ? portableIndexOfByte : asFunction(native);

/** {@link indexOfByte} without help from the platform. */
export function portableIndexOfByte(bytes: Uint8Array, byte: number, from = 0): number {
  return bytes.indexOf(byte, from);
}

/** Index of the first place at or after `from` where all of `wanted` is, or -1. */
export const indexOfBytes: (bytes: Uint8Array, wanted: Uint8Array, from: number) => number =
  native === undefined ? portableIndexOfBytes : asFunction(native);

/** {@link indexOfBytes} without help from the platform. */
export function portableIndexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const [first = 0] = wanted;
  let at = bytes.indexOf(first, from);
  while (at !== -1 && !wanted.every((byte, index) => bytes[at + index] === byte)) at = bytes.indexOf(first, at + 1);
  return at;
}
