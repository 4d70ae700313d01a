// SEARCH and UID SEARCH (RFC 3501 sections 6.4.4 and 6.4.8, RFC 9051 section 6.4.4).

import { numbersOf } from "../../codec/number-set.ts";
import type { SearchCommand } from "../../codec/commands/search.ts";
import type { SearchKey } from "../../codec/commands/search-key.ts";
import type { UntaggedData } from "../../session/untagged-data.ts";
import type { Operation } from "../operation.ts";

/** Finds messages; gives their numbers as the server said them. */
export function search(name: SearchCommand["name"], keys: readonly SearchKey[]): Operation<readonly number[]> {
  let found: readonly number[] = [];
  return {
    command: { name, charset: null, keys },
    collect: (response, tag) => {
      const numbers = foundIn(response, tag);
      if (numbers === undefined) return false;
      // Some servers tell many hits in several responses.
      found = found.length === 0 ? numbers : [...found, ...numbers];
      return true;
    },
    result: () => found,
  };
}

/** The numbers of an answer to the search with this tag; `undefined` when it is none. An ESEARCH says whose it is, and nothing of ALL when none is found. */
function foundIn(response: UntaggedData, tag: string): readonly number[] | undefined {
  if (response.type === "SEARCH") return response.numbers;
  if (response.type !== "ESEARCH" || (response.tag ?? tag) !== tag) return undefined;
  return [...numbersOf(response.all ?? [], 0)];
}
