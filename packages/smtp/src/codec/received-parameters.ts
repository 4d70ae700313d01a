// What a received MAIL says, found out once: on its way session, rules and handlers all ask.

import type { MailCommand } from "./command.ts";
import { decodeMailParameters, type MailParameters } from "./mail-parameters.ts";
import type { DecodedParameters } from "./typed-parameters.ts";

/** The command that was asked about last; each is asked about several times in a row. */
let latest: { readonly command: MailCommand; readonly decoded: DecodedParameters<MailParameters> } | undefined;

/** The parameters of a command that was read, which nobody changes any more. */
export function receivedParameters(command: MailCommand): DecodedParameters<MailParameters> {
  if (latest?.command !== command) latest = { command, decoded: decodeMailParameters(command.parameters) };
  return latest.decoded;
}
