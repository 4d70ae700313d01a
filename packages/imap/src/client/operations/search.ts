// SEARCH and UID SEARCH (RFC 3501 sections 6.4.4 and 6.4.8).

import type { SearchCommand } from "../../codec/commands/search.ts";
import type { SearchKey } from "../../codec/commands/search-key.ts";
import type { Operation } from "../operation.ts";

/** Finds messages; gives their numbers as the server said them. */
export function search(name: SearchCommand["name"], keys: readonly SearchKey[]): Operation<readonly number[]> {
  let found: readonly number[] = [];
  return {
    command: { name, charset: null, keys },
    collect: (response) => {
      if (response.type !== "SEARCH") return false;
      // Some servers tell many hits in several responses.
      found = found.length === 0 ? response.numbers : [...found, ...response.numbers];
      return true;
    },
    result: () => found,
  };
}
