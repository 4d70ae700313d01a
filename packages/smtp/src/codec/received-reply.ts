// A reply as it was read. Only the code is looked at until someone asks for more.

import { fromLatin1 } from "@mailwire/wire";
import { meaningOf } from "./line.ts";
import type { EnhancedCode, Reply } from "./reply.ts";

/** A {@link Reply} that came from a server. */
export class ReceivedReply implements Reply {
  readonly code: number;
  /** All lines with their line ends, one character per byte. */
  readonly #text: string;

  constructor(code: number, text: string) {
    this.code = code;
    this.#text = text;
  }

  /** The enhanced code of the first line, when there is one and its class is that of the reply code. */
  get enhancedCode(): EnhancedCode | undefined {
    const found = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?= |\r?\n|$)/.exec(this.#text)?.[1];
    return found?.charAt(0) === this.#text.charAt(0) ? (found as EnhancedCode) : undefined;
  }

  /** The text of each line: UTF-8 where it is valid, else one character per byte; without codes and line ends. May hold control characters. */
  get lines(): readonly string[] {
    const { enhancedCode } = this;
    return this.#text
      .replace(/\r?\n$/, "")
      .split("\n")
      .map((line) => {
        const text = line.slice(4).replace(/\r$/, "");
        if (enhancedCode === undefined || !text.startsWith(enhancedCode)) return meaningOf(text);
        const rest = text.slice(enhancedCode.length);
        return rest === "" || rest.startsWith(" ") ? meaningOf(rest.slice(1)) : meaningOf(text);
      });
  }

  /** The bytes as they came, line ends included. */
  get raw(): Uint8Array {
    return fromLatin1(this.#text);
  }

  /** Code, enhanced code and lines. */
  toJSON(): Reply {
    const { code, enhancedCode, lines } = this;
    return { code, enhancedCode, lines };
  }
}
