// STATUS (RFC 3501 section 6.3.10).

import { ProtocolError } from "@mailwire/wire";
import type { StatusAttribute } from "../../codec/commands/status.ts";
import type { MailboxName } from "../../codec/mailbox-name.ts";
import type { StatusResponse } from "../../codec/responses/status.ts";
import type { Operation } from "../operation.ts";

/** Asks for figures of a mailbox. */
export function status(mailbox: MailboxName, items: readonly StatusAttribute[]): Operation<StatusResponse> {
  let told: StatusResponse | undefined;
  return {
    command: { name: "STATUS", mailbox, items },
    collect: (response) => {
      if (response.type !== "STATUS" || response.mailbox.raw !== mailbox.raw) return false;
      told = response;
      return true;
    },
    result: () => {
      if (told === undefined) throw new ProtocolError("remote", "missing-status", "the server said OK to STATUS, but no figures");
      return told;
    },
  };
}
