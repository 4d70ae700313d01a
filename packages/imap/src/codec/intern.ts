// The same few words come again and again (FETCH, UID, \Seen …): give the string made before instead of a new one.

import { latin1 } from "@mailwire/wire";
import { UPPER } from "./characters.ts";

const SLOTS = 4096;
/** Longer words are rarely repeated. */
const LONGEST = 32;

/** A table of words met before, of fixed size: a word takes the place of another of the same hash. */
export class InternTable {
  readonly #words: string[] = new Array<string>(SLOTS).fill("");

  /** Bytes `start` to `end` as a string. `hash` may be any function of these bytes. */
  get(bytes: Uint8Array, start: number, end: number, hash: number): string {
    const length = end - start;
    const slot = (hash ^ (hash >>> 12) ^ length) & (SLOTS - 1);
    const word = this.#words[slot] ?? "";
    if (word.length === length && equals(word, bytes, start)) return word;
    // A string of its own: a slice would keep the text of a whole chunk alive.
    const fresh = latin1(bytes, start, end);
    if (length <= LONGEST) this.#words[slot] = fresh;
    return fresh;
  }
}

function equals(word: string, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < word.length; at += 1) {
    if (word.charCodeAt(at) !== bytes[start + at]) return false;
  }
  return true;
}

/** A table of words in upper case, looked up by bytes of any case. */
export class KeywordTable {
  readonly #words: string[] = new Array<string>(SLOTS).fill("");

  /** Bytes `start` to `end` in upper case; `hash` must be made of the bytes in upper case ({@link UPPER}). */
  get(bytes: Uint8Array, start: number, end: number, hash: number): string {
    const length = end - start;
    const slot = (hash ^ (hash >>> 12) ^ length) & (SLOTS - 1);
    const word = this.#words[slot] ?? "";
    if (word.length === length && equalsUpper(word, bytes, start)) return word;
    const fresh = latin1(bytes, start, end).replace(/[a-z]+/g, (letters) => letters.toUpperCase());
    if (length <= LONGEST) this.#words[slot] = fresh;
    return fresh;
  }
}

function equalsUpper(word: string, bytes: Uint8Array, start: number): boolean {
  for (let at = 0; at < word.length; at += 1) {
    if (word.charCodeAt(at) !== UPPER[bytes[start + at] ?? 0]) return false;
  }
  return true;
}
