// LIST and LSUB (RFC 3501 sections 6.3.8 and 6.3.9).

import type { MailboxName } from "../../codec/mailbox-name.ts";
import type { ListResponse } from "../../codec/responses/list.ts";
import type { Operation } from "../operation.ts";

/** Lists mailboxes or subscriptions. */
export function list(name: "LIST" | "LSUB", reference: MailboxName, pattern: MailboxName): Operation<readonly ListResponse[]> {
  const found: ListResponse[] = [];
  return {
    command: { name, reference, pattern },
    collect: (response) => {
      if (response.type !== name) return false;
      found.push(response);
      return true;
    },
    result: () => found,
  };
}
