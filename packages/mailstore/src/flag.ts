// System flags and keywords (RFC 3501 section 2.3.2). Case does not matter in either.

import { StoreError } from "./store-error.ts";

/** A system flag (`\Seen`) or a keyword (`$Forwarded`). */
export type Flag = string;

/** How to change flags. */
export type FlagAction = "replace" | "add" | "remove";

/** The system flags that a message can have; \Recent belongs to sessions, not to messages. */
export const SYSTEM_FLAGS: readonly Flag[] = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"];

/** True when the message has the flag, whatever the case. */
export function hasFlag(message: { readonly flags: readonly Flag[] }, flag: Flag): boolean {
  const wanted = flag.toLowerCase();
  return message.flags.some((known) => known.toLowerCase() === wanted);
}

/** True when both have the same flags, in whatever order; each list names a flag once. */
export function sameFlags(one: readonly Flag[], other: readonly Flag[]): boolean {
  return one.length === other.length && one.every((flag) => hasFlag({ flags: other }, flag));
}

/** The flags after a change. */
export function changedFlags(flags: readonly Flag[], action: FlagAction, named: readonly Flag[]): readonly Flag[] {
  switch (action) {
    case "replace":
      return named;
    case "add":
      return [...flags, ...named.filter((flag) => !hasFlag({ flags }, flag))];
    case "remove":
      return flags.filter((flag) => !hasFlag({ flags: named }, flag));
  }
}

/** The keywords of a mailbox in the case in which each was first said. */
export class Keywords {
  readonly #known = new Map(SYSTEM_FLAGS.map((flag) => [flag.toLowerCase(), flag]));
  readonly #maxKeywords: number;

  constructor(maxKeywords: number) {
    this.#maxKeywords = maxKeywords;
  }

  /** All keywords, system flags not among them. */
  get all(): readonly Flag[] {
    return [...this.#known.values()].slice(SYSTEM_FLAGS.length);
  }

  /** The flags in the known case, each once; throws `cannot` for a flag that is none, `over-quota` for keywords too many. */
  canonical(flags: readonly Flag[]): readonly Flag[] {
    return [...new Set(flags.map((flag) => this.#known.get(flag.toLowerCase()) ?? this.#learn(flag)))];
  }

  // flag-keyword = atom
  #learn(flag: Flag): Flag {
    if (!/^[\x21\x23\x24\x26\x27\x2b-\x5b\x5e-\x7a\x7c-\x7e]+$/.test(flag))
      throw new StoreError("cannot", `${JSON.stringify(flag)} is no flag`);
    if (this.#known.size >= this.#maxKeywords + SYSTEM_FLAGS.length)
      throw new StoreError("over-quota", "the mailbox has too many keywords");
    this.#known.set(flag.toLowerCase(), flag);
    return flag;
  }
}
