// LANG (RFC 6856 section 3): which language the texts of a connection are in.

import type { Language } from "../codec/listing.ts";
import { err, ok } from "../codec/reply.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerAnswer } from "./answer.ts";

/** The languages of a server. */
export interface Pop3Languages {
  /** What LANG lists. The first is what `LANG *` chooses; before any LANG the texts are as they are, in English. */
  readonly offered: readonly [Language, ...(readonly Language[])];
  /** The words for a reply in the language `tag`, one of those offered; the reply's own text where there are no others. */
  readonly translate: (reply: Reply, tag: string) => string;
}

/** The language of one connection. */
export class SpokenLanguage {
  readonly #languages: Pop3Languages | undefined;
  #tag: string | undefined;

  constructor(languages: Pop3Languages | undefined) {
    this.#languages = languages;
  }

  /** Its tag; `undefined` before one was chosen. */
  get tag(): string | undefined {
    return this.#tag;
  }

  /** Begins anew inside TLS. */
  restart(): void {
    this.#tag = undefined;
  }

  /** Says a reply in it. */
  say(reply: Reply): Reply {
    return this.#tag === undefined || this.#languages === undefined
      ? reply
      : { ...reply, text: this.#languages.translate(reply, this.#tag) };
  }

  /** Answers LANG. */
  answer(range: string | undefined): ServerAnswer {
    const { offered = [] } = this.#languages ?? {};
    const [preferred] = offered;
    if (preferred === undefined) return { reply: err("LANG is not offered") };
    if (range === undefined)
      return { reply: ok("languages follow"), lines: offered.map((language) => ({ type: "language", ...language })) };
    const chosen = range === "*" ? preferred : offered.find(({ tag }) => isInRange(tag, range));
    if (chosen === undefined) return { reply: err("that language is not spoken here") };
    this.#tag = chosen.tag;
    return { listing: { type: "language", tag: chosen.tag, description: this.say(ok("is the language now")).text } };
  }
}

/** RFC 4647 section 3.3.1: the range is the tag, or its beginning up to a hyphen. */
function isInRange(tag: string, range: string): boolean {
  return `${tag}-`.toLowerCase().startsWith(`${range}-`.toLowerCase());
}
