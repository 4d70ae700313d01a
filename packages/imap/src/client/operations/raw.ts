// Any command at all, as it is written (RFC 3501 section 6.5 and all that came after).

import { utf8 } from "@mailwire/wire";
import type { TaggedResponse } from "../../codec/responses/condition.ts";
import type { UntaggedData } from "../../session/untagged-data.ts";
import type { Operation } from "../operation.ts";

/** The answer to a raw command. */
export interface RawAnswer {
  /** How it ended (with OK). */
  readonly response: TaggedResponse;
  /** All that the server said meanwhile. */
  readonly untagged: readonly UntaggedData[];
}

/** Says `line`, which is all of a command but its tag and its line end. */
export function raw(line: string): Operation<RawAnswer> {
  const end = line.indexOf(" ", /^uid /i.test(line) ? "uid ".length : 0);
  const verb = end === -1 ? line : line.slice(0, end);
  const untagged: UntaggedData[] = [];
  return {
    command: { name: "unknown", verb: verb.toUpperCase(), arguments: end === -1 ? null : utf8(line.slice(end + 1)) },
    collect: (response) => {
      untagged.push(response);
      // Nobody knows what of it is news for the mailbox and for onUntagged.
      return false;
    },
    result: (response) => ({ response, untagged }),
  };
}
