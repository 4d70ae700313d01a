// EXPUNGE (RFC 3501 section 6.4.3).

import type { Operation } from "../operation.ts";

/** Removes messages with \Deleted; gives the numbers told meanwhile, each as it was at that moment. */
export function expunge(): Operation<readonly number[]> {
  const numbers: number[] = [];
  return {
    command: { name: "EXPUNGE" },
    collect: (response) => {
      if (response.type === "EXPUNGE") numbers.push(response.sequenceNumber);
      // It is news for the mailbox and for onUntagged too.
      return false;
    },
    result: () => numbers,
  };
}
