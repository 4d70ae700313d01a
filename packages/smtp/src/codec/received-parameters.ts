// What a received MAIL says, found out once: on its way session, rules and handlers all ask.

import type { MailCommand } from "./command.ts";
import { decodeMailParameters, type MailParameters } from "./mail-parameters.ts";
import type { DecodedParameters } from "./typed-parameters.ts";

const known = new WeakMap<MailCommand, DecodedParameters<MailParameters>>();

/** The parameters of a command that was read, which nobody changes any more. */
export function receivedParameters(command: MailCommand): DecodedParameters<MailParameters> {
  let decoded = known.get(command);
  if (decoded === undefined) {
    decoded = decodeMailParameters(command.parameters);
    known.set(command, decoded);
  }
  return decoded;
}
