// STORE, COPY and their UID forms (RFC 3501 sections 6.4.6 to 6.4.8).

import type { StoreCommand } from "../../codec/commands/store.ts";
import { answersStore } from "../matching.ts";
import { ImapMessage } from "../message.ts";
import type { MessageItem } from "../message.ts";
import type { Operation } from "../operation.ts";

/** Changes flags; gives what the server tells of the messages (nothing where `silent`). */
export function store(command: StoreCommand): Operation<readonly ImapMessage[]> {
  const told: ImapMessage[] = [];
  const isAnswer = answersStore(command);
  return {
    command,
    collect: (response) => {
      if (response.type !== "FETCH" || !isAnswer(response)) return false;
      // Only flags and numbers are among these items.
      const items = response.items.filter((item): item is Extract<typeof item, MessageItem> => !("data" in item));
      told.push(new ImapMessage(response.sequenceNumber, { items }));
      return true;
    },
    result: () => told,
  };
}
